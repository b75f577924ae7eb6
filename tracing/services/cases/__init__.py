"""Cases: proposed by a sweep or an officer, confirmed, dismissed and withdrawn by people."""

from tracing.services.cases.decide import confirm_case, dismiss_case
from tracing.services.cases.isolate import isolate_case, note_isolations
from tracing.services.cases.propose import open_case, propose_cases
from tracing.services.cases.withdraw import withdraw_case

__all__ = [
    "confirm_case",
    "dismiss_case",
    "isolate_case",
    "note_isolations",
    "open_case",
    "propose_cases",
    "withdraw_case",
]
