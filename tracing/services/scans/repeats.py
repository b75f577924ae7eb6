"""The same code shown twice: by two people, or by one who came back."""

from datetime import datetime, timedelta

from django.db.models import Q

from tracing.models import Device, Direction, Scan
from tracing.services.scans.times import first_id

SAME_DEVICE = timedelta(minutes=3)
ANY_DEVICE = timedelta(seconds=60)


def shown_before(*, device: Device, pass_id: bytes, at: datetime) -> int | None:
    """Return how many seconds ago the same pass was shown for entry, if that is suspicious.

    Suspicious: within three minutes at this device, within sixty seconds at any other. Exits
    do not count, nor does what came before an exit.
    """
    earlier = Scan.objects.filter(
        pass_id=pass_id, scan_id__gte=first_id(at - SAME_DEVICE), scan_id__lt=first_id(at)
    )
    suspicious = Q(device_id=device.pk) | Q(scanned_at__gt=at - ANY_DEVICE)
    last = earlier.filter(suspicious | Q(direction=Direction.EXIT)).order_by("-scan_id").first()
    if last is None or last.direction == Direction.EXIT:
        return None
    return round((at - last.scanned_at).total_seconds())
