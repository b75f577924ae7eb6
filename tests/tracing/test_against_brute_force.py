"""The tracer and the brute-force tracer agree on every small city that can be thought of."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, product
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from healthcode.models import Evidence
from healthcode.policy import CompiledRules, compile_rules
from healthcode.rules import load_named
from tests.tracing import brute_force as brute
from tests.tracing.outbreak import NOW, carrier, person
from tracing import queries
from tracing.models import Case, Place, Venue, Visit, Zone
from tracing.services.trace.find import Found, find_contacts

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = 60, 3600, 86400
# Everything happens from 20:00 on the 16th on, so that midnight lies within.
ZERO = int(NOW.replace(day=16, hour=20).timestamp())
NOW_S = int(NOW.timestamp())
PEOPLE, CROWD = range(6), range(14)
PLACES = [
    brute.Place("", True),
    brute.Place("", True),
    brute.Place("", False),
    brute.Place("metro"),
    brute.Place("aircraft"),
    brute.Place("train_open"),
    brute.Place("train_sealed"),
    brute.Place("metro"),
]
MAX_STAY = 3 * HOUR
RULES = load_named("sh-2022-09-18")

# Few people, rooms and instants, so that people meet often, and that stays touch, coincide and
# begin or end with windows.
moments = st.integers(0, 16).map(lambda n: n * 15 * MINUTE) | st.integers(0, 4 * HOUR)
lengths = st.sampled_from([1, 7, 8, 15, 15, 30, 60, 180]).map(lambda n: n * MINUTE)
lengths |= st.integers(1, MAX_STAY)
citizens = st.sampled_from(PEOPLE)
places = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 7, 4, 5, 6])


Drawn = tuple[int, int, int, int, int | None, int | None]


def _stays(drawn: tuple[list[Drawn], tuple[Drawn, ...]]) -> list[brute.Stay]:
    """Stays of which none overlaps another of the same person in the same place.

    The last of a drawn stay is who comes next: that stay touches it.
    """
    chosen: list[brute.Stay] = []
    for citizen, place, moment, length, row, follower in chain(*drawn):
        for who, first in ((citizen, moment), (follower, moment + length)):
            stay = brute.Stay(who, place, ZERO + first, ZERO + first + length, row)
            if who is not None and not any(_overlap(stay, other) for other in chosen):
                chosen.append(stay)
    return chosen


def _overlap(a: brute.Stay, b: brute.Stay) -> bool:
    return a[:2] == b[:2] and a.first < b.last and b.first < a.last


rows = st.none() | st.integers(0, 6)
followers = st.none() | citizens
anybody = st.lists(
    st.tuples(citizens, places, moments, lengths, rows, followers), min_size=4, max_size=20
)


def _stay_of(who: int, place: int) -> st.SearchStrategy[Drawn]:
    return st.tuples(st.just(who), st.just(place), moments, lengths, rows, followers)


# The case and a second person in one room, the second and a third in another, in any order.
onward = st.tuples(_stay_of(0, 0), _stay_of(1, 0), _stay_of(1, 1), _stay_of(2, 1))
stays = st.tuples(anybody, onward).map(_stays)
# Households, some of them left or joined in between.
ends = st.none() | st.integers(12, 90).map(lambda n: ZERO + n * HOUR)
homes = st.lists(
    st.builds(
        brute.Home, citizens, st.integers(1, 2), moments.map(lambda m: ZERO + m - HOUR), ends
    ),
    max_size=4,
)
# People kept apart for twenty hours, or to this day.
apart = st.lists(
    st.tuples(citizens, moments, st.booleans()).map(
        lambda one: (one[0], ZERO + one[1], ZERO + one[1] + 20 * HOUR if one[2] else None)
    ),
    max_size=2,
)
kinds = st.just(dict(enumerate(PLACES)))
cities = st.builds(brute.City, stays, kinds, homes, apart, st.just(NOW_S))


@st.composite
def cases(draw: st.DrawFn) -> brute.Index:
    """A case whose window may cut any stay."""
    since = ZERO + draw(st.sampled_from([0, 0, 0, HOUR]) | moments)
    until = since + draw(st.sampled_from([6 * HOUR, 6 * HOUR, HOUR]) | moments)
    at_home = draw(st.none() | moments.map(lambda moment: ZERO + moment))
    return brute.Index(0, since, until, at_home, draw(st.sampled_from([until, NOW_S])))


def _variants() -> Iterator[CompiledRules]:
    """The published rules, with windows short enough to matter and with or without a hop."""
    part = RULES.contacts
    assert part is not None
    assert part.second_hop is not None
    hops = [None, part.second_hop]
    hops += [replace(part.second_hop, grounds=("train-open", "car"), minimum_minutes=0)]
    for hours, least, second in product((1, 2, 24), (0, 1), hops):
        changed = replace(part, window_hours=hours, minimum_minutes=least, second_hop=second)
        yield compile_rules(replace(RULES, contacts=changed))


VARIANTS = list(_variants())
rules = st.sampled_from(VARIANTS)


def crowded(seed: int) -> tuple[brute.City, brute.Index, CompiledRules]:
    """Three crowded days: every example is dense with meetings, which drawn ones rarely are."""
    dice = random.Random(seed)

    def moment() -> int:
        return ZERO + dice.choice([dice.randrange(0, 288) * 15 * MINUTE, dice.randrange(62 * HOUR)])

    drawn = []
    for _ in range(400):
        length = dice.choice([7, 8, 15, 60, dice.randint(1, 180)]) * MINUTE
        who, place, first = dice.choice(CROWD), dice.choice([0, 0, 1, 2, 3, 7, 4, 5, 6]), moment()
        follower = dice.choice([None, None, *CROWD])
        row = dice.choice([None, *range(7)])
        drawn.append((who, place, first - ZERO, length, row, follower))
    lived = [
        brute.Home(dice.choice(CROWD), dice.randint(1, 2), first, dice.choice([None, first + DAY]))
        for first in (moment() for _ in range(dice.randrange(9)))
    ]
    kept_apart = [
        (dice.choice(CROWD), first, dice.choice([None, first + 20 * HOUR]))
        for first in (moment() for _ in range(dice.randrange(4)))
    ]
    city = brute.City(_stays((drawn, ())), dict(enumerate(PLACES)), lived, kept_apart, NOW_S)
    since = moment()
    index = brute.Index(0, since, since + 30 * HOUR, dice.choice([None, moment()]), NOW_S)
    return city, index, VARIANTS[seed % len(VARIANTS)]


class World(NamedTuple):
    """What exists before anything happens: ids of people and places by number."""

    people: list[int]
    places: list[int]


@pytest.fixture
def world() -> World:
    people = [person(f"E40000{number:03}").pk for number in CROWD]
    return World(people, [_place(*numbered).pk for numbered in enumerate(PLACES)])


@settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cities, cases(), rules)
def test_both_tracers_find_the_same(world, city, case, rules):
    agree(world, city, case, rules)


@pytest.mark.parametrize("seed", range(24))
def test_both_tracers_find_the_same_in_a_crowd(world, seed):
    agree(world, *crowded(seed))


def agree(world: World, city: brute.City, case: brute.Index, rules: CompiledRules) -> None:
    """Both tracers find the same contacts, for the same reasons."""
    expected = brute.trace(city, case, rules)
    with rolled_back():
        store(city, world)
        found = find_contacts(as_case(case, world), rules, now=NOW)
    people = world.people
    assert {people.index(pk): as_contact(one, world) for pk, one in found.items()} == expected


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cities, st.tuples(moments, moments).map(sorted), st.sampled_from([0, 1, 15]))
def test_one_meets_the_other_exactly_when_the_other_meets_the_one(world, city, window, least):
    since, until = (instant(ZERO + moment) for moment in window)
    with rolled_back():
        store(city, world)
        met = queries.meetings(
            [queries.Source(pk, since, until) for pk in world.people],
            least_minutes=least,
            window_hours=2,
        )
    seen = {meeting[:2]: _what(meeting) for meeting in met}
    told = {_kind(meeting): _what(meeting) for meeting in met}
    assert {(b, a) for a, b in seen} == set(seen)
    assert {(b, a, *kind): what for (a, b, *kind), what in told.items()} == told


def _kind(meeting: queries.Meeting) -> tuple:
    run = sorted({p for p, _ in meeting.stays})[0] if meeting.vehicle not in ("", "metro") else 0
    return (*meeting[:4], run)


def _what(meeting: queries.Meeting) -> tuple:
    return (meeting.seconds, meeting.rows_apart, meeting.crew, sorted(meeting.stays))


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever an example writes is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def store(city: brute.City, world: World) -> None:
    """Write down what happens in a city."""
    Visit.objects.bulk_create(
        Visit(
            place_id=world.places[stay.place],
            entered_at=instant(stay.first),
            citizen_id=world.people[stay.citizen],
            left_at=instant(stay.last),
            left_by="scan",
            seat_row=stay.row,
        )
        for stay in city.stays
    )
    Membership.objects.bulk_create(
        Membership(
            citizen_id=world.people[home.citizen],
            kind="household",
            group=home.group,
            starts_at=instant(home.first),
            ends_at=home.last and instant(home.last),
        )
        for home in city.homes
    )
    for number, (citizen, first, last) in enumerate(city.apart):
        _order(world.people[citizen], number, first, last)


def _place(number: int, kind: brute.Place) -> Place:
    stay = {"assumed_stay": timedelta(minutes=30), "max_stay": timedelta(seconds=MAX_STAY)}
    if kind.vehicle:
        run = {"vehicle": kind.vehicle, "service": str(number), "departs_at": instant(ZERO)}
        return Place.objects.create(**run, close_quarters=kind.close_quarters, **stay)
    venue = Venue.objects.create(name=f"{number}", kind="office", district="310106")
    zone = Zone.objects.create(venue=venue, name="室")
    return Place.objects.create(zone=zone, close_quarters=kind.close_quarters, **stay)


def _order(citizen_id: int, number: int, first: int, last: int | None) -> None:
    """An order into isolation; a case isolated to this day where there is no end."""
    details = {"order": "home_isolation", "issued_by": "街道"}
    if last is None:
        details = {"status": "suspected", "isolated_at": instant(first).isoformat()}
    Evidence.objects.create(
        citizen_id=citizen_id,
        kind="order" if last else "case",
        occurred_at=instant(first),
        ended_at=last and instant(last),
        reported_at=NOW,
        recorded_at=NOW,
        source=carrier(),
        source_ref=f"apart-{number}",
        details=details,
        digest=b"",
    )


def as_case(case: brute.Index, world: World) -> Case:
    """A case as it is stored at its confirmation."""
    return Case(
        citizen_id=world.people[case.citizen],
        sampled_at=NOW,
        isolated_at=case.home_until and instant(case.home_until),
        window_from=instant(case.since),
        window_until=instant(case.until),
        traced_until=instant(case.traced_until),
    )


def as_contact(found: Found, world: World) -> brute.Contact:
    """A contact in the words of the other tracer."""
    encounters = frozenset(
        brute.Encounter(
            world.people.index(meeting.via_id),
            meeting.setting,
            None if one.place_id is None else world.places.index(one.place_id),
            one.minutes,
            meeting.rows_apart,
            second(one.first),
            one.last and second(one.last),
            str(meeting.grade.value),
            meeting.rule,
        )
        for meeting in found.meetings
        for one in meeting.proof
    )
    first, last = second(found.first_at), found.last_at and second(found.last_at)
    grade = str(found.grade.value)
    return brute.Contact(found.level, grade, found.minutes, first, last, encounters)


def instant(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def second(moment: datetime) -> int:
    return int(moment.timestamp())
