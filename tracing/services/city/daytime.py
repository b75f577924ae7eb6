"""Where people spend their working days: schools with classes, workplaces with rooms."""

from collections.abc import Iterator
from itertools import groupby
from random import Random

from tracing.models import VenueKind, ZoneKind
from tracing.services.city.people import Person, Role
from tracing.services.city.plan import CityPlan
from tracing.services.city.venues import Venues, numbered

PUPILS_PER_SCHOOL = {Role.KINDERGARTEN: 150, Role.SCHOOL: 600}
PUPILS_PER_CLASS = {Role.KINDERGARTEN: 20, Role.SCHOOL: 32}
SCHOOL_WORDS = {Role.KINDERGARTEN: "幼儿园", Role.SCHOOL: "学校"}
PEOPLE_PER_ROOM = (5, 10)
ROOMS_PER_COMPANY = (1, 6)
NIGHT_ROOMS = 0.2
# Offices so small and full that everybody in them is near everybody.
CLOSE_ROOMS = 0.4
# Kinds of workplaces by how many companies of a hundred are one.
WORKPLACES = (
    (78, VenueKind.OFFICE, "办公楼", "办公室"),
    (17, VenueKind.FACTORY, "工厂", "车间"),
    (5, VenueKind.OTHER, "物流中心", "分拣间"),
)


def assign_bases(plan: CityPlan, people: list[Person], venues: Venues) -> None:
    """Give every pupil a class, every class a teacher and every other worker a room."""
    rng = plan.stream("daytime")
    workers = [person for person in people if person.role is Role.WORK]
    rng.shuffle(workers)
    classes = 0
    for role in (Role.KINDERGARTEN, Role.SCHOOL):
        for members, zone in _classes(plan, people, venues, role):
            classes += 1
            teachers = [workers.pop()] if workers else []
            for person in [*members, *teachers]:
                person.base, person.class_number = zone, classes
    _employ(workers, venues, rng)


def _classes(
    plan: CityPlan, people: list[Person], venues: Venues, role: Role
) -> Iterator[tuple[list[Person], int]]:
    """Classes of about one age in schools near home, each with its room."""
    pupils = [person for person in people if person.role is role]
    pupils.sort(key=lambda person: (person.community, person.number))
    size = PUPILS_PER_SCHOOL[role]
    for number, start in enumerate(range(0, len(pupils), size)):
        school = pupils[start : start + size]
        name = numbered(number) + SCHOOL_WORDS[role]
        venue = venues.open_venue(VenueKind.SCHOOL, name, school[0].community)
        for room, members in _by_age(plan, school, PUPILS_PER_CLASS[role]):
            yield members, venues.add_zone(venue, room, ZoneKind.ROOM)


def _by_age(plan: CityPlan, pupils: list[Person], size: int) -> Iterator[tuple[str, list[Person]]]:
    """Split a school into classes with their names; a school year begins in September."""

    def year(person: Person) -> int:
        return plan.today.year - person.born.year - (person.born.month >= 9)

    pupils = sorted(pupils, key=lambda person: (year(person), person.number))
    for age, group in groupby(pupils, year):
        members = list(group)
        for number, start in enumerate(range(0, len(members), size), start=1):
            yield f"{age}岁{number}班教室", members[start : start + size]


def _employ(workers: list[Person], venues: Venues, rng: Random) -> None:
    """Fill companies, room by room, until everybody has work."""
    company = 0
    while workers:
        _, kind, word, room = rng.choices(WORKPLACES, [place[0] for place in WORKPLACES])[0]
        venue = venues.open_venue(kind, numbered(company) + word, workers[-1].community)
        company += 1
        for number in range(1, rng.randint(*ROOMS_PER_COMPANY) + 1):
            close = kind is VenueKind.OFFICE and rng.random() < CLOSE_ROOMS
            night = kind is VenueKind.FACTORY and rng.random() < NIGHT_ROOMS
            zone = venues.add_zone(venue, f"{number}号{room}", ZoneKind.ROOM, close=close)
            for _ in range(min(len(workers), rng.randint(*PEOPLE_PER_ROOM))):
                person = workers.pop()
                person.base, person.night_shift = zone, night
