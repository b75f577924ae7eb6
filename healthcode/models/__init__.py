"""Evidence, rules and the colour that follows. Shape and constraints only."""

from healthcode.models.appeals import Appeal, AppealState
from healthcode.models.areas import Campaign, RiskArea, Tier
from healthcode.models.brakes import Brake, WorseTally
from healthcode.models.disputes import Dispute, ReplayRound
from healthcode.models.evidence import Evidence, EvidenceDraft, Retraction, Source
from healthcode.models.passes import BoundPass, PaperPass, Phone, WithdrawnList
from healthcode.models.proposals import Beyond, DryRun, Proposal, ProposalState
from healthcode.models.rules import Activation, RuleSet, Spread
from healthcode.models.status import ColourChange, ColourChoices, HealthStatus

__all__ = [
    "Activation",
    "Appeal",
    "AppealState",
    "Beyond",
    "BoundPass",
    "Brake",
    "Campaign",
    "ColourChange",
    "ColourChoices",
    "Dispute",
    "DryRun",
    "Evidence",
    "EvidenceDraft",
    "HealthStatus",
    "PaperPass",
    "Phone",
    "Proposal",
    "ProposalState",
    "ReplayRound",
    "Retraction",
    "RiskArea",
    "RuleSet",
    "Source",
    "Spread",
    "Tier",
    "WithdrawnList",
    "WorseTally",
]
