"""The brake: a trace that would reach more people than one case does.

A wrong date, or a wrong stay in a station, reaches a city. Nothing of such a trace is written
until two different people have looked at whom it would reach; what was found before stands.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from tracing.errors import BrakeMoved, SecondPersonNeeded, UnknownBrake
from tracing.models import Case, CaseState, ContactGrade, TraceBrake
from tracing.services.alarms import raise_alarm, settle_alarm
from tracing.services.cases.deed import name_of
from tracing.services.cases.unwind import BRAKE_ALARM, brake_target, lift_brake
from tracing.services.trace.find import Found

#: A trace that is held back is searched no more often, whatever comes in meanwhile.
AGAIN_AFTER = timedelta(minutes=10)
#: What was looked at covers a trace that finds so many more: people come and go.
CONSIDERABLY = 1.1


def reach(found: Iterable[Found]) -> int:
    """How many people would be told: casual contacts are not."""
    return sum(one.grade is not ContactGrade.CASUAL for one in found)


def passes(case: Case, reached: int) -> bool:
    """Whether a trace that reaches so many may be written: it is within the limit, or not
    considerably beyond what two people have let pass.
    """
    if reached <= settings.TRACE_BRAKE_LIMIT:
        return True
    cleared = TraceBrake.objects.filter(case=case, cleared_at__isnull=False)
    seen = max(cleared.values_list("reached", flat=True), default=0)
    return reached <= seen * CONSIDERABLY


def hold_back(case: Case, found: Iterable[Found], *, now: datetime) -> bool:
    """Pull the brake if this trace reaches too many, or lift it if it does no longer; returns
    whether the trace is held back.

    Call it while the case is held. The case stays due and is searched again after a while.
    """
    reached = reach(found)
    # Held first: who clears it meanwhile is waited for, and seen.
    brake = _on().select_for_update().filter(case=case).first()
    if passes(case, reached):
        lift_brake(case, now)
        return False
    if brake is None:
        _pull(case, reached, now)
    else:
        _note(brake, reached)
    row = Case.objects.filter(pk=case.pk, trace_due_at=case.trace_due_at)
    row.update(trace_due_at=now + AGAIN_AFTER)
    return True


def look_at_brake(*, brake_id: int, seen: int, by: User, now: datetime) -> TraceBrake:
    """Say that one has looked at the `seen` people a trace would reach, and that it is meant.

    Raises NotPermitted, UnknownBrake, AlreadyDecided (somebody has), or BrakeMoved: it
    reaches another number by now.
    """
    with transaction.atomic():
        brake = _need_unmoved(brake_id, seen, by)
        if brake.first_by_id is not None:
            raise AlreadyDecided
        brake.first_by, brake.first_at = by, now
        brake.save(update_fields=["first_by", "first_at"])
        _record(brake_id, "first_looked", by, now, reached=seen)
    return brake


def clear_trace_brake(*, brake_id: int, seen: int, by: User, now: datetime) -> TraceBrake:
    """Let a trace pass, up to the `seen` people, as the second who has looked; it is due.

    Raises NotPermitted, UnknownBrake, SecondPersonNeeded for who looked first or if nobody
    has, AlreadyDecided, or BrakeMoved. The caller nudges the trace.
    """
    with transaction.atomic():
        brake = _need_unmoved(brake_id, seen, by)
        if brake.first_by_id in (None, by.pk):
            raise SecondPersonNeeded
        brake.cleared_by, brake.cleared_at = by, now
        brake.save(update_fields=["cleared_by", "cleared_at"])
        _record(brake_id, "cleared", by, now, reached=seen)
        settle_alarm(BRAKE_ALARM, brake_target(brake_id), name_of(by), now)
        confirmed = Case.objects.filter(pk=brake.case_id, state=CaseState.CONFIRMED)
        confirmed.update(trace_due_at=now)
    return brake


def _note(brake: TraceBrake, reached: int) -> None:
    """What it holds back by now; whoever looked at considerably fewer looks again."""
    if brake.first_by_id is None or reached > brake.reached * CONSIDERABLY:
        brake.reached, brake.first_by, brake.first_at = reached, None, None
        brake.save(update_fields=["reached", "first_by", "first_at"])


def _pull(case: Case, reached: int, now: datetime) -> None:
    brake = TraceBrake.objects.create(
        case=case, pulled_at=now, reached=reached, limit=settings.TRACE_BRAKE_LIMIT
    )
    raise_alarm(BRAKE_ALARM, case.district, brake_target(brake.pk), now)
    audit.record(
        actor="system:tracing",
        action="tracebrake.pulled",
        target=brake_target(brake.pk),
        now=now,
        case=case.pk,
        reached=reached,
        limit=brake.limit,
    )


def _on() -> QuerySet[TraceBrake]:
    return TraceBrake.objects.filter(cleared_at__isnull=True, lifted_at__isnull=True)


def _need_unmoved(brake_id: int, seen: int, by: User) -> TraceBrake:
    """The brake, held, if it is on and this person saw what it holds back."""
    if not by.has_perm("tracing.clear_tracebrake"):
        raise NotPermitted
    brake = TraceBrake.objects.select_for_update().filter(pk=brake_id).first()
    if brake is None:
        raise UnknownBrake
    if brake.cleared_at or brake.lifted_at:
        raise AlreadyDecided
    if brake.reached != seen:
        raise BrakeMoved(reached=brake.reached)
    return brake


def _record(brake_id: int, action: str, by: User, now: datetime, **details: int) -> None:
    audit.record(
        actor=name_of(by),
        action=f"tracebrake.{action}",
        target=brake_target(brake_id),
        now=now,
        **details,
    )
