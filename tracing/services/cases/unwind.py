"""Taking back what was derived from cases: exposures, contacts, encounters and a brake."""

from collections.abc import Collection, Iterable
from datetime import datetime

from accounts import audit
from tracing.models import Case, Contact, TraceBrake
from tracing.services.alarms import settle_alarm
from tracing.services.follow_up import drop_tasks
from tracing.services.hand_down import exposure_refs, hand_down

BRAKE_ALARM = "trace_brake"


def unwind(
    cases: Iterable[Case], *, no_longer: Collection[str] = (), by: str, now: datetime
) -> None:
    """Take back all that was derived from these cases, and the evidence `no_longer`.

    Call it while the cases are held; whoever it concerned is due. One call for all of them:
    the statuses are locked once, in order.
    """
    taken, refs = list(cases), list(no_longer)
    for case in taken:
        refs += exposures_of(case)
    hand_down(items=[], no_longer=refs, by=by, now=now)
    for case in taken:
        drop_tasks(case)
    Contact.objects.filter(case__in=taken).delete()
    for case in taken:
        lift_brake(case, now)


def exposures_of(case: Case) -> list[str]:
    """The `source_ref` of whatever was handed down about the contacts of a case."""
    people = Contact.objects.filter(case=case).values_list("citizen_id", flat=True)
    return list(exposure_refs(case, list(people)).values())


def lift_brake(case: Case, now: datetime) -> bool:
    """End a case's brake without anybody's word; False: it was not on."""
    on = TraceBrake.objects.filter(case=case, cleared_at__isnull=True, lifted_at__isnull=True)
    ids = list(on.values_list("pk", flat=True))
    lifted = on.update(lifted_at=now) == 1
    if lifted:
        settle_alarm(BRAKE_ALARM, brake_target(ids[0]), "system:tracing", now)
        audit.record(
            actor="system:tracing",
            action="tracebrake.lifted",
            target=brake_target(ids[0]),
            now=now,
            case=case.pk,
        )
    return lifted


def brake_target(brake_id: int) -> str:
    """How ledgers and alarms name a brake."""
    return f"tracebrake:{brake_id}"
