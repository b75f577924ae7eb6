"""Stays as people make them: across midnight, in and out, twice in one place, cut by windows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from healthcode.policy.ruleset import Condition, SecondHop
from healthcode.rules import load_named
from tests.tracing.outbreak import at, person, room, stay
from tests.tracing.test_trace_options import meet, rules, trace
from tracing.models import Place, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    """Anna is the case."""
    return person("E10000001")


@pytest.fixture
def bo():
    """Bo met Anna."""
    return person("E10000002")


@pytest.fixture
def chen():
    """Chen met Bo or Anna."""
    return person("E10000003")


def run(vehicle: str, service: str = "1", carriage: str = "3") -> Place:
    """A carriage, or a cabin, on one run."""
    return Place.objects.create(
        vehicle=vehicle,
        service=service,
        departs_at=at("18 06:00"),
        carriage=carriage,
        assumed_stay=timedelta(minutes=30),
        max_stay=timedelta(hours=24),
    )


@pytest.mark.parametrize(("entered", "left"), [("11:00", "12:00"), ("12:30", "13:00")])
def test_stays_that_touch_are_no_meeting_even_where_no_minutes_are_asked(anna, bo, entered, left):
    place = room()
    stay(anna, place, "18 12:00", "18 12:30")
    stay(bo, place, f"18 {entered}", f"18 {left}")
    assert trace(anna, rules(minimum_minutes=0)).contacts == {}


def test_one_second_is_a_meeting_where_no_minutes_are_asked(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:30")
    visit = stay(bo, place, "18 12:29", "18 13:00")
    Visit.objects.filter(pk=visit.pk).update(entered_at=at("18 12:30") - timedelta(seconds=1))
    found = trace(anna, rules(minimum_minutes=0)).contacts[bo.pk]
    assert (found.grade, found.minutes) == ("casual", 0)
    assert found.last_at - found.first_at == timedelta(seconds=1)


def test_midnight_divides_nothing(anna, bo):
    meet(anna, bo, room(), "17 23:50", "18 00:10")
    found = trace(anna, rules(), since="17 00:00").contacts[bo.pk]
    assert (found.grade, found.minutes) == ("close", 20)


def test_minutes_of_an_evening_and_the_next_morning_add_up(anna, bo):
    meet(anna, bo, room("晚"), "17 23:00", "17 23:08")
    meet(anna, bo, room("早"), "18 08:00", "18 08:07")
    found = trace(anna, rules(), since="17 00:00").contacts[bo.pk]
    assert (found.grade, found.minutes) == ("close", 15)


def test_who_goes_out_and_comes_back_was_not_there_in_between(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 18:00")
    for hour in (12, 14, 16):
        stay(bo, place, f"18 {hour}:30", f"18 {hour}:35")
    found = trace(anna, rules()).contacts[bo.pk]
    assert (found.grade, found.minutes) == ("close", 15)
    [proof] = [together for meeting in found.meetings for together in meeting.proof]
    assert (proof.minutes, proof.first, proof.last) == (15, at("18 12:30"), at("18 16:35"))


def test_both_may_be_in_one_place_twice(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:10")
    stay(anna, place, "18 12:20", "18 12:30")
    stay(bo, place, "18 12:05", "18 12:22")
    stay(bo, place, "18 12:28", "18 13:00")
    assert trace(anna, rules()).contacts[bo.pk].minutes == 9


def test_rows_of_one_stay_meet_rows_of_another_once(anna, bo):
    place = room()
    for first, last in (("12:00", "12:10"), ("12:10", "12:20"), ("12:20", "12:30")):
        stay(anna, place, f"18 {first}", f"18 {last}")
    for first, last in (("12:05", "12:15"), ("12:15", "12:25")):
        stay(bo, place, f"18 {first}", f"18 {last}")
    assert trace(anna, rules()).contacts[bo.pk].minutes == 20


def test_a_window_within_a_stay_cuts_it_at_both_ends(anna, bo):
    meet(anna, bo, room(), "18 08:00", "18 20:00")
    found = trace(anna, rules(), since="18 12:00", until="18 12:15").contacts[bo.pk]
    assert (found.grade, found.minutes) == ("close", 15)
    assert (found.first_at, found.last_at) == (at("18 12:00"), at("18 12:15"))


def test_a_stay_that_began_a_day_before_the_window_is_met(anna, bo):
    place = run("coach_sealed")
    stay(anna, place, "17 12:10", "18 12:10")
    stay(bo, place, "17 12:05", "18 12:05")
    found = trace(anna, rules(), since="18 12:00").contacts[bo.pk]
    assert (found.first_at, found.last_at) == (at("18 12:00"), at("18 12:05"))


def test_the_second_hop_begins_in_the_middle_of_a_stay_and_not_before(anna, bo, chen):
    place = room()
    stay(bo, place, "18 10:00", "18 14:00")
    stay(anna, place, "18 12:00", "18 13:00")
    stay(chen, place, "18 10:00", "18 11:59")
    assert set(trace(anna, rules()).contacts) == {bo.pk}
    stay(chen, place, "18 13:10", "18 13:40")
    found = trace(anna, rules()).contacts[chen.pk]
    assert (found.level, found.first_at, found.minutes) == (2, at("18 13:10"), 30)


def test_a_casual_meeting_before_a_close_one_begins_the_second_hop(anna, bo, chen):
    meet(anna, bo, room("大厅", near=False), "18 08:00", "18 08:05")
    meet(bo, chen, room("早"), "18 09:00", "18 10:00")
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    assert trace(anna, rules()).contacts[chen.pk].first_at == at("18 09:00")


def test_what_is_only_told_begins_no_second_hop(anna, bo, chen):
    place = room("中")
    for who in (anna, bo):
        visit = stay(who, place, "18 08:00", "18 09:00")
        Visit.objects.filter(pk=visit.pk).update(source="self")
    meet(bo, chen, room("早"), "18 09:00", "18 10:00")
    meet(anna, bo, place, "18 12:00", "18 13:00")
    found = trace(anna, rules()).contacts
    assert set(found) == {bo.pk}
    assert {meeting.setting for meeting in found[bo.pk].meetings} == {"check_in", "zone"}


def test_metro_rides_add_up_and_carriages_of_trains_do_not(anna, bo, chen):
    for service, hour, minutes in (("2", "08", "08"), ("10", "18", "07")):
        meet(anna, bo, run("metro", service), f"18 {hour}:00", f"18 {hour}:{minutes}")
    for carriage, hour in (("3", "10"), ("4", "12")):
        meet(anna, chen, run("train_open", carriage=carriage), f"18 {hour}:00", f"18 {hour}:10")
    found = trace(anna, rules()).contacts
    assert (found[bo.pk].minutes, found[chen.pk].minutes) == (15, 10)


def test_a_city_may_make_a_quarter_of_an_hour_in_one_metro_carriage_close(anna, bo, chen):
    asked = (Condition("setting", any_of=("metro",)), Condition("minutes", least=15))
    published = load_named("sh-2022-09-18").contacts
    assert published is not None
    metro = [
        replace(rule, conditions=asked, grade="close") if rule.id == "metro" else rule
        for rule in published.rules
    ]
    hop = SecondHop(("metro",), 15)
    carriage = run("metro")
    meet(anna, bo, carriage, "18 08:00", "18 08:15")
    stay(chen, carriage, "18 08:01", "18 08:30")
    found = trace(anna, rules(rules=tuple(metro), second_hop=hop)).contacts
    assert (found[bo.pk].grade, found[chen.pk].grade) == ("close", "casual")
    meet(bo, chen, run("metro", "10"), "18 18:00", "18 18:15")
    found = trace(anna, rules(rules=tuple(metro), second_hop=hop)).contacts
    assert (found[chen.pk].level, found[chen.pk].grade) == (2, "secondary")


@pytest.mark.parametrize(
    ("vehicle", "mine", "yours", "expected"),
    [
        ("aircraft", 12, 15, "close"),
        ("aircraft", 12, 16, "casual"),
        ("aircraft", 12, None, "casual"),
        ("aircraft", 0, None, "close"),
        ("aircraft", None, 0, "close"),
        ("aircraft_no_hepa", None, None, "close"),
        ("coach_open", 4, 1, "close"),
        ("coach_open", 5, 1, "casual"),
        ("coach_open", 0, 9, "close"),
        ("train_open", 3, 3, "close"),
        ("train_open", 3, 4, "casual"),
        ("train_sealed", 1, 20, "close"),
        ("ship", None, None, "close"),
    ],
)
def test_aboard_the_rows_the_crew_and_the_cabin_count(anna, bo, vehicle, mine, yours, expected):
    place = run(vehicle)
    stay(anna, place, "18 08:00", "18 09:00", mine)
    stay(bo, place, "18 08:58", "18 10:00", yours)
    assert trace(anna, rules()).contacts[bo.pk].grade == expected


def test_the_nearest_row_counts_of_one_run_and_never_of_another(anna, bo):
    first, second = run("aircraft", "MU1"), run("aircraft", "MU2")
    stay(anna, first, "18 08:00", "18 09:00", 2)
    stay(bo, first, "18 08:00", "18 09:00", 9)
    stay(anna, second, "18 12:00", "18 13:00", 30)
    stay(bo, second, "18 12:00", "18 13:00", 9)
    found = trace(anna, rules()).contacts[bo.pk]
    assert found.grade == "casual"
    assert sorted(meeting.rows_apart for meeting in found.meetings) == [7, 21]


def test_another_cabin_is_another_place(anna, bo):
    stay(anna, run("ship", carriage="A1"), "18 08:00", "18 12:00")
    stay(bo, run("ship", carriage="A2"), "18 08:00", "18 12:00")
    assert trace(anna, rules()).contacts == {}
