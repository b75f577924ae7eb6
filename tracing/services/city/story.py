"""The story of the demo: an index case, whom they met, and who is to watch their phone.

Three days before today the index case works in a room with colleagues, lunches among strangers,
rides the metro and takes a train; the next morning they come back and are tested.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tracing.services.city.habits import Habit, Place, Rhythm
from tracing.services.city.mobility import Stay, Walk
from tracing.services.city.people import Person, Role
from tracing.services.city.plan import CityRefused
from tracing.services.city.venues import Venues

#: What somebody does on a day instead of following their habits.
Day = Callable[[Walk], list[Stay]]

FATEFUL_DAY, TEST_DAY = 3, 2
SAMPLED_HOUR = 8 + 10 / 60
FEWEST_COLLEAGUES, GUESTS = 4, 6


@dataclass(frozen=True)
class Cast:
    """The people of the story; `kept` are those whom no other event may touch."""

    index: Person
    close: Person
    secondary: Person
    newcomer: Person
    colleagues: list[Person]
    guests: list[Person]
    kept: frozenset[int]

    @property
    def watched(self) -> tuple[Person, ...]:
        """Those who hold a code already, so that signing in shows it."""
        return self.index, self.close, self.secondary


def choose_cast(people: Sequence[Person], habits: Sequence[Habit], venues: Venues) -> Cast:
    """The first people who fit, or CityRefused if the city is too small for a story."""
    homes = _homes(people)
    for room in _rooms(people, habits, venues).values():
        index = next((one for one in room if habits[one.number].commute), None)
        pair = next(_pairs(index, room, homes), None) if index else None
        if index and pair:
            close, secondary = pair
            return _complete(index, close, secondary, room, people, homes)
    raise CityRefused(reason="no office, household and commuter fit the story; take more citizens")


def story_days(cast: Cast, habits: Sequence[Habit], days: int) -> Mapping[int, dict[int, Day]]:
    """By day ago and person: what the people of the story do instead of an ordinary day."""
    table = habits[cast.index.number].tables[0]
    plans: dict[int, dict[int, Day]] = defaultdict(dict)
    for person in cast.colleagues:
        plans[FATEFUL_DAY][person.number] = _at_work
    for person in cast.guests:
        plans[FATEFUL_DAY][person.number] = lambda walk: _lunch(walk, table)
    plans[FATEFUL_DAY][cast.index.number] = _fateful
    for ago in range(TEST_DAY + 1):
        plans[ago][cast.index.number] = _nowhere
    for ago in range(days + 1):
        plans[ago][cast.secondary.number] = _nowhere
    return plans


def _homes(people: Iterable[Person]) -> dict[int, list[Person]]:
    homes: dict[int, list[Person]] = defaultdict(list)
    for person in people:
        homes[person.household].append(person)
    return homes


def _rooms(
    people: Iterable[Person], habits: Sequence[Habit], venues: Venues
) -> dict[int, list[Person]]:
    """Offices by day where enough colleagues sit close together."""
    rooms: dict[int, list[Person]] = defaultdict(list)
    for person in people:
        if person.base is None or habits[person.number].rhythm is not Rhythm.OFFICE:
            continue
        if venues.zones[person.base].close_quarters:
            rooms[person.base].append(person)
    return {zone: staff for zone, staff in rooms.items() if len(staff) > FEWEST_COLLEAGUES}


def _pairs(
    index: Person, room: Sequence[Person], homes: Mapping[int, list[Person]]
) -> Iterator[tuple[Person, Person]]:
    """Colleagues with somebody at home who has nothing else to do with the index case."""
    if len(homes[index.household]) < 2:
        return
    for colleague in room:
        if colleague.household == index.household or colleague.document_type == "passport":
            continue
        for other in homes[colleague.household]:
            if other.adult and other not in room and other.document_type == "resident_id":
                yield colleague, other


def _complete(
    index: Person,
    close: Person,
    secondary: Person,
    room: Sequence[Person],
    people: Sequence[Person],
    homes: Mapping[int, list[Person]],
) -> Cast:
    taken = {person.number for person in room}
    for person in (index, close, secondary):
        taken |= {member.number for member in homes[person.household]}
    others = (one for one in people if one.role is Role.WORK and one.number not in taken)
    suitable = (one for one in others if not one.night_shift and one.class_number is None)
    newcomer, *guests = islice(suitable, GUESTS + 1)
    kept = taken | {person.number for person in (newcomer, *guests)}
    colleagues = [person for person in room if person is not index]
    return Cast(index, close, secondary, newcomer, colleagues, guests, frozenset(kept))


def _fateful(walk: Walk) -> list[Stay]:
    """Office, lunch, office, metro; the train of the evening is travel evidence."""
    base = walk.habit.base
    if base is None:
        return []
    walk.wait_until(9)
    walk.stay_until(base, 11.8)
    walk.stay_until(walk.habit.tables[0], 12.8)
    walk.stay_until(base, 17)
    walk.ride(back=True)
    return walk.stays


def _at_work(walk: Walk) -> list[Stay]:
    walk.wait_until(9)
    if walk.habit.base is not None:
        walk.stay_until(walk.habit.base, 17.5)
    return walk.stays


def _lunch(walk: Walk, table: Place) -> list[Stay]:
    """A morning at work and a lunch where the index case eats."""
    walk.wait_until(9)
    if walk.habit.base is not None:
        walk.stay_until(walk.habit.base, 11.5)
    walk.stay_until(table, 12.75)
    return walk.stays


def _nowhere(walk: Walk) -> list[Stay]:
    return []
