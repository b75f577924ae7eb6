"""What every decision about a case needs: the right, possible dates, a record."""

from datetime import datetime
from typing import Any

from django.db import connection

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from tracing import sql
from tracing.errors import CaseInvalid, CaseMerged, UnknownCase
from tracing.models import Case, CaseState


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


def hold_cases(*case_ids: int) -> dict[int, Case]:
    """These cases as they stand once nobody else traces or unwinds them, to the end of the
    transaction.

    Always in the order of their ids. Not the rows' own locks: a scan that makes a case due
    takes its row last, and so does whoever holds this. Raises UnknownCase.
    """
    with connection.cursor() as cursor:
        for case_id in sorted(set(case_ids)):
            cursor.execute(sql.LOCK_CASE, {"case": case_id})
    return {case_id: find_case(case_id) for case_id in case_ids}


def try_hold_case(case_id: int) -> bool:
    """Hold a case to the end of the transaction, unless somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute(sql.TRY_LOCK_CASE, {"case": case_id})
        return bool(cursor.fetchone()[0])


def need_confirmed(case: Case) -> None:
    """Raise CaseMerged, or AlreadyDecided unless the case is confirmed."""
    if case.state == CaseState.MERGED:
        raise CaseMerged
    if case.state != CaseState.CONFIRMED:
        raise AlreadyDecided


def hold_stays() -> None:
    """Wait out whoever is writing stays; whoever writes one later sees the cases as they are.

    After the statuses, before the rows of cases: a scan takes these in the same order.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_STAYS)


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
