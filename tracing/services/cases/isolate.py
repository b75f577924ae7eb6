"""When a case was isolated: it ends what goes on at home."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from tracing import queries
from tracing.models import Case, CaseState
from tracing.services.cases.decide import episode_of
from tracing.services.cases.deed import (
    find_case,
    hold_cases,
    name_of,
    need_confirmed,
    need_one,
    need_past,
    need_right,
    record,
    try_hold_case,
)
from tracing.services.hand_down import episode_item, hand_down
from tracing.services.touch import touch_beside

BATCH = 10_000


def isolate_case(*, case_id: int, isolated_at: datetime, by: User, now: datetime) -> Case:
    """State when a confirmed case was isolated; the contacts at home end there.

    The window of everything else stays as it was confirmed. Raises NotPermitted, UnknownCase,
    CaseInvalid for an instant in the future, CaseMerged, or AlreadyDecided unless the case is
    confirmed.
    """
    need_right(by)
    need_past(now, isolated_at=isolated_at)
    with transaction.atomic():
        case = hold_cases(case_id)[case_id]
        need_confirmed(case)
        _isolate(case, isolated_at, name_of(by), now)
    return find_case(case_id)


def note_isolations(*, now: datetime) -> int:
    """Take over from evidence when cases were isolated; returns how many were.

    An order or another source's case item may come after the confirmation. A case that is
    being traced waits for the next sweep.
    """
    waiting = list(_not_isolated().order_by("-decided_at")[:BATCH])
    on_record = queries.isolations([case.citizen_id for case in waiting])
    noted = 0
    for case in waiting:
        apart = queries.apart_from(on_record.get(case.citizen_id, []), case.sampled_at)
        if apart is not None and apart <= now:
            noted += _note(case, apart, now)
    return noted


def _not_isolated() -> QuerySet[Case]:
    """Those that were merged too: the case that speaks for them is traced by it."""
    states = [CaseState.CONFIRMED, CaseState.MERGED]
    return Case.objects.filter(state__in=states, isolated_at__isnull=True)


def _note(case: Case, isolated_at: datetime, now: datetime) -> bool:
    speaks = case.merged_into_id or case.pk
    with transaction.atomic():
        if not all(try_hold_case(pk) for pk in sorted({case.pk, speaks})):
            return False
        as_it_is = _not_isolated().filter(pk=case.pk, merged_into=case.merged_into_id).first()
        if as_it_is is None:
            return False
        _isolate(as_it_is, isolated_at, "system:tracing", now)
    return True


def _isolate(case: Case, isolated_at: datetime, actor: str, now: datetime) -> None:
    """Rows come last: locks are taken in the same order as by a scan."""
    case.isolated_at = isolated_at
    hand_down(items=[episode_item(case, episode_of(case), now=now)], by=actor, now=now)
    record("isolated", case, actor, now)
    touch_beside(cases=[case], now=now)
    Case.objects.filter(pk=case.pk).update(isolated_at=isolated_at)
    speaks = Case.objects.filter(pk=case.merged_into_id or case.pk, state=CaseState.CONFIRMED)
    need_one(speaks.update(trace_due_at=now))
