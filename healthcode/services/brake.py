"""The brake: too many people turning worse in a minute, with no case and no new rules behind it.

While it is on, such changes are held back; everybody concerned stays due, everything else goes
on. Two people clear it, and whoever was held back by it is let through.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from healthcode import sql
from healthcode.colours import Colour
from healthcode.models import Brake, WorseTally
from healthcode.policy import Decision

#: Kinds of evidence that come with a case an officer has confirmed.
BACKED_BY_A_CASE = frozenset({"case", "exposure"})
TALLIES_KEPT = timedelta(hours=1)


def turns_worse_unbacked(
    before: int, decision: Decision, kinds: Mapping[int, str], *, new_rules: bool
) -> bool:
    """Whether a person turns worse with neither a case nor newly activated rules behind it.

    `kinds`: of the evidence by its id. Unassessed stands outside the order: nobody turns worse
    from there.
    """
    if new_rules or before == Colour.UNASSESSED or decision.colour <= before:
        return False
    causes = {kinds.get(r.evidence or 0) for r in decision.reasons if r.colour == decision.colour}
    return not causes & BACKED_BY_A_CASE


def brake_for(worse: int, *, now: datetime) -> int | None:
    """The brake that holds these people back, pulled if they are too many; None: let them pass.

    Counts in the caller's transaction, as its last lock. People per minute of the clock.
    """
    brake = Brake.objects.filter(cleared_at__isnull=True).first()
    if brake is None and sql.count_worse(now, worse) > settings.HEALTHCODE_WORSE_PER_MINUTE:
        brake = _pull(worse, now)
    return None if brake is None else brake.pk


def clear_brake(*, brake_id: int, by: User, now: datetime) -> Brake:
    """Say that the changes held back are meant; the second person's word lets them through.

    Raises NotPermitted, also for the first person a second time, and AlreadyDecided.
    """
    if not by.has_perm("healthcode.clear_brake"):
        raise NotPermitted
    with transaction.atomic():
        brake = Brake.objects.select_for_update().get(pk=brake_id)
        if brake.cleared_at is not None:
            raise AlreadyDecided
        if brake.first_by_id == by.pk:
            raise NotPermitted
        _sign(brake, by, now)
        brake.save()
    return brake


def forget_tallies(*, now: datetime) -> int:
    """Delete counts of minutes long gone."""
    return WorseTally.objects.filter(minute__lt=now - TALLIES_KEPT).delete()[0]


def cleared_brakes(ids: Iterable[int]) -> set[int]:
    """Which of these brakes were cleared: whom they held back may pass."""
    wanted = set(ids)
    if not wanted:
        return set()
    rows = Brake.objects.filter(pk__in=wanted, cleared_at__isnull=False)
    return set(rows.values_list("pk", flat=True))


def _pull(worse: int, now: datetime) -> Brake | None:
    """Turn the brake on, or find it on: two workers may come to it at once."""
    try:
        with transaction.atomic():
            brake = Brake.objects.create(pulled_at=now, worse=worse)
    except IntegrityError:
        return Brake.objects.filter(cleared_at__isnull=True).first()
    audit.record(
        actor="system:recolour",
        action="brake.pulled",
        target=f"brake:{brake.pk}",
        now=now,
        limit=settings.HEALTHCODE_WORSE_PER_MINUTE,
    )
    return brake


def _sign(brake: Brake, by: User, now: datetime) -> None:
    """The first person's name, or the second's and the end of it."""
    if brake.first_by_id is None:
        brake.first_by, brake.first_at = by, now
        action = "brake.first_cleared"
    else:
        brake.cleared_by, brake.cleared_at = by, now
        WorseTally.objects.filter(minute__gte=now - timedelta(minutes=1)).delete()
        action = "brake.cleared"
    audit.record(actor=f"user:{by.username}", action=action, target=f"brake:{brake.pk}", now=now)
