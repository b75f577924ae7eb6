"""What happens in a city, for the tracer that shares nothing with the first: lists of stays.

No SQL, no Django: people, places and groups are numbers, instants are whole seconds.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

DAY = 86400


class Stay(NamedTuple):
    """A citizen in a place on [first, last); `told` by the citizen alone. Row 0 is the crew."""

    citizen: int
    place: int
    first: int
    last: int
    row: int | None = None
    told: bool = False


class Place(NamedTuple):
    """What kind of place it is; `closed_space` None: nobody knows."""

    vehicle: str = ""
    close_quarters: bool = False
    closed_space: bool | None = None


class Home(NamedTuple):
    """A citizen in a household; `last` None: to this day."""

    citizen: int
    group: int
    first: int
    last: int | None = None


Apart = tuple[int, int, int | None]


@dataclass(frozen=True)
class City:
    """All there is to know; `apart` are (citizen, first, last or None)."""

    stays: list[Stay]
    places: dict[int, Place]
    homes: list[Home]
    apart: list[Apart]
    now: int

    @cached_property
    def stays_of(self) -> dict[int, list[Stay]]:
        """Everybody's stays."""
        return _grouped(self.stays, 0)

    @cached_property
    def stays_at(self) -> dict[int, list[Stay]]:
        """The stays in each place, by their beginning."""
        return {place: sorted(at, key=_first) for place, at in _grouped(self.stays, 1).items()}

    @cached_property
    def homes_of(self) -> dict[int, list[Home]]:
        """Everybody's households."""
        return _grouped(self.homes, 0)

    @cached_property
    def homes_in(self) -> dict[int, list[Home]]:
        """Who lives in each household."""
        return _grouped(self.homes, 1)

    def present(self, place: int, first: int, last: int) -> Iterator[Stay]:
        """Who is in a place at some instant of [first, last); nobody stays for over a day."""
        stays = self.stays_at.get(place, [])
        for stay in stays[bisect_left(stays, first - DAY, key=_first) :]:
            if stay.first >= last:
                break
            if stay.last > first:
                yield stay


def _first(stay: Stay) -> int:
    return stay.first


def _grouped(rows: Sequence, field: int) -> dict[int, list]:
    groups: dict[int, list] = defaultdict(list)
    for row in rows:
        groups[row[field]].append(row)
    return groups


class Index(NamedTuple):
    """A case: whom it met on [since, until), at home until `isolated` (None: it goes on)."""

    citizen: int
    since: int
    until: int
    isolated: int | None
    traced_until: int
    sampled: int
    onset: int | None = None
