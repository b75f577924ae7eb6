"""When a case was isolated: it ends what goes on at home."""

from datetime import datetime

from django.db import transaction

from accounts.errors import AlreadyDecided
from accounts.models import User
from tracing import queries
from tracing.models import Case, CaseState
from tracing.services.cases.decide import episode_of
from tracing.services.cases.deed import find_case, name_of, need_past, need_right, record
from tracing.services.hand_down import episode_item, hand_down

BATCH = 10_000


def isolate_case(*, case_id: int, isolated_at: datetime, by: User, now: datetime) -> Case:
    """State when a confirmed case was isolated; the contacts at home end there.

    The window of everything else stays as it was confirmed. Raises NotPermitted, UnknownCase,
    CaseInvalid for an instant in the future, or AlreadyDecided unless the case is confirmed.
    """
    need_right(by)
    need_past(now, isolated_at=isolated_at)
    find_case(case_id)
    return _isolate(case_id, isolated_at, name_of(by), now)


def note_isolations(*, now: datetime) -> int:
    """Take over from evidence when confirmed cases were isolated; returns how many were.

    An order or another source's case item may come after the confirmation.
    """
    open_cases = Case.objects.filter(state=CaseState.CONFIRMED, isolated_at__isnull=True)
    waiting = list(open_cases.order_by("-decided_at")[:BATCH])
    on_record = queries.isolations([case.citizen_id for case in waiting])
    noted = 0
    for case in waiting:
        apart = queries.apart_from(on_record.get(case.citizen_id, []), case.sampled_at)
        if apart is not None and apart <= now:
            _isolate(case.pk, apart, "system:tracing", now)
            noted += 1
    return noted


def _isolate(case_id: int, isolated_at: datetime, actor: str, now: datetime) -> Case:
    with transaction.atomic():
        confirmed = Case.objects.select_for_update(no_key=True).filter(
            pk=case_id, state=CaseState.CONFIRMED
        )
        case = confirmed.first()
        if case is None:
            raise AlreadyDecided
        case.isolated_at, case.trace_due_at = isolated_at, now
        case.save(update_fields=["isolated_at", "trace_due_at"])
        hand_down(items=[episode_item(case, episode_of(case), now=now)], by=actor, now=now)
        record("isolated", case, actor, now)
    return case
