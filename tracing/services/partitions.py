"""Partitions made ahead of the day and the month that need them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from tracing import sql

# A visit or scan outside these days is refused before the insert.
DAYS_BACK, DAYS_AHEAD = 28, 2
PASS_DAYS_BACK = 6
MONTHS_BACK, MONTHS_AHEAD = 1, 2
LEDGERS = ("accounts_auditevent", "accounts_accessevent", "healthcode_colourchange")


class Partition(NamedTuple):
    """One child table: its parent, the word that ends its name, its half-open bounds."""

    parent: str
    suffix: str
    lower: str
    upper: str

    @property
    def name(self) -> str:
        """The name of the child table."""
        return f"{self.parent}_{self.suffix}"


def make_partitions(*, now: datetime) -> int:
    """Make every partition that is missing around `now`; returns how many were made.

    Visits and scans by local day from 28 days back to 2 ahead, bound passes from 6 back, ledgers
    by local month from one back to two ahead. Each partition is a statement of its own: its lock
    on the parent lasts no longer, and what a busy table refuses today (after 2 s) the next run
    makes.
    """
    wanted = {part.name: part for part in _wanted(now)}
    with connection.cursor() as cursor:
        cursor.execute(sql.MISSING_TABLES, {"names": list(wanted)})
        missing = [wanted[name] for (name,) in cursor.fetchall()]
        made = 0
        for part in missing:
            cursor.execute(sql.MAKE_PARTITION, part._asdict())
            made += cursor.fetchone()[0]
    return made


def kept_since(now: datetime) -> datetime:
    """Start of the first local day that has a partition; earlier visits and scans are refused."""
    return _midnight(timezone.localdate(now) - timedelta(days=DAYS_BACK))


def _wanted(now: datetime) -> Iterator[Partition]:
    today = timezone.localdate(now)
    for ahead in range(-DAYS_BACK, DAYS_AHEAD + 1):
        yield from _of_day(today + timedelta(days=ahead))
    for ahead in range(-PASS_DAYS_BACK, DAYS_AHEAD + 1):
        yield _of_passes(today + timedelta(days=ahead))
    for ahead in range(-MONTHS_BACK, MONTHS_AHEAD + 1):
        yield from _of_month(_month(today, ahead), _month(today, ahead + 1))


def _of_day(day: date) -> Iterator[Partition]:
    start, end, suffix = _midnight(day), _midnight(day + timedelta(days=1)), f"{day:%Y%m%d}"
    yield Partition("tracing_visit", suffix, start.isoformat(), end.isoformat())
    yield Partition("tracing_scan", suffix, _first_uuid7(start), _first_uuid7(end))


def _of_passes(day: date) -> Partition:
    following = day + timedelta(days=1)
    return Partition("healthcode_boundpass", f"{day:%Y%m%d}", f"{day}", f"{following}")


def _of_month(first: date, following: date) -> Iterator[Partition]:
    for ledger in LEDGERS:
        start, end = _midnight(first), _midnight(following)
        yield Partition(ledger, f"{first:%Y%m}", start.isoformat(), end.isoformat())


def _month(today: date, ahead: int) -> date:
    months = today.year * 12 + today.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _first_uuid7(instant: datetime) -> str:
    """The least UUID whose first 48 bits are the instant in Unix milliseconds (RFC 9562, 5.7)."""
    digits = f"{int(instant.timestamp() * 1000):012x}{0:020x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
