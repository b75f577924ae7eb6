"""Travel evidence becomes places and stays, and follows its corrections."""

from datetime import timedelta

import pytest
from django.db import connection

from healthcode.services import retract_evidence
from tests.tracing.outbreak import NOW, at, carrier, confirmed, person, rules_in_force, trip
from tracing.models import BoardedTrip, Case, Place, Visit
from tracing.services import board_trips
from tracing.services.trips.berths import Cause, berth_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return person("E10000001")


@pytest.fixture
def bo():
    return person("E10000002")


def aboard(who) -> list[tuple]:
    """Somebody's stays on trips: service, carriage, entered, left, row."""
    names = {place.pk: (place.service, place.carriage) for place in Place.objects.all()}
    stays = Visit.objects.filter(citizen_id=who.pk, left_by="trip").order_by("entered_at")
    return [(*names[s.place_id], s.entered_at, s.left_at, s.seat_row) for s in stays]


def cause_of(evidence) -> str:
    return BoardedTrip.objects.get(pk=evidence.pk).cause


def test_a_trip_becomes_a_stay_in_its_carriage(anna):
    trip(anna, "t1", row="12")
    assert board_trips(now=NOW) == 1
    assert aboard(anna) == [("G1", "7", at("18 08:00"), at("18 10:00"), 12)]


def test_boarding_twice_changes_nothing(anna):
    trip(anna, "t1")
    board_trips(now=NOW)
    before = list(BoardedTrip.objects.values_list())
    assert board_trips(now=NOW + timedelta(minutes=1)) == 0
    assert list(BoardedTrip.objects.values_list()) == before


def test_passengers_of_one_run_share_a_place_wherever_they_board(anna, bo):
    trip(anna, "t1")
    trip(bo, "t2", start="18 09:00", end="18 12:00")
    board_trips(now=NOW)
    assert Place.objects.count() == 1


def test_the_same_train_on_another_day_is_another_place(anna, bo):
    trip(anna, "t1")
    trip(bo, "t2", start="17 08:00", end="17 10:00")
    board_trips(now=NOW)
    assert Place.objects.count() == 2


def test_coaches_of_one_line_are_told_apart_by_their_departure(anna, bo):
    coach = {"mode": "coach", "vehicle": "coach_sealed", "service": "沪A1", "carriage": None}
    trip(anna, "t1", **coach)
    trip(bo, "t2", start="18 08:30", end="18 10:30", **coach)
    board_trips(now=NOW)
    assert Place.objects.count() == 2


def test_a_corrected_trip_replaces_the_one_before(anna):
    first = trip(anna, "t1")
    board_trips(now=NOW)
    trip(anna, "t1", version=2, carriage="8", row="3")
    board_trips(now=NOW)
    assert aboard(anna) == [("G1", "8", at("18 08:00"), at("18 10:00"), 3)]
    assert cause_of(first) == Cause.SUPERSEDED


def test_a_corrected_time_replaces_the_stay_in_the_same_place(anna):
    trip(anna, "t1")
    board_trips(now=NOW)
    trip(anna, "t1", version=2, start="18 08:30", end="18 11:00")
    board_trips(now=NOW)
    assert aboard(anna) == [("G1", "7", at("18 08:30"), at("18 11:00"), None)]


def test_a_lower_version_that_comes_late_changes_nothing(anna):
    trip(anna, "t1", version=2, carriage="8")
    board_trips(now=NOW)
    late = trip(anna, "t1", version=1)
    board_trips(now=NOW)
    assert [stay[1] for stay in aboard(anna)] == ["8"]
    assert cause_of(late) == Cause.SUPERSEDED


def test_a_trip_that_moves_to_another_citizen_moves(anna, bo):
    trip(anna, "t1")
    board_trips(now=NOW)
    trip(bo, "t1", version=2)
    board_trips(now=NOW)
    assert aboard(anna) == []
    assert len(aboard(bo)) == 1


def test_a_trip_taken_back_by_its_source_is_removed(anna):
    trip(anna, "t1")
    board_trips(now=NOW)
    gone = trip(anna, "t1", version=2, retracted=True)
    board_trips(now=NOW)
    assert aboard(anna) == []
    assert cause_of(gone) == Cause.RETRACTED


def test_a_trip_retracted_by_an_officer_is_removed_and_a_later_version_counts(anna):
    trip(anna, "t1")
    board_trips(now=NOW)
    retract_evidence(source=carrier(), refs=[("t1", 1)], by="user:wang", reason="误报", now=NOW)
    assert board_trips(now=NOW) == 1
    assert aboard(anna) == []
    assert board_trips(now=NOW) == 0
    trip(anna, "t1", version=2)
    board_trips(now=NOW)
    assert len(aboard(anna)) == 1


def test_two_sources_of_one_journey_are_one_stay_until_both_take_it_back(anna):
    trip(anna, "airline")
    trip(anna, "border", start="18 08:10", end="18 10:20")
    board_trips(now=NOW)
    assert aboard(anna) == [("G1", "7", at("18 08:00"), at("18 10:20"), None)]
    trip(anna, "airline", version=2, retracted=True)
    board_trips(now=NOW)
    assert aboard(anna) == [("G1", "7", at("18 08:10"), at("18 10:20"), None)]
    trip(anna, "border", version=2, retracted=True)
    board_trips(now=NOW)
    assert aboard(anna) == []


def test_a_journey_of_two_days_is_rows_that_touch(anna):
    trip(anna, "t1", start="16 08:00", end="18 10:00")
    board_trips(now=NOW)
    ends = [(entered, left) for _, _, entered, left, _ in aboard(anna)]
    assert ends == [
        (at("16 08:00"), at("17 08:00")),
        (at("17 08:00"), at("18 08:00")),
        (at("18 08:00"), at("18 10:00")),
    ]


@pytest.mark.parametrize(
    ("details", "cause"),
    [
        ({"mode": "car", "vehicle": "car"}, Cause.PRIVATE),
        ({"mode": "foot", "vehicle": None}, Cause.PRIVATE),
        ({"mode": "taxi", "vehicle": None}, Cause.PRIVATE),
        ({"service": None}, Cause.NO_SERVICE),
        ({"carriage": None}, Cause.NO_CARRIAGE),
        ({"mode": "ship", "vehicle": "ship", "carriage": None}, Cause.NO_CARRIAGE),
    ],
)
def test_what_cannot_be_boarded_is_kept_with_its_cause(anna, details, cause):
    kept = trip(anna, "t1", **details)
    assert board_trips(now=NOW) == 1
    assert cause_of(kept) == cause
    assert aboard(anna) == []
    assert board_trips(now=NOW) == 0


def test_a_trip_of_no_length_or_before_the_kept_days_is_not_boarded(anna):
    instant = trip(anna, "t1", start="18 08:00", end="18 08:00")
    board_trips(now=NOW)
    assert cause_of(instant) == Cause.NO_TIME
    old = trip(anna, "t2", start="1 08:00", end="1 10:00")
    board_trips(now=NOW + timedelta(days=20))
    assert cause_of(old) == Cause.TOO_OLD


def test_a_trip_far_ahead_waits_for_its_day(anna):
    ahead = trip(anna, "t1", start="24 08:00", end="24 10:00")
    board_trips(now=NOW)
    assert cause_of(ahead) == Cause.NOT_YET
    assert board_trips(now=NOW + timedelta(hours=1)) == 0
    with connection.cursor() as cursor:
        _partition(cursor, "20220924")
    assert board_trips(now=NOW + timedelta(days=4)) == 1
    assert len(aboard(anna)) == 1


def _partition(cursor, day: str) -> None:
    start = NOW.replace(day=int(day[-2:]), hour=0)
    bounds = [start.isoformat(), (start + timedelta(days=1)).isoformat()]
    cursor.execute("SELECT ensure_partition('tracing_visit', %s, %s, %s)", [day, *bounds])


def test_a_trip_committed_late_under_a_lower_id_is_not_missed(anna, bo):
    """One transaction takes an id, another takes the next, commits and is boarded first."""
    first, second = trip(anna, "t1"), trip(bo, "t2")
    # As if the first had been invisible to the sweep that boarded the second.
    board_trips(now=NOW)
    Visit.objects.filter(citizen_id=anna.pk).delete()
    BoardedTrip.objects.filter(pk=first.pk).delete()
    assert first.pk < second.pk
    assert board_trips(now=NOW + timedelta(minutes=30)) == 1
    assert len(aboard(anna)) == 1


def test_a_first_version_committed_after_its_correction_changes_nothing(anna):
    first = trip(anna, "t1")
    trip(anna, "t1", version=2, carriage="8")
    board_trips(now=NOW)
    BoardedTrip.objects.filter(pk=first.pk).delete()
    assert board_trips(now=NOW + timedelta(minutes=1)) == 1
    assert [stay[1] for stay in aboard(anna)] == ["8"]


def test_what_was_boarded_long_ago_is_not_looked_through_again(anna, bo):
    """The anti-join begins at the last trip that was boarded an hour ago or earlier."""
    first = trip(anna, "t1")
    trip(bo, "t2")
    board_trips(now=NOW)
    BoardedTrip.objects.filter(pk=first.pk).delete()
    assert board_trips(now=NOW + timedelta(hours=2)) == 0


def test_a_trip_that_becomes_known_late_makes_the_cases_aboard_due(anna, bo):
    rules_in_force()
    trip(anna, "t1")
    board_trips(now=NOW)
    case = confirmed(anna)
    Case.objects.update(trace_due_at=None)
    trip(bo, "t2")
    board_trips(now=NOW + timedelta(minutes=1))
    assert Case.objects.get(pk=case.pk).trace_due_at == NOW + timedelta(minutes=1)


BASE = {"from_country": "CHN", "to_country": "CHN", "service": "x1"}
MIDNIGHT = at("18 00:00")


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (
            {"mode": "flight", "vehicle": "aircraft", "carriage": "经济舱", "row": "12A"},
            ("aircraft", "X1", MIDNIGHT, "", 12),
        ),
        ({"mode": "flight", "row": "0"}, ("aircraft", "X1", MIDNIGHT, "", None)),
        ({"mode": "flight", "row": "99"}, ("aircraft", "X1", MIDNIGHT, "", 99)),
        ({"mode": "flight", "row": "100"}, ("aircraft", "X1", MIDNIGHT, "", None)),
        ({"mode": "flight", "row": "12345"}, ("aircraft", "X1", MIDNIGHT, "", None)),
        ({"mode": "coach", "row": "31"}, ("coach_open", "X1", at("18 08:00"), "", None)),
        ({"mode": "flight", "role": "crew"}, ("aircraft", "X1", MIDNIGHT, "", 0)),
        (
            {"mode": "train", "vehicle": "train_sealed", "carriage": "07", "compartment": "3"},
            ("train_sealed", "X1", MIDNIGHT, "7/3", None),
        ),
        (
            {"mode": "train", "carriage": "7", "compartment": "3", "row": "9"},
            ("train_open", "X1", MIDNIGHT, "7", 3),
        ),
        (
            {"mode": "coach", "vehicle": "coach_sealed", "row": "4"},
            ("coach_sealed", "X1", at("18 08:00"), "", 4),
        ),
        (
            {"mode": "ship", "carriage": "甲板3", "compartment": "312"},
            ("ship", "X1", at("18 08:00"), "甲板3/312", None),
        ),
    ],
)
def test_where_somebody_travelled(details, expected):
    assert berth_of(BASE | details, at("18 08:00")) == expected
