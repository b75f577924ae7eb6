"""The time inside a scan's id (UUIDv7, RFC 9562 section 5.7), and its limits."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tracing.errors import ScanInvalid

OLDEST = timedelta(hours=72)
AHEAD = timedelta(seconds=60)
AT_ONCE = timedelta(seconds=5)
ON_TIME = timedelta(seconds=60)
"""A scan received within this time is judged by the server's clock: a gate's own may be off."""

_VERSION = 7
_TIME_SHIFT = 80


def scanned_at(scan_id: UUID, *, now: datetime) -> datetime:
    """Return when the scan was made; ScanInvalid unless it is a UUIDv7 within the limits.

    At most 72 hours before and 60 seconds after it was received.
    """
    if scan_id.version != _VERSION:
        raise ScanInvalid(scan_id="not a UUIDv7")
    milliseconds = scan_id.int >> _TIME_SHIFT
    # Compared as numbers first: the largest time in an id is no date at all.
    if milliseconds > (now + AHEAD).timestamp() * 1000:
        raise ScanInvalid(scan_id="ahead of the clock")
    if milliseconds < (now - OLDEST).timestamp() * 1000:
        raise ScanInvalid(scan_id="older than 72 hours")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def first_id(at: datetime) -> UUID:
    """Return the least id of a scan made at or after an instant."""
    return UUID(int=int(at.timestamp() * 1000) << _TIME_SHIFT)


def new_scan_id(at: datetime) -> UUID:
    """Return a fresh UUIDv7 of an instant, for a gate that makes none itself."""
    random = secrets.randbits(74)
    version, variant = _VERSION << 12, 0b10 << 62
    high = int(at.timestamp() * 1000) << 16 | version | random >> 62
    return UUID(int=high << 64 | variant | random & ((1 << 62) - 1))
