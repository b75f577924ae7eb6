"""Withdrawing a confirmed case: everything derived from it goes with it."""

from datetime import datetime

from django.db import transaction

from accounts.errors import AlreadyDecided
from accounts.models import User
from tracing.models import Case, CaseState
from tracing.services.cases.deed import (
    find_case,
    hold_cases,
    name_of,
    need_confirmed,
    need_one,
    need_right,
    record,
)
from tracing.services.cases.propose import propose_again
from tracing.services.cases.unwind import unwind
from tracing.services.touch import touch_beside


def withdraw_case(*, case_id: int, reason: str, by: User, now: datetime) -> Case:
    """Take back a confirmed case, its exposures, contacts and encounters, all or nothing.

    The cases that were merged into it are the same infection and go with it. Whoever it
    concerned is due. If a positive still stands against a person, they are proposed again.
    Raises NotPermitted, UnknownCase, CaseMerged, or AlreadyDecided unless it is confirmed.
    """
    need_right(by)
    with transaction.atomic():
        # No trace of these cases runs beside this or after it; the rows themselves come last,
        # so that locks are taken in the same order as by a scan.
        family = _hold_family(case_id)
        need_confirmed(family[case_id])
        own = [case.ref for case in family.values()]
        unwind(family.values(), no_longer=own, by=name_of(by), now=now)
        for case in family.values():
            record("withdrawn", case, name_of(by), now, reason=reason)
        touch_beside(cases=family.values(), now=now)
        need_one(_mark_withdrawn(case_id, by, now))
        for case in family.values():
            propose_again(citizen_id=case.citizen_id, now=now)
    return find_case(case_id)


def _hold_family(case_id: int) -> dict[int, Case]:
    """The case and those merged into it, all held; AlreadyDecided if one joined meanwhile."""
    family = hold_cases(case_id, *_merged_into(case_id))
    if set(_merged_into(case_id)) != set(family) - {case_id}:
        raise AlreadyDecided
    return family


def _merged_into(case_id: int) -> list[int]:
    merged = Case.objects.filter(merged_into=case_id, state=CaseState.MERGED).order_by("pk")
    return list(merged.values_list("pk", flat=True))


def _mark_withdrawn(case_id: int, by: User, now: datetime) -> int:
    withdrawn = {
        "state": CaseState.WITHDRAWN,
        "withdrawn_at": now,
        "withdrawn_by": name_of(by),
        "trace_due_at": None,
    }
    Case.objects.filter(merged_into=case_id).update(**withdrawn, merged_into=None)
    return Case.objects.filter(pk=case_id, state=CaseState.CONFIRMED).update(**withdrawn)
