"""What the options of the rules do to a trace: tail, cap, look-back for origins, closed spaces."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from healthcode.policy import CompiledRules, compile_rules
from healthcode.policy.ruleset import SecondHop, Stretch
from healthcode.rules import load_named
from tests.tracing.outbreak import NOW, at, home, meet, person, room, stay
from tracing.models import Case, Place
from tracing.services.trace.find import FoundAll, find_contacts

pytestmark = pytest.mark.django_db
HOMES = ("household", "near-in-zone")


@pytest.fixture
def anna():
    """Anna is the case."""
    return person("E10000001")


@pytest.fixture
def bo():
    """Bo met Anna."""
    return person("E10000002")


@pytest.fixture
def others() -> Sequence[Any]:
    """Chen, Dora and Emil met Bo."""
    return [person(f"E1000000{number}") for number in (3, 4, 5)]


def rules(name: str = "sh-2022-09-18", **changes: Any) -> CompiledRules:
    ruleset = load_named(name)
    assert ruleset.contacts is not None
    return compile_rules(replace(ruleset, contacts=replace(ruleset.contacts, **changes)))


def trace(who, rules, since: str = "18 00:00", until: str = "19 00:00") -> FoundAll:
    """Trace a case, sampled at eight on the 19th, that met people from one instant to another."""
    case = Case(
        citizen_id=who.pk,
        sampled_at=at("19 08:00"),
        isolated_at=at(until),
        window_from=at(since),
        window_until=at(until),
        traced_until=at("19 09:00"),
    )
    return find_contacts(case, rules, now=NOW)


def space(name: str, closed: bool | None, *, near: bool = False) -> Place:
    place = room(name, near=near)
    Place.objects.filter(pk=place.pk).update(closed_space=closed)
    return place


def test_whoever_comes_within_the_tail_was_there_together(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:30")
    stay(bo, place, "18 12:40", "18 13:10")
    assert trace(anna, rules()).contacts == {}
    found = trace(anna, rules(tail_minutes=30)).contacts[bo.pk]
    assert (found.grade, found.minutes) == ("close", 20)
    assert (found.first_at, found.last_at) == (at("18 12:40"), at("18 13:00"))


def test_whoever_comes_when_the_tail_is_over_was_not(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:30")
    stay(bo, place, "18 13:00", "18 13:30")
    assert trace(anna, rules(tail_minutes=30, minimum_minutes=0)).contacts == {}


def test_nobody_is_met_for_having_been_there_before_the_case(anna, bo):
    place = room()
    stay(bo, place, "18 11:00", "18 11:50")
    stay(anna, place, "18 12:00", "18 12:30")
    assert trace(anna, rules(tail_minutes=30)).contacts == {}


def test_the_air_stays_when_the_case_is_taken_away(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    stay(bo, place, "18 12:20", "18 12:50")
    found = trace(anna, rules(tail_minutes=20), until="18 12:15").contacts[bo.pk]
    assert (found.minutes, found.last_at) == (15, at("18 12:35"))


def test_a_stay_that_ended_before_the_case_was_infectious_has_no_tail(anna, bo):
    place = room()
    stay(anna, place, "18 11:00", "18 11:50")
    stay(bo, place, "18 11:55", "18 12:30")
    assert trace(anna, rules(tail_minutes=30), since="18 12:00").contacts == {}


def test_tails_and_stays_that_overlap_count_once(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 12:10")
    stay(anna, place, "18 12:15", "18 12:25")
    stay(bo, place, "18 12:00", "18 13:00")
    assert trace(anna, rules(tail_minutes=10)).contacts[bo.pk].minutes == 35


def test_a_contact_of_the_tail_has_contacts_from_then_on(anna, bo, others):
    chen, dora, _ = others
    place = room()
    stay(anna, place, "18 12:00", "18 12:30")
    stay(bo, place, "18 12:40", "18 13:10")
    meet(bo, chen, room("早"), "18 12:20", "18 12:39")
    meet(bo, dora, room("晚"), "18 14:00", "18 15:00")
    assert set(trace(anna, rules(tail_minutes=30)).contacts) == {bo.pk, dora.pk}


def test_the_cap_keeps_homes_and_then_those_who_were_together_longest(anna, bo, others):
    chen, dora, emil = others
    meet(anna, bo, room("中"), "18 08:00", "18 09:00")
    home(bo, emil)
    meet(bo, chen, room("早"), "18 10:00", "18 11:00")
    meet(bo, dora, room("晚"), "18 14:00", "18 16:00")
    for most, kept in ((0, []), (1, [emil]), (2, [emil, dora]), (3, others), (None, others)):
        found = trace(anna, rules(second_hop=SecondHop(HOMES, 15, most=most)))
        assert set(found.contacts) == {bo.pk, *(one.pk for one in kept)}
        assert found.second_cut == 3 - len(kept)


def test_a_home_comes_first_also_for_those_who_dined_together_as_well(anna, bo, others):
    chen, dora, _ = others
    meet(anna, bo, room("中"), "18 08:00", "18 09:00")
    home(bo, chen)
    meet(bo, chen, room("早"), "18 10:00", "18 10:20")
    meet(bo, dora, room("晚"), "18 14:00", "18 16:00")
    found = trace(anna, rules(second_hop=SecondHop(HOMES, 15, most=1)))
    assert set(found.contacts) == {bo.pk, chen.pk}


def test_who_is_beyond_the_cap_stays_what_the_case_made_of_them(anna, bo, others):
    chen, *_ = others
    meet(anna, bo, room("中"), "18 08:00", "18 09:00")
    meet(anna, chen, room("会"), "18 09:10", "18 09:15")
    meet(bo, chen, room("早"), "18 10:00", "18 11:00")
    found = trace(anna, rules(second_hop=SecondHop(HOMES, 15, most=0))).contacts[chen.pk]
    assert (found.level, found.grade, found.minutes) == (1, "casual", 5)
    assert {meeting.via_id for meeting in found.meetings} == {anna.pk}


def test_whom_the_case_met_before_it_could_infect_is_a_possible_origin(anna, bo):
    meet(anna, bo, room(), "17 12:00", "17 13:00")
    assert trace(anna, rules()).contacts == {}
    found = trace(anna, rules(backward=Stretch(days=3))).contacts[bo.pk]
    assert (found.level, found.grade, found.setting) == (1, "casual", "origin")
    assert (found.minutes, found.first_at) == (60, at("17 12:00"))


def test_an_origin_was_met_after_the_case_could_be_infected(anna, bo):
    meet(anna, bo, room(), "17 11:30", "17 12:20")
    found = trace(anna, rules(backward=Stretch(hours=44))).contacts[bo.pk]
    assert (found.first_at, found.minutes) == (at("17 12:00"), 20)
    assert trace(anna, rules(backward=Stretch(hours=43))).contacts == {}


def test_who_was_not_near_is_no_origin(anna, bo):
    meet(anna, bo, room("大厅", near=False), "17 12:00", "17 18:00")
    assert trace(anna, rules(backward=Stretch(days=3))).contacts == {}


def test_who_lives_with_the_case_may_be_its_origin_and_is_close(anna, bo):
    home(anna, bo)
    found = trace(anna, rules(backward=Stretch(days=3))).contacts[bo.pk]
    assert (found.grade, found.setting, found.first_at) == ("close", "household", at("18 00:00"))
    lived = {meeting.setting: meeting.proof[0] for meeting in found.meetings}
    assert (lived["origin"].first, lived["origin"].last) == (at("16 00:00"), at("18 00:00"))


def test_a_meeting_across_the_look_back_is_cut_into_origin_and_contact(anna, bo):
    meet(anna, bo, room(), "17 23:40", "18 00:20")
    found = trace(anna, rules(backward=Stretch(days=3))).contacts[bo.pk]
    assert (found.grade, found.minutes, found.first_at) == ("close", 20, at("18 00:00"))
    assert {m.setting: m.minutes for m in found.meetings} == {"origin": 20, "zone": 20}


def test_minutes_before_and_after_the_look_back_are_not_added(anna, bo):
    meet(anna, bo, room(), "17 23:50", "18 00:10")
    found = trace(anna, rules(backward=Stretch(days=3))).contacts[bo.pk]
    assert (found.grade, found.setting, found.minutes) == ("casual", "zone", 10)


def test_the_contacts_of_an_origin_are_not_sought(anna, bo, others):
    meet(anna, bo, room("中"), "17 12:00", "17 13:00")
    meet(bo, others[0], room("晚"), "18 14:00", "18 15:00")
    assert set(trace(anna, rules(backward=Stretch(days=3))).contacts) == {bo.pk}


def test_the_second_hop_does_not_begin_where_the_case_may_have_been_infected(anna, bo, others):
    chen, dora, _ = others
    meet(anna, bo, room("前"), "17 12:00", "17 13:00")
    meet(bo, chen, room("早"), "18 08:00", "18 09:00")
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    meet(bo, dora, room("晚"), "18 14:00", "18 15:00")
    assert set(trace(anna, rules(backward=Stretch(days=3))).contacts) == {bo.pk, dora.pk}


@pytest.mark.parametrize(
    ("closed", "left", "expected"),
    [
        (True, "18 12:16", "close"),
        (True, "18 12:15", "casual"),
        (False, "18 18:00", "casual"),
        (None, "18 18:00", "casual"),
    ],
)
def test_more_than_a_quarter_of_an_hour_in_a_closed_space_is_close(
    anna, bo, closed, left, expected
):
    meet(anna, bo, space("厅", closed), "18 12:00", left)
    assert trace(anna, rules("ecdc-2020-12")).contacts[bo.pk].grade == expected


@pytest.mark.parametrize(("second", "expected"), [(True, "close"), (None, "casual")])
def test_minutes_add_up_over_closed_spaces_and_not_over_others(anna, bo, second, expected):
    meet(anna, bo, space("甲", True), "18 12:00", "18 12:10")
    meet(anna, bo, space("乙", second), "18 13:00", "18 13:10")
    assert trace(anna, rules("ecdc-2020-12")).contacts[bo.pk].grade == expected


def test_rules_that_do_not_ask_add_up_all_spaces(anna, bo):
    meet(anna, bo, space("甲", True, near=True), "18 12:00", "18 12:10")
    meet(anna, bo, space("乙", None, near=True), "18 13:00", "18 13:10")
    found = trace(anna, rules()).contacts[bo.pk]
    assert (found.grade, found.minutes) == ("close", 20)


def test_the_second_hop_looks_at_the_spaces_that_its_grounds_ask_for(anna, bo, others):
    meet(anna, bo, space("甲", True), "18 12:00", "18 13:00")
    for number, closed in enumerate((True, False, None)):
        place = space(f"乙{number}", closed)
        meet(bo, others[number], place, f"18 1{number + 4}:00", f"18 1{number + 4}:50")
    hop = SecondHop(("closed-space",), 15)
    found = trace(anna, rules("ecdc-2020-12", second_hop=hop)).contacts
    assert set(found) == {bo.pk, others[0].pk}


def test_spaces_that_are_open_and_spaces_of_which_nobody_knows_are_apart(anna, bo):
    meet(anna, bo, space("甲", False), "18 12:00", "18 12:10")
    meet(anna, bo, space("乙", None), "18 13:00", "18 13:10")
    found = trace(anna, rules("ecdc-2020-12")).contacts[bo.pk]
    assert [meeting.minutes for meeting in found.meetings] == [10, 10]


@pytest.mark.parametrize(("left", "found"), [("14:14", False), ("14:15", True)])
def test_the_second_hop_has_least_minutes_of_its_own(anna, bo, others, left, found):
    carriage = Place.objects.create(
        vehicle="train_sealed",
        service="G1",
        departs_at=at("18 13:00"),
        assumed_stay=timedelta(hours=24),
        max_stay=timedelta(hours=24),
    )
    meet(anna, bo, room("中"), "18 12:00", "18 12:30")
    meet(bo, others[0], carriage, "18 14:00", f"18 {left}")
    hop = SecondHop(("train-sealed",), 15)
    assert (others[0].pk in trace(anna, rules(second_hop=hop)).contacts) is found
