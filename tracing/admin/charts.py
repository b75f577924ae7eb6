"""What the charts' scripts are given: instants as local wall clocks, and page addresses."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.http import urlencode


def wall(at: datetime | None) -> int | None:
    """The local clock as milliseconds, as if it were UTC: drawn alike on every machine."""
    if at is None:
        return None
    local = timezone.localtime(at)
    return int((local.timestamp() + local.utcoffset().total_seconds()) * 1000)  # type: ignore[union-attr]


def clock(at: datetime | None) -> str:
    """Day and minute as text."""
    return f"{timezone.localtime(at):%m-%d %H:%M}" if at else ""


def query(**parts: Any) -> str:
    """A query of the parts that are not empty."""
    kept = {name: value for name, value in parts.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
