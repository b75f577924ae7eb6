"""Stays: begun by an entry, ended by what is known, never two at once in one place."""

from datetime import timedelta
from itertools import pairwise, permutations

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent
from tests.tracing.door import NOW, device, minutes, person, place_of, venue
from tracing.errors import VisitInvalid
from tracing.models import LeftBy, Place, Visit
from tracing.services import correct_visit
from tracing.services.visits import enter, leave, undo_entry

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)


@pytest.fixture
def station():
    """Half an hour assumed, three hours at most."""
    place = place_of(device())
    place.assumed_stay = minutes(30)
    place.save(update_fields=["assumed_stay"])
    return place


@pytest.fixture
def mall():
    """Two hours assumed, twelve at most."""
    return place_of(device(venue("南京西路商场", "mall")))


@pytest.fixture
def zhang():
    return person("E10000001")


def stays(of):
    """From, until (minutes after ten), how the end is known; in order."""
    rows = Visit.objects.filter(citizen_id=of.pk).order_by("entered_at", "place_id")
    return [(_minute(row.entered_at), _minute(row.left_at), row.left_by) for row in rows]


def _minute(at):
    return (at - NOW) / minutes(1)


def come(who, place, minute):
    with transaction.atomic():
        return enter(citizen_id=who.pk, place=place, at=NOW + minutes(minute), now=LATER)


def go(who, place, minute):
    with transaction.atomic():
        return leave(citizen_id=who.pk, place=place, at=NOW + minutes(minute), now=LATER)


def test_a_stay_is_assumed_to_last_as_long_as_stays_in_the_place_do(station, zhang):
    come(zhang, station, 0)
    assert stays(zhang) == [(0, 30, "assumed")]


def test_an_exit_shortens_the_stay(station, zhang):
    come(zhang, station, 0)
    go(zhang, station, 12)
    assert stays(zhang) == [(0, 12, "scan")]


def test_an_exit_knows_of_a_longer_stay(station, zhang):
    come(zhang, station, 0)
    go(zhang, station, 95)
    assert stays(zhang) == [(0, 95, "scan")]


def test_no_exit_makes_a_stay_longer_than_the_place_allows(station, zhang):
    come(zhang, station, 0)
    assert go(zhang, station, 181) is None
    assert stays(zhang) == [(0, 30, "assumed")]


def test_an_exit_without_an_entry_makes_no_stay(station, mall, zhang):
    come(zhang, mall, 0)
    assert go(zhang, station, 5) is None
    assert stays(zhang) == [(0, 120, "assumed")]


def test_the_next_entry_elsewhere_ends_the_stay(station, mall, zhang):
    come(zhang, mall, 0)
    come(zhang, station, 20)
    assert stays(zhang) == [(0, 20, "next"), (20, 50, "assumed")]


def test_a_late_upload_ends_where_the_next_stay_begins(station, mall, zhang):
    come(zhang, station, 20)
    come(zhang, mall, 0)
    assert stays(zhang) == [(0, 20, "next"), (20, 50, "assumed")]


def test_coming_again_while_inside_continues_the_stay_without_overlap(station, zhang):
    come(zhang, station, 0)
    come(zhang, station, 10)
    assert stays(zhang) == [(0, 10, "next"), (10, 40, "assumed")]


def test_scanned_twice_at_the_door_is_one_arrival(station, zhang):
    come(zhang, station, 0)
    assert come(zhang, station, 2.9) is None
    assert come(zhang, station, 0) is None
    assert come(zhang, station, -2.9) is None
    assert stays(zhang) == [(0, 30, "assumed")]


def test_back_within_three_minutes_of_leaving_is_another_stay(station, zhang):
    come(zhang, station, 0)
    go(zhang, station, 1)
    come(zhang, station, 2)
    assert stays(zhang) == [(0, 1, "scan"), (2, 32, "assumed")]


def test_a_second_exit_does_not_lengthen_what_the_first_ended(station, zhang):
    come(zhang, station, 0)
    go(zhang, station, 10)
    assert go(zhang, station, 25) is None
    assert stays(zhang) == [(0, 10, "scan")]


def test_an_earlier_exit_learned_later_shortens(station, zhang):
    come(zhang, station, 0)
    go(zhang, station, 25)
    go(zhang, station, 10)
    assert stays(zhang) == [(0, 10, "scan")]


def test_an_exit_counts_until_the_next_entry_elsewhere_only(station, mall, zhang):
    come(zhang, station, 0)
    come(zhang, mall, 40)
    go(zhang, station, 60)
    assert stays(zhang) == [(0, 40, "next"), (40, 160, "assumed")]


def test_trips_are_left_to_the_carrier(station, zhang):
    train = Place.objects.create(
        vehicle="train",
        service="G7",
        departs_at=NOW,
        carriage="3",
        assumed_stay=timedelta(hours=5),
        max_stay=timedelta(hours=24),
    )
    Visit.objects.create(
        place_id=train.pk,
        entered_at=NOW,
        citizen_id=zhang.pk,
        left_at=NOW + minutes(300),
        left_by=LeftBy.TRIP,
    )
    come(zhang, station, 60)
    assert stays(zhang) == [(0, 300, "trip"), (60, 90, "assumed")]


def test_an_entry_taken_back_leaves_no_trace(station, mall, zhang):
    come(zhang, mall, 0)
    come(zhang, station, 20)
    with transaction.atomic():
        undo_entry(citizen_id=zhang.pk, place=station, at=NOW + minutes(20), now=LATER)
    assert stays(zhang) == [(0, 120, "assumed")]


def test_an_entry_taken_back_gives_way_to_the_one_after_it(station, mall, zhang):
    come(zhang, mall, 0)
    come(zhang, station, 20)
    come(zhang, mall, 45)
    with transaction.atomic():
        undo_entry(citizen_id=zhang.pk, place=station, at=NOW + minutes(20), now=LATER)
    assert stays(zhang) == [(0, 45, "next"), (45, 165, "assumed")]


def test_people_do_not_end_each_others_stays(station, mall, zhang):
    li = person("E10000002")
    come(zhang, mall, 0)
    come(li, station, 20)
    assert stays(zhang) == [(0, 120, "assumed")]


def test_a_stay_may_last_over_midnight(mall, zhang):
    come(zhang, mall, 13 * 60 + 30)
    assert stays(zhang) == [(810, 930, "assumed")]
    come(zhang, mall, 14 * 60 + 30)
    assert stays(zhang) == [(810, 870, "next"), (870, 990, "assumed")]


def test_the_order_in_which_scans_arrive_does_not_matter(station, mall, zhang):
    arrivals = [(mall, 0), (station, 30), (mall, 40), (station, 200)]
    found = set()
    for order in permutations(arrivals):
        Visit.objects.filter(citizen_id=zhang.pk).delete()
        for place, minute in order:
            come(zhang, place, minute)
        found.add(tuple(stays(zhang)))
    assert found == {
        ((0, 30, "next"), (30, 40, "next"), (40, 160, "assumed"), (200, 230, "assumed"))
    }


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 400)), min_size=1, max_size=12)
)
def test_own_stays_never_overlap_and_never_exceed_the_place(station, mall, zhang, steps):
    Visit.objects.filter(citizen_id=zhang.pk).delete()
    for entering, at_station, minute in steps:
        (come if entering else go)(zhang, station if at_station else mall, minute)
    rows = list(Visit.objects.filter(citizen_id=zhang.pk).order_by("entered_at"))
    for row in rows:
        place = station if row.place_id == station.pk else mall
        assert timedelta(0) < row.left_at - row.entered_at <= place.max_stay
    for earlier, later in pairwise(rows):
        assert earlier.left_at <= later.entered_at or earlier.entered_at == later.entered_at


def test_a_stay_ends_after_it_began_and_within_a_day(station, zhang):
    for length in (timedelta(0), timedelta(hours=24, seconds=1)):
        with (
            pytest.raises(IntegrityError, match="visit_ends_after_start"),
            transaction.atomic(),
        ):
            Visit.objects.create(
                place_id=station.pk,
                entered_at=NOW,
                citizen_id=zhang.pk,
                left_at=NOW + length,
                left_by=LeftBy.ASSUMED,
            )


def correct(who, place, left, *, said=200):
    return correct_visit(
        citizen_id=who.pk,
        place_id=place.pk,
        entered_at=NOW,
        left_at=NOW + minutes(left),
        by="user:zhang",
        now=NOW + minutes(said),
    )


def test_a_citizen_says_that_they_left_earlier(mall, zhang):
    come(zhang, mall, 0)
    correct(zhang, mall, 50)
    assert stays(zhang) == [(0, 50, "person")]
    assert AuditEvent.objects.filter(action="visit.corrected", actor="user:zhang").count() == 1


def test_a_correction_only_shortens_an_assumption_that_is_over(station, mall, zhang):
    come(zhang, mall, 0)
    for left in (120, 121, 0, -1):
        with pytest.raises(VisitInvalid):
            correct(zhang, mall, left)
    with pytest.raises(VisitInvalid):
        correct(zhang, mall, 50, said=119)
    with pytest.raises(VisitInvalid):
        correct(person("E10000002"), mall, 50)
    go(zhang, mall, 100)
    with pytest.raises(VisitInvalid):
        correct(zhang, mall, 50)


def test_an_exit_scan_outweighs_what_the_person_said(mall, zhang):
    come(zhang, mall, 0)
    correct(zhang, mall, 50)
    go(zhang, mall, 110)
    assert stays(zhang) == [(0, 110, "scan")]
