"""What every decision about a case needs: the right, possible dates, a record."""

from datetime import datetime
from typing import Any

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from tracing.errors import CaseInvalid, UnknownCase
from tracing.models import Case


def need_right(by: User) -> None:
    """Raise NotPermitted unless this person may decide about cases."""
    if not by.has_perm("tracing.decide_case"):
        raise NotPermitted


def need_past(now: datetime, **dates: datetime | None) -> None:
    """Raise CaseInvalid with the names of the dates that lie in the future."""
    future = [name for name, date in dates.items() if date is not None and date > now]
    if future:
        raise CaseInvalid(in_future=future)


def find_case(case_id: int) -> Case:
    """The case, or UnknownCase."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise UnknownCase
    return case


def need_one(updated: int) -> None:
    """Raise AlreadyDecided if the row was no longer as it was when it was read."""
    if updated != 1:
        raise AlreadyDecided


def record(action: str, case: Case, actor: str, now: datetime, **details: Any) -> None:
    """Write the deed down, inside its transaction."""
    audit.record(actor=actor, action=f"case.{action}", target=f"case:{case.pk}", now=now, **details)


def name_of(by: User) -> str:
    """The person as ledgers name them."""
    return f"user:{by.username}"
