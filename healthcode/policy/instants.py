"""Instants as whole epoch seconds, and the local days of a rule set's time zone."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 86_400
HOUR = 3_600
EPOCH_DAY = date(1970, 1, 1).toordinal()
# The years in which a zone is looked at to see whether its offset ever changes.
YEARS = range(2000, 2060)

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


class InstantInvalid(ValueError):
    """Not an instant: no offset, a fraction of a second, or no such time."""


def parse_instant(value: Any) -> int:
    """Return epoch seconds for ISO 8601 text with an offset, an aware datetime or an integer.

    Text without an offset and fractions of a second raise `InstantInvalid`.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    moment = value if isinstance(value, datetime) else _from_text(value)
    if moment.tzinfo is None:
        raise InstantInvalid("An instant needs an offset.")
    if moment.microsecond:
        raise InstantInvalid("An instant is a whole second.")
    return int(moment.timestamp())


def _from_text(value: Any) -> datetime:
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        raise InstantInvalid("An instant is ISO 8601 with an offset, in whole seconds.")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise InstantInvalid("There is no such time.") from error


class Calendar:
    """The local days of one time zone, in epoch seconds.

    A zone whose offset never changes is counted in integers; any other is looked up.
    """

    __slots__ = ("_midnight", "_offset", "_text", "_zone", "name")

    def __init__(self, name: str) -> None:
        """Take an IANA zone name; raise `ValueError` for an unknown one."""
        try:
            self._zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
            raise ValueError(f"no time zone is named {name}") from error
        self.name = name
        self._offset = _fixed_offset(self._zone)
        self._midnight = lru_cache(maxsize=4096)(self._look_up_midnight)
        self._text = lru_cache(maxsize=4096)(self._write_down)

    def day_of(self, instant: int) -> int:
        """The number of the local day that holds an instant (days since 1970-01-01)."""
        if self._offset is not None:
            return (instant + self._offset) // DAY
        return datetime.fromtimestamp(instant, self._zone).toordinal() - EPOCH_DAY

    def midnight(self, day: int) -> int:
        """The first instant of a local day."""
        if self._offset is not None:
            return day * DAY - self._offset
        return self._midnight(day)

    def end_of_day(self, instant: int, days: int) -> int:
        """24:00 of the local day `days` after the one that holds the instant (its day 0)."""
        return self.midnight(self.day_of(instant) + days + 1)

    def iso(self, instant: int) -> str:
        """ISO 8601 text in local time, with its offset."""
        return self._text(instant)

    def _write_down(self, instant: int) -> str:
        return datetime.fromtimestamp(instant, self._zone).isoformat()

    def _look_up_midnight(self, day: int) -> int:
        local = datetime.combine(
            date.fromordinal(EPOCH_DAY + day), datetime.min.time(), tzinfo=self._zone
        )
        return int(local.timestamp())


def _fixed_offset(zone: ZoneInfo) -> int | None:
    start = datetime(YEARS.start, 1, 1, tzinfo=UTC)
    weeks = (YEARS.stop - YEARS.start) * 53
    offsets = {(start + timedelta(weeks=n)).astimezone(zone).utcoffset() for n in range(weeks)}
    only = offsets.pop()
    return int(only.total_seconds()) if only is not None and not offsets else None
