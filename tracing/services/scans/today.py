"""How many scans of each outcome a device made today: numbers, no names."""

from datetime import datetime, time

from django.db.models import Count
from django.utils import timezone

from healthcode.colours import Outcome
from tracing.models import Device, Scan
from tracing.services.scans.times import first_id


def count_today(*, device: Device, now: datetime) -> dict[str, int]:
    """Return the number of scans per outcome since local midnight; no outcome is left out."""
    midnight = datetime.combine(timezone.localdate(now), time(), timezone.get_current_timezone())
    made = Scan.objects.filter(device_id=device.pk, scan_id__gte=first_id(midnight))
    found = dict(made.order_by().values_list("outcome").annotate(Count("scan_id")))
    return {outcome.value: found.get(outcome.value, 0) for outcome in Outcome}
