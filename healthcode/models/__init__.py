"""Evidence, rules and the colour that follows. Shape and constraints only."""

from healthcode.models.appeals import Appeal, AppealState
from healthcode.models.areas import Campaign, RiskArea, Tier
from healthcode.models.evidence import Evidence, EvidenceDraft, Retraction, Source
from healthcode.models.rules import Activation, RuleSet
from healthcode.models.status import ColourChange, ColourChoices, HealthStatus

__all__ = [
    "Activation",
    "Appeal",
    "AppealState",
    "Campaign",
    "ColourChange",
    "ColourChoices",
    "Evidence",
    "EvidenceDraft",
    "HealthStatus",
    "Retraction",
    "RiskArea",
    "RuleSet",
    "Source",
    "Tier",
]
