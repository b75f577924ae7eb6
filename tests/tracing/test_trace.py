"""Who is a contact of a case, how close, and what is handed down about them."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent
from healthcode.models import Evidence, HealthStatus
from healthcode.services import recolour
from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    contacts,
    exposures,
    home,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    told,
    traced,
    trip,
)
from tracing.models import Case, Contact, Encounter, Place, Visit
from tracing.services import sweep_traces, touch_cases, trace_case, withdraw_case

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


def meet(a, b, place, entered="18 12:00", left="18 13:00"):
    stay(a, place, entered, left)
    stay(b, place, entered, left)


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


def test_running_a_trace_again_changes_nothing(anna, bo, chen):
    home(bo, chen)
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    before = _everything()
    again = trace_case(case_id=case.pk, now=NOW + timedelta(minutes=5))
    assert again is not None
    assert (again.contacts, again.changed) == (2, 0)
    assert _everything() == before


def _everything() -> list[list[tuple]]:
    tables = (Contact, Encounter, Evidence, HealthStatus, AuditEvent)
    return [sorted(table.objects.values_list(), key=repr) for table in tables]


def test_a_contact_who_is_not_found_again_is_taken_back(anna, bo):
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    Visit.objects.filter(citizen_id=bo.pk).delete()
    assert traced(case, NOW + timedelta(minutes=1)) == {}
    assert exposures(bo) == []
    assert Evidence.objects.filter(citizen=bo).count() == 2


def test_a_contact_who_is_found_again_counts_again(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    stay(bo, place, "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    Visit.objects.filter(citizen_id=bo.pk).delete()
    traced(case, NOW + timedelta(minutes=1))
    stay(bo, place, "18 12:00", "18 13:00")
    traced(case, NOW + timedelta(minutes=2))
    assert len(exposures(bo)) == 1
    assert Evidence.objects.filter(citizen=bo).latest("version").version == 3


def test_a_changed_meeting_is_a_new_version(anna, bo):
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    Visit.objects.filter(citizen_id=bo.pk).update(left_at=at("18 12:30"))
    assert traced(case, NOW + timedelta(minutes=1))[bo.pk].minutes == 30
    assert Encounter.objects.get().minutes == 30
    [exposure] = exposures(bo)
    assert exposure["last"] == at("18 12:30").timestamp()
    assert Evidence.objects.filter(citizen=bo).latest("version").version == 2


def test_a_late_stay_makes_the_case_due_and_is_found(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    case = confirmed(anna)
    assert sweep_traces(now=NOW) == 1
    assert contacts(case) == {}
    late = stay(bo, place, "18 12:10", "18 12:40")
    assert touch_cases(visits=[late], now=NOW + timedelta(minutes=1)) == 1
    assert sweep_traces(now=NOW + timedelta(minutes=2)) == 1
    assert set(contacts(case)) == {bo.pk}
    assert sweep_traces(now=NOW + timedelta(minutes=3)) == 0


def test_a_late_stay_beside_a_close_contact_makes_the_case_due(anna, bo, chen):
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    stay(bo, room("晚"), "18 14:00", "18 15:00")
    case = confirmed(anna)
    sweep_traces(now=NOW)
    late = stay(chen, room("晚"), "18 14:00", "18 15:00")
    assert touch_cases(visits=[late], now=NOW + timedelta(minutes=1)) == 1
    sweep_traces(now=NOW + timedelta(minutes=2))
    assert contacts(case)[chen.pk].grade == "secondary"


def test_a_stay_elsewhere_or_too_late_makes_nothing_due(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    confirmed(anna)
    sweep_traces(now=NOW)
    elsewhere = stay(bo, room("别处"), "18 12:00", "18 13:00")
    after = stay(bo, place, "19 11:00", "19 12:00")
    assert touch_cases(visits=[elsewhere, after], now=NOW) == 0


def test_a_stay_that_arrives_during_a_trace_is_not_lost(anna, bo, monkeypatch):
    """Only the demand that a trace began with is met by it."""
    stay(anna, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    later = NOW + timedelta(seconds=5)

    def find_while_somebody_touches(*args, **kwargs):
        Case.objects.filter(pk=case.pk).update(trace_due_at=later)
        return {}

    monkeypatch.setattr("tracing.services.trace.run.find_contacts", find_while_somebody_touches)
    trace_case(case_id=case.pk, now=NOW)
    assert Case.objects.get(pk=case.pk).trace_due_at == later


def test_a_case_whose_stays_are_deleted_keeps_what_was_found(anna, bo):
    """After 28 days the visits are gone: tracing again would take the exposures back."""
    meet(anna, bo, room())
    case = confirmed(anna)
    traced(case)
    Visit.objects.all().delete()
    later = NOW + timedelta(days=29)
    Case.objects.filter(pk=case.pk).update(trace_due_at=later)

    sweep_traces(now=later)

    case.refresh_from_db()
    assert case.trace_due_at is None
    assert set(contacts(case)) == {bo.pk}
    assert len(exposures(bo)) == 1


def test_a_case_without_rules_stays_due_and_stops_no_other(anna, bo, caplog):
    first, second = confirmed(anna), confirmed(bo)
    Case.objects.filter(pk=first.pk).update(decided_at=at("1 00:00"))
    assert sweep_traces(now=NOW) == 1
    assert Case.objects.get(pk=first.pk).trace_due_at is not None
    assert Case.objects.get(pk=second.pk).trace_due_at is None
    assert "no_active_rules" in caplog.text


def test_withdrawing_unwinds_everything_derived(anna, bo, chen):
    home(bo, chen)
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    people = [anna.pk, bo.pk, chen.pk]
    recolour(citizen_ids=people, now=NOW)
    colours = list(HealthStatus.objects.filter(pk__in=people).values_list("pk", "colour"))
    case = confirmed(anna)
    traced(case)
    recolour(citizen_ids=people, now=NOW)
    assert list(HealthStatus.objects.filter(pk__in=people).values_list("pk", "colour")) != colours
    later = NOW + timedelta(minutes=1)
    withdraw_case(case_id=case.pk, reason="样本弄错", by=officer(), now=later)
    recolour(citizen_ids=people, now=later)
    assert list(HealthStatus.objects.filter(pk__in=people).values_list("pk", "colour")) == colours
    assert not Contact.objects.exists()
    assert not Encounter.objects.exists()
    assert [exposures(who) for who in (anna, bo, chen)] == [[], [], []]
    assert trace_case(case_id=case.pk, now=later) is None


def test_withdrawing_one_case_leaves_the_others_contacts(anna, bo, chen):
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    stay(chen, room(), "18 12:00", "18 13:00")
    one, two = confirmed(anna), confirmed(chen)
    traced(one)
    kept = {pk: contact.grade for pk, contact in traced(two).items()}
    withdraw_case(case_id=one.pk, reason="误报", by=officer(), now=NOW + timedelta(minutes=1))
    assert {pk: contact.grade for pk, contact in contacts(two).items()} == kept
    assert [exposure["case"] for exposure in exposures(bo)] == [two.ref]


@pytest.mark.parametrize("people", [1, 40])
def test_a_trace_takes_as_many_statements_for_few_as_for_many(
    anna, people, django_assert_max_num_queries
):
    place, evening = room("中"), room("晚")
    stay(anna, place, "18 12:00", "18 13:00")
    for number in range(people):
        close, second = person(f"E2{number:07}"), person(f"E3{number:07}")
        stay(close, place, "18 12:00", "18 13:00")
        meet(close, second, evening, "18 14:00", "18 15:00")
    case = confirmed(anna)
    with django_assert_max_num_queries(50):
        assert trace_case(case_id=case.pk, now=NOW).contacts == 2 * people
