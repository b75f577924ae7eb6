"""The same person's code shown twice: by two people, or by one who came back.

By the person, not by the pass: every page that is opened has a pass of its own.
"""

from datetime import datetime, timedelta
from uuid import UUID

from tracing.models import Direction, Scan
from tracing.services.scans.times import first_id

SAME_DEVICE = timedelta(minutes=3)
ANY_DEVICE = timedelta(seconds=60)


def shown_before(
    *, scan_id: UUID, device_id: int, citizen_id: int, at: datetime, received_at: datetime
) -> int | None:
    """Return how many seconds apart the same person went in twice, if that is suspicious.

    Suspicious: within three minutes at this device, within sixty seconds at any other, as the
    server saw it: whichever scan was received first was the first. Exits do not count, nor an
    entry on the other side of an exit, nor somebody who was not let in.
    """
    near = Scan.objects.filter(
        citizen_id=citizen_id,
        scan_id__gte=first_id(at - SAME_DEVICE),
        scan_id__lte=first_id(at + SAME_DEVICE),
        received_at__lte=received_at,
    )
    near = near.exclude(pk=scan_id).exclude(admitted=False)
    scans = list(near.only("device_id", "direction", "scanned_at"))
    exits = [scan.scanned_at for scan in scans if scan.direction == Direction.EXIT]
    apart = [
        abs(at - scan.scanned_at)
        for scan in scans
        if scan.direction == Direction.ENTRY
        and abs(at - scan.scanned_at) < (SAME_DEVICE if scan.device_id == device_id else ANY_DEVICE)
        and not any(min(at, scan.scanned_at) < out < max(at, scan.scanned_at) for out in exits)
    ]
    return round(min(apart).total_seconds()) if apart else None
