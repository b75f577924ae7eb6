"""The tracer and the brute-force tracer agree on every small city that can be thought of."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracing.both_tracers import (
    World,
    agree,
    in_world,
    instant,
    make_world,
    rolled_back,
    store,
)
from tests.tracing.cities import CROWD, ZERO, cases, cities, crowded, moments, rules
from tracing import queries

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def world() -> World:
    return make_world(len(CROWD))


@settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cities, cases(), rules)
def test_both_tracers_find_the_same(world, city, case, rules):
    agree(world, city, case, rules)


@pytest.mark.parametrize("seed", range(40))
def test_both_tracers_find_the_same_in_a_crowd(world, seed):
    agree(world, *crowded(seed))


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    cities,
    st.tuples(moments, moments).map(sorted),
    st.sampled_from([0, 1, 15]),
    st.booleans(),
)
def test_one_meets_the_other_exactly_when_the_other_meets_the_one(
    world, city, window, least, closed_spaces
):
    """Without a tail: that lengthens the stays of the one who may infect, and of nobody else."""
    since, until = (instant(ZERO + moment) for moment in window)
    with rolled_back():
        store(in_world(city, world))
        met = queries.meetings(
            [queries.Source(pk, since, until) for pk in world.people],
            least_minutes=least,
            window_hours=2,
            tail_minutes=0,
            closed_spaces=closed_spaces,
        )
    seen = {meeting[:2]: _what(meeting) for meeting in met}
    told = {_kind(meeting): _what(meeting) for meeting in met}
    assert {(b, a) for a, b in seen} == set(seen)
    assert {(b, a, *kind): what for (a, b, *kind), what in told.items()} == told


def _kind(meeting: queries.Meeting) -> tuple:
    run = sorted({p for p, _ in meeting.stays})[0] if meeting.vehicle not in ("", "metro") else 0
    return (*meeting[:5], meeting.told, run)


def _what(meeting: queries.Meeting) -> tuple:
    return (meeting.seconds, meeting.rows_apart, meeting.crew, sorted(meeting.stays))
