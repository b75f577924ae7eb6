"""Metro lines with their runs and carriages. A carriage on one run is a place of its own.

Runs are as frequent as the city is large, so that a carriage holds about a dozen riders at rush
hour whatever the number of citizens.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from tracing.services.city.plan import CityPlan

CARRIAGES = 6
FIRST_RUN, LAST_RUN = int(5.5 * 3600), 23 * 3600
DIRECTIONS = ("上行", "下行")
FEWEST_LINES, MOST_LINES = 2, 16
FREQUENT, RARE = 120, 3600
ASSUMED_STAY, LONGEST_STAY = timedelta(minutes=30), timedelta(hours=3)


class Commute(NamedTuple):
    """Somebody's line and way to work, seconds to their station, ride and carriage."""

    line: int
    outward: int
    offset: int
    ride: int
    carriage: int


class Carriage(NamedTuple):
    """One carriage on one run, as the table of places holds it."""

    place_id: int
    service: str
    departs: int
    carriage: str


@dataclass(frozen=True)
class Network:
    """Lines and the seconds between two runs."""

    lines: int
    headway: int

    @property
    def runs(self) -> int:
        """Runs of a line in one direction on a day."""
        return (LAST_RUN - FIRST_RUN) // self.headway + 1

    @property
    def carriages(self) -> int:
        """Carriages of all runs on a day: the ids a day needs."""
        return self.lines * len(DIRECTIONS) * self.runs * CARRIAGES


def network(plan: CityPlan) -> Network:
    """Lines and headway for the size of the city."""
    lines = max(FEWEST_LINES, min(MOST_LINES, plan.citizens // 5000))
    headway = 96_000 * 60 * lines // plan.citizens
    return Network(lines, max(FREQUENT, min(RARE, headway)))


class Timetable:
    """One day's runs; remembers which carriages were ridden."""

    def __init__(self, net: Network, midnight: int, ids: list[int]) -> None:
        """`ids` are place ids for every carriage of the day."""
        self._net, self._first, self._ids = net, midnight + FIRST_RUN, ids
        self._runs = net.runs
        self._used = bytearray(net.carriages)

    def board(self, commute: Commute, at: int, *, back: bool) -> tuple[int, int] | None:
        """Place and instant of boarding at a station from `at` on; None after the last run."""
        headway = self._net.headway
        start = self._first + commute.offset
        run = max(0, -((start - at) // headway))
        if run >= self._runs:
            return None
        way = commute.line * len(DIRECTIONS) + (commute.outward ^ back)
        slot = (way * self._runs + run) * CARRIAGES + commute.carriage
        self._used[slot] = 1
        return self._ids[slot], start + run * headway

    def ridden(self) -> list[Carriage]:
        """The carriages somebody boarded."""
        return [self._carriage(slot) for slot, used in enumerate(self._used) if used]

    def _carriage(self, slot: int) -> Carriage:
        run, carriage = divmod(slot, CARRIAGES)
        way, run = divmod(run, self._runs)
        line, direction = divmod(way, len(DIRECTIONS))
        departs = self._first + run * self._net.headway
        service = f"{line + 1}号线{DIRECTIONS[direction]}"
        return Carriage(self._ids[slot], service, departs, str(carriage + 1))
