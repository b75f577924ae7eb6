"""What can be done with evidence, rules, colours and codes."""

from healthcode.services.activation import activate_first_ruleset, roll_back_rules
from healthcode.services.appeals import answer_appeal, appeal_text, file_appeal
from healthcode.services.areas import list_area
from healthcode.services.brake import clear_brake, forget_tallies
from healthcode.services.codes import (
    CurrentStatus,
    LiveCode,
    ScanVerdict,
    current_status,
    issue_live,
    judge_text,
)
from healthcode.services.disputes import clear_dispute, replay_statuses
from healthcode.services.drafts import approve_draft, enter_draft
from healthcode.services.dry_runs import advance_dry_run, request_dry_run, simulate_rules
from healthcode.services.due import mark_due
from healthcode.services.evidence import fault_of, record_evidence, retract_evidence
from healthcode.services.explain import changes_of, explain_citizen, outlook_of
from healthcode.services.in_force import active_rules, contact_rules
from healthcode.services.items import Item, Result
from healthcode.services.onboarding import add_source, change_source
from healthcode.services.proposals import (
    approve_activation,
    drop_proposal,
    propose_activation,
)
from healthcode.services.recolour import facts_of, recolour, recolour_due
from healthcode.services.replay import decision_at, replay, replay_recorded
from healthcode.services.rulesets import load_rulesets, store_ruleset
from healthcode.services.sources import new_source_token, source_by_name, source_by_token
from healthcode.services.spread import spread_next

__all__ = [
    "CurrentStatus",
    "Item",
    "LiveCode",
    "Result",
    "ScanVerdict",
    "activate_first_ruleset",
    "active_rules",
    "add_source",
    "advance_dry_run",
    "answer_appeal",
    "appeal_text",
    "approve_activation",
    "approve_draft",
    "change_source",
    "changes_of",
    "clear_brake",
    "clear_dispute",
    "contact_rules",
    "current_status",
    "decision_at",
    "drop_proposal",
    "enter_draft",
    "explain_citizen",
    "facts_of",
    "fault_of",
    "file_appeal",
    "forget_tallies",
    "issue_live",
    "judge_text",
    "list_area",
    "load_rulesets",
    "mark_due",
    "new_source_token",
    "outlook_of",
    "propose_activation",
    "recolour",
    "recolour_due",
    "record_evidence",
    "replay",
    "replay_recorded",
    "replay_statuses",
    "request_dry_run",
    "retract_evidence",
    "roll_back_rules",
    "simulate_rules",
    "source_by_name",
    "source_by_token",
    "spread_next",
    "store_ruleset",
]
