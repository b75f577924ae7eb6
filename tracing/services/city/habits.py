"""What each person does again and again: their room, line, shops and tables."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from random import Random
from typing import NamedTuple

from tracing.models import VenueKind
from tracing.services.city.metro import CARRIAGES, Commute, Network
from tracing.services.city.people import Person, Role
from tracing.services.city.plan import CityPlan
from tracing.services.city.venues import Venues

COMMUTERS = 0.45
MINUTE = 60


class Rhythm(Enum):
    """The shape of somebody's days."""

    OFFICE = auto()
    NIGHT = auto()
    SCHOOL = auto()
    FREE = auto()
    INDOORS = auto()


class Place(NamedTuple):
    """A zone as a place to stay in: the id of its place and its assumed stay in seconds."""

    id: int
    assumed: int


class Habit(NamedTuple):
    """Somebody's usual places; `leaves` is the second of the day at which they set out."""

    person: int
    rhythm: Rhythm
    leaves: int
    base: Place | None
    commute: Commute | None
    shops: tuple[Place, Place]
    tables: tuple[Place, Place]
    market: Place
    mall: Place
    leisure: Place
    hospital: Place


def make_habits(
    plan: CityPlan, people: list[Person], venues: Venues, net: Network, places: Sequence[Place]
) -> list[Habit]:
    """One habit per person; `places` holds the place of every zone."""
    return list(_habits(people, venues, net, places, plan.stream("habits")))


def _habits(
    people: list[Person], venues: Venues, net: Network, places: Sequence[Place], rng: Random
) -> Iterator[Habit]:
    for person in people:
        home = person.community[:6]
        work = _district(person, venues)

        def near(kind: VenueKind, district: str) -> Place:
            return places[venues.near(kind, district)]

        yield Habit(
            person=person.number,
            rhythm=_rhythm(person),
            leaves=_leaves(person, rng),
            base=None if person.base is None else places[person.base],
            commute=_commute(person, net, rng),
            shops=(near(VenueKind.SHOP, home), near(VenueKind.SHOP, work)),
            tables=(near(VenueKind.RESTAURANT, work), near(VenueKind.RESTAURANT, home)),
            market=near(VenueKind.MARKET, home),
            mall=near(VenueKind.MALL, rng.choice((home, ""))),
            leisure=near(VenueKind.LEISURE, home),
            hospital=near(VenueKind.HOSPITAL, home),
        )


def _district(person: Person, venues: Venues) -> str:
    """Where their days are spent: at work or near home."""
    if person.base is None:
        return person.community[:6]
    return venues.venues[venues.zones[person.base].venue].district


def _rhythm(person: Person) -> Rhythm:
    match person.role:
        case Role.WORK if person.night_shift:
            return Rhythm.NIGHT
        case Role.WORK:
            return Rhythm.OFFICE
        case Role.SCHOOL | Role.KINDERGARTEN:
            return Rhythm.SCHOOL
        case Role.RETIRED:
            return Rhythm.FREE
        case Role.AT_HOME:
            return Rhythm.FREE if person.adult else Rhythm.INDOORS


def _leaves(person: Person, rng: Random) -> int:
    """Around 7:20 to school (children do not ride) and 8:00 to work; later for the rest."""
    match person.role:
        case Role.SCHOOL | Role.KINDERGARTEN:
            return rng.randint(440, 470) * MINUTE
        case Role.WORK:
            return rng.randint(430, 520) * MINUTE
        case Role.RETIRED | Role.AT_HOME:
            return rng.randint(400, 640) * MINUTE


def _commute(person: Person, net: Network, rng: Random) -> Commute | None:
    if person.role is not Role.WORK or rng.random() > COMMUTERS:
        return None
    offset, ride = rng.randint(0, 30) * MINUTE, rng.randint(8, 45) * MINUTE
    line, outward, carriage = rng.randrange(net.lines), rng.randrange(2), rng.randrange(CARRIAGES)
    return Commute(line, outward, offset, ride, carriage)
