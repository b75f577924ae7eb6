"""What can be done with evidence, rules, colours and codes."""

from healthcode.services.activation import activate_first_ruleset, roll_back_rules
from healthcode.services.appeals import answer_appeal, appeal_text, file_appeal
from healthcode.services.areas import list_area
from healthcode.services.brake import clear_brake, forget_tallies
from healthcode.services.current import CurrentStatus, current_status
from healthcode.services.disputes import clear_dispute, replay_statuses
from healthcode.services.drafts import approve_draft, enter_draft
from healthcode.services.dry_runs import advance_dry_run, request_dry_run, simulate_rules
from healthcode.services.due import mark_due
from healthcode.services.evidence import fault_of, record_evidence, retract_evidence
from healthcode.services.explain import changes_of, explain_citizen, outlook_of
from healthcode.services.in_force import active_rules, contact_rules
from healthcode.services.issuing import (
    BoundCode,
    LiveCode,
    issue_bound,
    issue_live,
    issue_paper,
    issue_specimen,
)
from healthcode.services.items import Item, Result
from healthcode.services.judging import ScanVerdict, judge_text
from healthcode.services.onboarding import add_source, change_source
from healthcode.services.phones import bind_phone, holder_mark, is_the_phone, leave_phone
from healthcode.services.proposals import (
    approve_activation,
    drop_proposal,
    propose_activation,
)
from healthcode.services.recolour import facts_of, recolour, recolour_due
from healthcode.services.replay import decision_at, replay, replay_recorded
from healthcode.services.rulesets import load_rulesets, store_ruleset
from healthcode.services.signer import answer, sign_state, sign_withdrawn
from healthcode.services.slots import keep_lists, lists_in_use
from healthcode.services.sources import new_source_token, source_by_name, source_by_token
from healthcode.services.spread import spread_next
from healthcode.services.states import killed_kids

__all__ = [
    "BoundCode",
    "CurrentStatus",
    "Item",
    "LiveCode",
    "Result",
    "ScanVerdict",
    "activate_first_ruleset",
    "active_rules",
    "add_source",
    "advance_dry_run",
    "answer",
    "answer_appeal",
    "appeal_text",
    "approve_activation",
    "approve_draft",
    "bind_phone",
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
    "holder_mark",
    "is_the_phone",
    "issue_bound",
    "issue_live",
    "issue_paper",
    "issue_specimen",
    "judge_text",
    "keep_lists",
    "killed_kids",
    "leave_phone",
    "list_area",
    "lists_in_use",
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
    "sign_state",
    "sign_withdrawn",
    "simulate_rules",
    "source_by_name",
    "source_by_token",
    "spread_next",
    "store_ruleset",
]
