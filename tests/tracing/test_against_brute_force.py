"""The tracer and the brute-force tracer agree on every small city that can be thought of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
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

MINUTE, HOUR = 60, 3600
# Everything happens from 20:00 on the 16th on, so that midnight lies within.
ZERO = int(NOW.replace(day=16, hour=20).timestamp())
NOW_S = int(NOW.timestamp())
PEOPLE = range(4)
PLACES = [
    brute.Place("", True),
    brute.Place("", True),
    brute.Place("", False),
    brute.Place("metro"),
    brute.Place("aircraft"),
    brute.Place("train_open"),
    brute.Place("train_sealed"),
]
MAX_STAY = 3 * HOUR
RULES = load_named("sh-2022-09-18")

# Few people and instants, so that they meet often, and that stays touch, coincide and begin or
# end with windows.
moments = st.integers(0, 24).map(lambda n: n * 15 * MINUTE) | st.integers(0, 6 * HOUR)
lengths = st.sampled_from([1, 7 * MINUTE, 8 * MINUTE, 15 * MINUTE, HOUR, MAX_STAY])
lengths |= st.integers(1, MAX_STAY)
citizens = st.sampled_from(PEOPLE)
places = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 5, 6])


Drawn = tuple[int, int, int, int, int | None, bool]


def _stays(drawn: list[Drawn]) -> list[brute.Stay]:
    """Stays of which none overlaps another of the same person in the same place.

    `again`: another one follows that touches it.
    """
    chosen: list[brute.Stay] = []
    for citizen, place, moment, length, row, again in drawn:
        for first in (moment, moment + length)[: 1 + again]:
            stay = brute.Stay(citizen, place, ZERO + first, ZERO + first + length, row)
            if not any(_overlap(stay, other) for other in chosen):
                chosen.append(stay)
    return chosen


def _overlap(a: brute.Stay, b: brute.Stay) -> bool:
    return a[:2] == b[:2] and a.first < b.last and b.first < a.last


rows = st.none() | st.integers(0, 6)
stays = st.lists(
    st.tuples(citizens, places, moments, lengths, rows, st.booleans()), min_size=6, max_size=24
).map(_stays)
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
    since, until = sorted([ZERO + draw(moments), ZERO + draw(moments)])
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


rules = st.sampled_from(list(_variants()))


class World(NamedTuple):
    """What exists before anything happens: ids of people and places by number."""

    people: list[int]
    places: list[int]


@pytest.fixture
def world() -> World:
    people = [person(f"E4000000{number}").pk for number in PEOPLE]
    return World(people, [_place(*numbered).pk for numbered in enumerate(PLACES)])


@settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cities, cases(), rules)
def test_both_tracers_find_the_same(world, city, case, rules):
    expected = brute.trace(city, case, rules)
    with rolled_back():
        store(city, world)
        found = find_contacts(as_case(case, world), rules, now=NOW)
    people = world.people
    assert {people.index(pk): as_contact(one, world) for pk, one in found.items()} == expected


@settings(
    deadline=None,
    max_examples=150,
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
