"""A case whose dates are corrected, and the window that is stored of it."""

from datetime import datetime, timedelta
from typing import Any

from tests.tracing.outbreak import NOW, at, officer
from tracing.models import Case
from tracing.services import correct_case

LATER = NOW + timedelta(minutes=1)


def correct(case: Case, now: datetime = LATER, **dates: Any) -> Case:
    """Correct some of its dates; those that are not given stay as they were known."""
    known = {"onset_at": None, "isolated_at": at("19 09:00")} | dates
    return correct_case(case_id=case.pk, reason="发病日期记错", by=officer(), now=now, **known)


def window(case: Case) -> tuple[datetime | None, ...]:
    """From when it could infect, until when, and until when it is traced."""
    stored = Case.objects.get(pk=case.pk)
    return (stored.window_from, stored.window_until, stored.traced_until)
