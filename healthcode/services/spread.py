"""Having everybody decided anew under rules that came into force, a part of them at a time."""

from datetime import datetime

from django.db import transaction

from healthcode import sql
from healthcode.models import HealthStatus, Spread
from healthcode.services.due import mark_due
from healthcode.services.in_force import part_of_the_city

#: People marked due per transaction: as many as the sweeper decides in a second, so that
#: whoever is due for another reason never waits behind a city.
CHUNK = 10_000


def spread_next(*, now: datetime) -> int:
    """Mark the next people due under an activation that has begun; return how many were looked at.

    One transaction; 0 when nothing is left or another sweeper is at it.
    """
    with transaction.atomic():
        waiting = Spread.objects.filter(done_at__isnull=True, begins_at__lte=now)
        rows = waiting.select_related("activation__ruleset").order_by("begins_at")
        locked = rows.select_for_update(of=("self",), skip_locked=True)
        return next((people for spread in locked if (people := _move_on(spread, now))), 0)


def _move_on(spread: Spread, now: datetime) -> int:
    prefix = part_of_the_city(spread.activation.region or spread.activation.ruleset.scope)
    people = sql.people_of(prefix, after=spread.last_citizen, limit=CHUNK)
    ids = [person.citizen_id for person in people]
    decided_before = HealthStatus.objects.filter(pk__in=ids).exclude(
        rules=spread.activation.ruleset.version
    )
    mark_due(citizen_ids=decided_before.values_list("pk", flat=True), now=now)
    if ids:
        spread.last_citizen = ids[-1]
    else:
        spread.done_at = now
    spread.save(update_fields=["last_citizen", "done_at"])
    return len(ids)
