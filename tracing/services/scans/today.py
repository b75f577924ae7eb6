"""How many scans of each outcome a device made today: numbers, no names."""

from datetime import datetime, time

from django.db.models import Count
from django.utils import timezone

from healthcode.colours import Outcome
from tracing.models import Device, Scan, Visit
from tracing.services.scans.times import first_id
from tracing.windows import LONGEST_ROW


def count_today(*, device: Device, now: datetime) -> dict[str, int]:
    """Return the number of scans per outcome since local midnight; no outcome is left out."""
    midnight = datetime.combine(timezone.localdate(now), time(), timezone.get_current_timezone())
    made = Scan.objects.filter(device_id=device.pk, scan_id__gte=first_id(midnight))
    found = dict(made.order_by().values_list("outcome").annotate(Count("scan_id")))
    return {outcome.value: found.get(outcome.value, 0) for outcome in Outcome}


def count_inside(*, device: Device, now: datetime) -> int:
    """Return how many people are in the device's zone at `now`, by what is recorded.

    Whoever left without a scan counts until the assumed end of their stay.
    """
    place = device.zone.place
    running = Visit.objects.filter(
        place_id=place.pk, entered_at__gt=now - LONGEST_ROW, entered_at__lte=now, left_at__gt=now
    )
    return running.count()
