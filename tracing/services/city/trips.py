"""Trains and flights: who sat where on which run, and who came from abroad.

Written as travel evidence only: boarding them is the service's own work. Whoever travels is away
from the city's places from the day of leaving to the day of return.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import NamedTuple

from tracing.services.city.people import Person
from tracing.services.city.plan import CityPlan, written
from tracing.services.city.story import FATEFUL_DAY, TEST_DAY, Cast

TRAVELLERS_A_DAY = 0.003
ARRIVALS_A_DAY = 0.0002
PARTY = 24
ISOLATION_DAYS = 7
COMPANIONS = 10


class Line(NamedTuple):
    """A connection: mode, vehicle, both ends (country, region), hours under way."""

    mode: str
    vehicle: str
    country: str
    region: str
    gate: str
    hours: float


_TRAINS = (
    Line("train", "train_sealed", "CHN", "330100", "310112", 1),
    Line("train", "train_sealed", "CHN", "320100", "310112", 1.5),
    Line("train", "train_sealed", "CHN", "320500", "310106", 0.5),
    Line("train", "train_sealed", "CHN", "110000", "310112", 4.5),
)
_FLIGHTS = (
    Line("flight", "aircraft", "CHN", "440300", "310105", 2.5),
    Line("flight", "aircraft", "CHN", "510100", "310115", 3.5),
)
_FROM_ABROAD = (
    Line("flight", "aircraft", "JPN", "", "310115", 3),
    Line("flight", "aircraft", "SGP", "", "310115", 5.5),
    Line("flight", "aircraft", "HKG", "", "310115", 2.5),
    Line("flight", "aircraft", "DEU", "", "310115", 11.5),
)


class Journey(NamedTuple):
    """One leg of a party: the line, its direction, departure in seconds, the service."""

    line: Line
    inward: bool
    departs: int
    service: str

    @property
    def arrives(self) -> int:
        """Arrival in seconds since 1970."""
        return self.departs + int(self.line.hours * 3600)


class Arrival(NamedTuple):
    """Somebody who came from abroad and is isolated since."""

    person: Person
    at: int
    ago: int


@dataclass
class Travels:
    """All legs as rows of a file, who is away on which day ago, and who came from abroad."""

    rows: list[tuple[int, list[object]]] = field(default_factory=list)
    away: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    arrivals: list[Arrival] = field(default_factory=list)
    tours: int = 0


def make_travels(plan: CityPlan, people: Sequence[Person], cast: Cast) -> Travels:
    """Parties of every day, the index case's train with its neighbours, arrivals."""
    rng = plan.stream("trips")
    travels = Travels()
    free = [person for person in people if _may_travel(person, cast)]
    rng.shuffle(free)
    # Foreigners are the likelier to come from abroad.
    free.sort(key=lambda person: person.document_type == "passport")
    _fateful_train(plan, cast, free, travels)
    for ago in plan.days_ago():
        _arrive(plan, ago, free, travels, rng)
    rng.shuffle(free)
    for ago in plan.days_ago():
        for party in _parties(len(people), free, rng):
            _tour(plan, ago, party, travels, rng)
    travels.rows.sort(key=lambda row: row[0])
    return travels


def _may_travel(person: Person, cast: Cast) -> bool:
    """Adults whose story is not told already; night shifts end when trains have left."""
    return person.adult and not person.night_shift and person.number not in cast.kept


def travel_rows(plan: CityPlan, travels: Travels) -> Iterator[list[object]]:
    """Legs that have arrived by the end, named in order of arrival."""
    for number, (arrives, row) in enumerate(travels.rows):
        if arrives <= plan.end:
            yield [f"leg-{number:07}", *row]


def _fateful_train(plan: CityPlan, cast: Cast, free: list[Person], travels: Travels) -> None:
    """Hangzhou and back, the index case in the midst of their row's neighbours."""
    party = [free.pop() for _ in range(min(COMPANIONS, len(free) // 4))]
    for person in party:
        travels.away[FATEFUL_DAY].add(person.number)
        travels.away[TEST_DAY].add(person.number)
    party.insert(len(party) // 2, cast.index)
    out = int(plan.at(FATEFUL_DAY, 19.5).timestamp())
    back = int(plan.at(TEST_DAY, 6.25).timestamp())
    _seat(Journey(_TRAINS[0], False, out, "G9311"), party, travels)
    _seat(Journey(_TRAINS[0], True, back, "G9306"), party, travels)


def _arrive(plan: CityPlan, ago: int, free: list[Person], travels: Travels, rng: Random) -> None:
    """A flight from abroad; its passengers are nowhere else before, and isolated after."""
    wanted = max(1, round(plan.citizens * ARRIVALS_A_DAY))
    party = [free.pop() for _ in range(min(wanted, len(free) // 4))]
    line = rng.choice(_FROM_ABROAD)
    departs = int(plan.at(ago, rng.uniform(0, 10)).timestamp())
    journey = Journey(line, True, departs, f"MU{rng.randint(200, 799)}")
    _seat(journey, party, travels)
    for person in party:
        travels.arrivals.append(Arrival(person, journey.arrives, ago))
        for day in range(max(0, ago - ISOLATION_DAYS), plan.days + 1):
            travels.away[day].add(person.number)


def _parties(citizens: int, free: list[Person], rng: Random) -> Iterator[list[Person]]:
    """Everybody who leaves on one day, in parties that share a run."""
    wanted = min(len(free) // 4, max(4, round(citizens * TRAVELLERS_A_DAY)))
    leaving = [free.pop() for _ in range(wanted)]
    for start in range(0, len(leaving), PARTY):
        yield leaving[start : start + PARTY]


def _tour(plan: CityPlan, ago: int, party: Sequence[Person], travels: Travels, rng: Random) -> None:
    """There in the morning, back in the evening of that day or of one of the next three."""
    line = rng.choice(_TRAINS if rng.random() < 0.8 else _FLIGHTS)
    back, letters = ago - rng.randint(0, 3), "G" if line.mode == "train" else "MU"
    # Numbers are those of runs, each its own: nobody shares a run by chance.
    travels.tours += 1
    number = 1000 + travels.tours * 2 % 8000
    out = plan.at(ago, rng.randint(26, 40) / 4)
    _seat(Journey(line, False, int(out.timestamp()), f"{letters}{number}"), party, travels)
    if back >= 0:
        home = plan.at(back, rng.randint(60, 72) / 4)
        _seat(Journey(line, True, int(home.timestamp()), f"{letters}{number + 1}"), party, travels)
    for day in range(max(0, back), ago + 1):
        travels.away[day].update(person.number for person in party)


def _seat(journey: Journey, party: Iterable[Person], travels: Travels) -> None:
    """Seat a party in order: two to a row and twelve to a carriage, or three to a row."""
    for position, person in enumerate(party):
        if journey.line.mode == "train":
            carriage, row, seat = f"{5 + position // 12:02}", 4 + position % 12 // 2, position % 2
        else:
            carriage, row, seat = "", 11 + position // 3, position % 3
        row_of = _row(journey, person, carriage, row, "ABC"[seat])
        travels.rows.append((journey.arrives, row_of))


def _row(journey: Journey, person: Person, carriage: str, row: int, seat: str) -> list[object]:
    line = journey.line
    there, here = (line.country, line.region), ("CHN", line.gate)
    start, goal = (there, here) if journey.inward else (here, there)
    times = (written(journey.departs), written(journey.arrives))
    named = (1, "", person.document_type, person.document_number)
    what = (line.mode, journey.service, line.vehicle)
    return [*named, *what, *times, *start, *goal, "passenger", carriage, "", row, seat]


def isolation_ends(arrival: Arrival) -> int:
    """When the order of somebody who came from abroad ends, in seconds since 1970."""
    return arrival.at + int(timedelta(days=ISOLATION_DAYS).total_seconds())
