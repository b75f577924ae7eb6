"""The tracer and the brute-force tracer agree on every small city that can be thought of."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from healthcode.models import Evidence
from healthcode.policy import CompiledRules
from tests.tracing import brute_force as brute
from tests.tracing.cities import (
    CROWD,
    MAX_STAY,
    PLACES,
    ZERO,
    cases,
    cities,
    crowded,
    moments,
    rules,
)
from tests.tracing.outbreak import NOW, carrier, person
from tracing import queries
from tracing.models import Case, Place, Venue, Visit, Zone
from tracing.services.trace.find import Found, find_contacts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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
        found = find_contacts(as_case(case, world), rules, now=NOW).contacts
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
    return (*meeting[:4], meeting.told, run)


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
            source="self" if stay.told else "scan",
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
