"""Who is a contact of a case, how close, and what is handed down about them."""

from datetime import timedelta

import pytest

from healthcode.models import Evidence, HealthStatus
from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    exposures,
    home,
    meet,
    person,
    room,
    rules_in_force,
    stay,
    told,
    traced,
    trip,
)
from tracing.models import Encounter, Place, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


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
    """Chen met Bo."""
    return person("E10000003")


def test_fifteen_minutes_in_a_small_room_are_close(anna, bo):
    meet(anna, bo, room(), "18 12:00", "18 12:15")
    found = traced(confirmed(anna))[bo.pk]
    assert (found.level, found.grade, found.setting, found.minutes) == (1, "close", "zone", 15)
    assert (found.first_at, found.last_at) == (at("18 12:00"), at("18 12:15"))


def test_fourteen_minutes_are_casual_and_never_handed_down(anna, bo):
    meet(anna, bo, room(), "18 12:00", "18 12:14")
    found = traced(confirmed(anna))[bo.pk]
    assert found.grade == "casual"
    assert exposures(bo) == []


def test_a_large_hall_is_never_close(anna, bo):
    meet(anna, bo, room("大厅", near=False), "18 09:00", "18 17:00")
    assert traced(confirmed(anna))[bo.pk].grade == "casual"


def test_less_than_a_minute_is_not_looked_at(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:30")
    visit = stay(bo, place, "18 12:29", "18 13:00")
    Visit.objects.filter(pk=visit.pk).update(entered_at=at("18 12:29") + timedelta(seconds=1))
    assert traced(confirmed(anna)) == {}


def test_touching_stays_are_not_a_meeting(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:30")
    stay(bo, place, "18 12:30", "18 13:00")
    assert traced(confirmed(anna)) == {}


def test_minutes_are_summed_over_places_and_stays(anna, bo):
    meet(anna, bo, room("早餐"), "18 08:00", "18 08:08")
    meet(anna, bo, room("午餐"), "18 12:00", "18 12:07")
    case = confirmed(anna)
    found = traced(case)[bo.pk]
    assert (found.grade, found.minutes) == ("close", 15)
    assert sorted(e.minutes for e in Encounter.objects.filter(contact=found)) == [7, 8]


def test_minutes_more_than_a_day_apart_are_not_summed(anna, bo):
    meet(anna, bo, room("早餐"), "17 08:00", "17 08:14")
    meet(anna, bo, room("早餐"), "18 08:14", "18 08:28")
    found = traced(confirmed(anna))[bo.pk]
    assert (found.grade, found.minutes) == ("casual", 14)


def test_a_window_of_a_day_cuts_stays_at_its_end(anna, bo):
    meet(anna, bo, room("早餐"), "17 08:00", "17 08:10")
    meet(anna, bo, room("早餐"), "18 07:56", "18 08:10")
    # From 8:00 to 8:00: ten minutes and four; from 7:56 on: fourteen.
    assert traced(confirmed(anna))[bo.pk].minutes == 14


def test_touching_rows_are_one_stay(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:10")
    stay(anna, place, "18 12:10", "18 12:20")
    stay(bo, place, "18 12:02", "18 12:18")
    found = traced(confirmed(anna))[bo.pk]
    assert (found.minutes, found.first_at, found.last_at) == (16, at("18 12:02"), at("18 12:18"))


def test_a_meeting_is_cut_to_the_infectious_window(anna, bo):
    """Without symptoms two local days before the sample: from 0:00 on the 17th."""
    meet(anna, bo, room(), "16 23:30", "17 00:20")
    found = traced(confirmed(anna))[bo.pk]
    assert (found.first_at, found.minutes) == (at("17 00:00"), 20)


def test_nothing_after_the_isolation_counts(anna, bo):
    meet(anna, bo, room(), "19 08:50", "19 09:40")
    found = traced(confirmed(anna, isolated="19 09:00"))[bo.pk]
    assert (found.last_at, found.minutes) == (at("19 09:00"), 10)


def test_a_household_is_close_whatever_the_minutes(anna, bo):
    home(anna, bo)
    found = traced(confirmed(anna))[bo.pk]
    assert (found.grade, found.setting, found.minutes) == ("close", "household", None)
    assert (found.first_at, found.last_at) == (at("17 00:00"), at("19 09:00"))


def test_a_household_goes_on_while_the_case_is_not_isolated(anna, bo):
    home(anna, bo)
    found = traced(confirmed(anna, isolated=None))[bo.pk]
    assert found.last_at is None
    assert exposures(bo)[0]["last"] is None


def test_a_dormitory_is_a_household_and_a_class_is_not(anna, bo, chen):
    home(anna, bo, kind="dormitory")
    home(anna, chen, kind="class")
    assert set(traced(confirmed(anna))) == {bo.pk}


def test_who_moved_out_before_is_no_contact(anna, bo):
    home(anna, bo)
    bo.membership_set.update(ends_at=at("17 00:00"))
    assert traced(confirmed(anna)) == {}


def test_the_second_hop_begins_with_the_first_meeting(anna, bo, chen):
    dora = person("E10000004")
    meet(bo, dora, room("早"), "18 10:00", "18 11:00")
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    meet(bo, chen, room("晚"), "18 14:00", "18 15:00")
    found = traced(confirmed(anna))
    assert dora.pk not in found
    assert (found[chen.pk].level, found[chen.pk].grade) == (2, "secondary")
    assert Encounter.objects.get(contact=found[chen.pk]).via_id == bo.pk


def test_a_stay_that_runs_when_they_first_meet_is_cut_there(anna, bo, chen):
    place = room("班车", near=True)
    meet(bo, chen, place, "18 11:50", "18 12:20")
    meet(anna, bo, room("中"), "18 12:00", "18 12:30")
    found = traced(confirmed(anna))[chen.pk]
    assert (found.first_at, found.minutes) == (at("18 12:00"), 20)


def test_the_second_hop_ends_with_the_contacts_isolation(anna, bo, chen):
    told(bo, "order", "18 14:10", "25 00:00", "o1", order="central_isolation", issued_by="静安")
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    meet(bo, chen, room("晚"), "18 14:00", "18 15:00")
    assert chen.pk not in traced(confirmed(anna))


def test_home_monitoring_is_no_isolation(anna, bo, chen):
    told(bo, "order", "18 14:10", "25 00:00", "o1", order="home_monitoring", issued_by="静安")
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    meet(bo, chen, room("晚"), "18 14:00", "18 15:00")
    assert chen.pk in traced(confirmed(anna))


def test_a_casual_contact_has_no_contacts(anna, bo, chen):
    meet(anna, bo, room("中"), "18 12:00", "18 12:05")
    meet(bo, chen, room("晚"), "18 14:00", "18 15:00")
    assert chen.pk not in traced(confirmed(anna))


def test_the_strongest_meeting_grades_a_person(anna, bo, chen):
    home(bo, chen)
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    meet(anna, chen, room("晚"), "18 14:00", "18 14:05")
    found = traced(confirmed(anna))[chen.pk]
    assert (found.level, found.grade, found.setting) == (2, "secondary", "household")
    assert {e.grade for e in Encounter.objects.filter(contact=found)} == {"secondary", "casual"}


def test_a_case_is_not_its_own_contact(anna, bo):
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    home(anna, bo)
    assert set(traced(confirmed(anna))) == {bo.pk}


def test_the_exposure_says_level_grade_case_and_setting(anna, bo):
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    [exposure] = exposures(bo)
    assert exposure == {
        "level": 1,
        "grade": "close",
        "case": case.ref,
        "setting": "zone",
        "first": at("18 12:00").timestamp(),
        "last": at("18 13:00").timestamp(),
    }
    assert Evidence.objects.get(citizen=bo).source_ref == f"{case.ref}:{bo.ref}"
    assert HealthStatus.objects.get(pk=bo.pk).due_at == NOW


def test_an_aircraft_is_close_for_three_rows(anna, bo, chen):
    for who, ref, row in ((anna, "a", "12"), (bo, "b", "15"), (chen, "c", "16")):
        trip(who, ref, mode="flight", vehicle="aircraft", service="MU5101", carriage=None, row=row)
    found = traced(confirmed(anna))
    assert (found[bo.pk].grade, found[chen.pk].grade) == ("close", "casual")
    assert found[bo.pk].setting == "flight"
    assert Encounter.objects.get(contact=found[chen.pk]).rows_apart == 4


def test_the_crew_of_an_aircraft_serve_every_row(anna, bo):
    flight = {"mode": "flight", "vehicle": "aircraft", "service": "MU5101", "carriage": None}
    trip(anna, "a", row="12", **flight)
    trip(bo, "b", role="crew", **flight)
    assert traced(confirmed(anna))[bo.pk].grade == "close"


def test_a_row_that_is_not_known_is_casual(anna, bo):
    flight = {"mode": "flight", "vehicle": "aircraft", "service": "MU5101", "carriage": None}
    trip(anna, "a", row="12", **flight)
    trip(bo, "b", row="exit", **flight)
    assert traced(confirmed(anna))[bo.pk].grade == "casual"


def test_a_sealed_carriage_is_close_and_the_next_one_is_not_met(anna, bo, chen):
    trip(anna, "a")
    trip(bo, "b", start="18 09:00", end="18 12:00")
    trip(chen, "c", carriage="8")
    found = traced(confirmed(anna))
    assert set(found) == {bo.pk}
    assert (found[bo.pk].grade, found[bo.pk].first_at) == ("close", at("18 09:00"))


def test_an_open_carriage_is_close_for_the_same_compartment(anna, bo, chen):
    train = {"vehicle": "train_open", "service": "K2"}
    trip(anna, "a", compartment="3", **train)
    trip(bo, "b", compartment="3", **train)
    trip(chen, "c", compartment="4", **train)
    found = traced(confirmed(anna))
    assert (found[bo.pk].grade, found[chen.pk].grade) == ("close", "casual")


def metro(departs: str = "18 08:00") -> Place:
    return Place.objects.create(
        vehicle="metro",
        service="2",
        departs_at=at(departs),
        carriage="3",
        assumed_stay=timedelta(minutes=30),
        max_stay=timedelta(hours=3),
    )


def test_the_metro_is_casual(anna, bo):
    meet(anna, bo, metro(), "18 08:00", "18 09:00")
    found = traced(confirmed(anna))[bo.pk]
    assert (found.grade, found.setting) == ("casual", "metro")


def test_another_case_may_be_a_contact(anna, bo):
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case, other = confirmed(anna), confirmed(bo)
    assert set(traced(case)) == {bo.pk}
    assert set(traced(other)) == {anna.pk}
