"""What can be done with evidence, rules, colours and codes."""

from healthcode.services.activation import (
    activate_ruleset,
    active_rules,
    contact_rules,
    load_rulesets,
)
from healthcode.services.appeals import answer_appeal, appeal_text, file_appeal
from healthcode.services.areas import list_area
from healthcode.services.codes import LiveCode, ScanVerdict, current_status, issue_live, judge_text
from healthcode.services.drafts import approve_draft, enter_draft
from healthcode.services.due import mark_due
from healthcode.services.evidence import fault_of, record_evidence, retract_evidence
from healthcode.services.items import Item, Result
from healthcode.services.onboarding import add_source, change_source
from healthcode.services.recolour import facts_of, recolour, recolour_due
from healthcode.services.sources import new_source_token, source_by_name, source_by_token

__all__ = [
    "Item",
    "LiveCode",
    "Result",
    "ScanVerdict",
    "activate_ruleset",
    "active_rules",
    "add_source",
    "answer_appeal",
    "appeal_text",
    "approve_draft",
    "change_source",
    "contact_rules",
    "current_status",
    "enter_draft",
    "facts_of",
    "fault_of",
    "file_appeal",
    "issue_live",
    "judge_text",
    "list_area",
    "load_rulesets",
    "mark_due",
    "new_source_token",
    "recolour",
    "recolour_due",
    "record_evidence",
    "retract_evidence",
    "source_by_name",
    "source_by_token",
]
