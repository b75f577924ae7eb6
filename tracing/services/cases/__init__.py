"""Cases: proposed by a sweep or an officer, decided, corrected, merged and withdrawn by people."""

from tracing.services.cases.annul import annul_proposals, without_grounds
from tracing.services.cases.correct import correct_case, extend_trace
from tracing.services.cases.decide import confirm_case, dismiss_case
from tracing.services.cases.isolate import isolate_case, note_isolations
from tracing.services.cases.merge import merge_cases, separate_cases, whole_window
from tracing.services.cases.propose import open_case, propose_cases
from tracing.services.cases.withdraw import withdraw_case

__all__ = [
    "annul_proposals",
    "confirm_case",
    "correct_case",
    "dismiss_case",
    "extend_trace",
    "isolate_case",
    "merge_cases",
    "note_isolations",
    "open_case",
    "propose_cases",
    "separate_cases",
    "whole_window",
    "withdraw_case",
    "without_grounds",
]
