"""What a city is made from: its size, its days and its seed. The same plan, the same city."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random

from django.utils import timezone

from accounts.errors import DomainError

FEWEST_CITIZENS, MOST_CITIZENS = 300, 1_000_000
# The story needs its infectious days; visits are kept for 28.
FEWEST_DAYS, MOST_DAYS = 5, 28
DAY = 86_400


class CityRefused(DomainError):
    """The city cannot be built; `details["reason"]` says why."""

    code = "city_refused"
    message = "The city cannot be built."


@dataclass(frozen=True)
class CityPlan:
    """A city of `citizens` people who move about for `days` days until an instant."""

    citizens: int
    days: int
    seed: int
    until: datetime

    def __post_init__(self) -> None:
        """Refuse what cannot be built: CityRefused."""
        if not FEWEST_CITIZENS <= self.citizens <= MOST_CITIZENS:
            raise CityRefused(reason=f"citizens: {FEWEST_CITIZENS} to {MOST_CITIZENS}")
        if not FEWEST_DAYS <= self.days <= MOST_DAYS:
            raise CityRefused(reason=f"days: {FEWEST_DAYS} to {MOST_DAYS}")
        if timezone.is_naive(self.until) or self.until.microsecond:
            raise CityRefused(reason="until: whole seconds with an offset")

    def stream(self, purpose: str) -> Random:
        """A generator of its own for each purpose, so that one cannot shift another."""
        return Random(f"{self.seed}/{purpose}")  # noqa: S311

    @cached_property
    def today(self) -> date:
        """The local day of `until`."""
        return timezone.localdate(self.until)

    @property
    def end(self) -> int:
        """`until` in seconds since 1970."""
        return int(self.until.timestamp())

    def days_ago(self) -> Iterator[int]:
        """Every day of the city as its distance from today, the oldest first."""
        return iter(range(self.days, -1, -1))

    def day(self, ago: int) -> date:
        """The local day so many days before today."""
        return self.today - timedelta(days=ago)

    def at(self, ago: int, hour: float = 0) -> datetime:
        """The local time of day, so many days before today."""
        midnight = datetime.combine(self.day(ago), time(), timezone.get_default_timezone())
        return midnight + timedelta(hours=hour)

    def midnight(self, ago: int) -> int:
        """The start of a local day in seconds since 1970."""
        return int(self.at(ago).timestamp())


def instant(seconds: int) -> datetime:
    """Seconds since 1970 as an aware instant."""
    return datetime.fromtimestamp(seconds, UTC)


def written(seconds: int) -> str:
    """Seconds since 1970 as evidence files write them: ISO 8601 with the local offset."""
    return datetime.fromtimestamp(seconds, timezone.get_default_timezone()).isoformat()
