"""Withdrawing a confirmed case: everything derived from it goes with it."""

from datetime import datetime

from django.db import connection, transaction

from accounts.errors import AlreadyDecided
from accounts.models import User
from tracing import sql
from tracing.models import Case, CaseState, Contact
from tracing.services.cases.deed import find_case, name_of, need_one, need_right, record
from tracing.services.cases.propose import propose_again
from tracing.services.hand_down import exposure_refs, hand_down


def withdraw_case(*, case_id: int, reason: str, by: User, now: datetime) -> Case:
    """Take back a confirmed case, its exposures, contacts and encounters, all or nothing.

    Whoever it concerned is due. If a positive still stands against the person, they are
    proposed again. Raises NotPermitted, UnknownCase, or AlreadyDecided unless the case is
    confirmed.
    """
    need_right(by)
    with transaction.atomic():
        # No trace of this case runs beside this or after it; the row itself comes last, so
        # that locks are taken in the same order as by a scan.
        with connection.cursor() as cursor:
            cursor.execute(sql.LOCK_CASE, {"case": case_id})
        case = find_case(case_id)
        if case.state != CaseState.CONFIRMED:
            raise AlreadyDecided
        _take_back(case, by, now)
        record("withdrawn", case, name_of(by), now, reason=reason)
        need_one(_mark_withdrawn(case, by, now))
        propose_again(citizen_id=case.citizen_id, now=now)
    return find_case(case_id)


def _take_back(case: Case, by: User, now: datetime) -> None:
    contacts = Contact.objects.filter(case=case)
    exposures = exposure_refs(case, list(contacts.values_list("citizen_id", flat=True)))
    hand_down(items=[], no_longer=[case.ref, *exposures.values()], by=name_of(by), now=now)
    contacts.delete()


def _mark_withdrawn(case: Case, by: User, now: datetime) -> int:
    confirmed = Case.objects.filter(pk=case.pk, state=CaseState.CONFIRMED)
    return confirmed.update(
        state=CaseState.WITHDRAWN,
        withdrawn_at=now,
        withdrawn_by=name_of(by),
        trace_due_at=None,
    )
