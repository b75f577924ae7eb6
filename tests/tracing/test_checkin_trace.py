"""What people only tell of themselves makes nobody a close contact, and hides none."""

from datetime import timedelta

import pytest

from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    contacts,
    exposures,
    home,
    person,
    room,
    rules_in_force,
    stay,
    traced,
)
from tests.tracing.posters import left, poster, scanned
from tests.tracing.posters import room as reading_room
from tracing.models import Encounter, Visit

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
    """Bo met Anna, or says so."""
    return person("E10000002")


@pytest.fixture
def chen():
    """Chen met Bo."""
    return person("E10000003")


def tell(who, place, entered="18 12:00", until="18 13:00"):
    """A stay that somebody checked in to themselves."""
    Visit.objects.filter(pk=stay(who, place, entered, until).pk).update(source="self")


def met(contact):
    """How each stored encounter is explained to officers."""
    rows = Encounter.objects.filter(contact=contact).order_by("first_at")
    return [(row.setting, row.grade, row.minutes, row.rule) for row in rows]


def test_who_only_told_of_it_is_a_casual_contact_and_nothing_is_handed_down(anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    tell(bo, place)
    found = traced(confirmed(anna))[bo.pk]
    assert (found.level, found.grade, found.setting, found.minutes) == (1, "casual", "check_in", 60)
    assert met(found) == [("check_in", "casual", 60, "")]
    assert exposures(bo) == []


def test_whom_a_case_met_by_its_own_word_alone_is_a_casual_contact(anna, bo):
    place = room()
    tell(anna, place)
    stay(bo, place, "18 12:00", "18 13:00")
    assert traced(confirmed(anna))[bo.pk].grade == "casual"
    assert exposures(bo) == []


def test_what_gates_saw_of_the_same_two_is_graded_alone(anna, bo):
    place = room()
    stay(anna, place, "18 09:00", "18 13:00")
    stay(bo, place, "18 09:00", "18 09:15")
    tell(bo, place, "18 12:00", "18 13:00")
    found = traced(confirmed(anna))[bo.pk]
    assert (found.grade, found.setting, found.minutes) == ("close", "zone", 15)
    assert (found.first_at, found.last_at) == (at("18 09:00"), at("18 09:15"))
    assert [row[:3] for row in met(found)] == [("zone", "close", 15), ("check_in", "casual", 60)]
    assert len(exposures(bo)) == 1


def test_told_minutes_do_not_fill_up_what_gates_saw(anna, bo):
    place = room()
    stay(anna, place, "18 09:00", "18 13:00")
    stay(bo, place, "18 09:00", "18 09:14")
    tell(bo, place, "18 09:14", "18 10:00")
    found = traced(confirmed(anna))[bo.pk]
    assert found.grade == "casual"
    assert [row[:3] for row in met(found)] == [("zone", "casual", 14), ("check_in", "casual", 46)]


def test_a_home_is_close_whatever_else_was_told(anna, bo):
    home(anna, bo)
    place = room()
    tell(anna, place)
    tell(bo, place)
    assert traced(confirmed(anna))[bo.pk].setting == "household"


def test_a_close_contacts_own_word_leads_to_no_second_hop(anna, bo, chen):
    small, other = room("会议室"), room("茶水间")
    stay(anna, small, "18 12:00", "18 13:00")
    stay(bo, small, "18 12:00", "18 13:00")
    tell(bo, other, "18 14:00", "18 15:00")
    stay(chen, other, "18 14:00", "18 15:00")
    found = traced(confirmed(anna))
    assert found[bo.pk].grade == "close"
    assert chen.pk not in found


def test_the_second_hop_begins_with_a_meeting_that_was_seen(anna, bo, chen):
    """Bo told of the morning with Anna; Chen was with Bo before Anna was seen with Bo."""
    hall, small, other = room("阅览室"), room("会议室"), room("茶水间")
    stay(anna, hall, "18 08:00", "18 09:00")
    tell(bo, hall, "18 08:00", "18 09:00")
    stay(bo, other, "18 10:00", "18 11:00")
    stay(chen, other, "18 10:00", "18 11:00")
    stay(anna, small, "18 12:00", "18 13:00")
    stay(bo, small, "18 12:00", "18 13:00")
    found = traced(confirmed(anna))
    assert found[bo.pk].grade == "close"
    assert chen.pk not in found


def test_a_gate_that_is_heard_later_makes_the_contact_close(anna, bo):
    """Bo checked in by a poster; the gate's scan of Bo comes in after the trace."""
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    tell(bo, place)
    case = confirmed(anna)
    assert traced(case)[bo.pk].grade == "casual"
    Visit.objects.filter(citizen_id=bo.pk).update(source="scan")
    assert traced(case)[bo.pk].grade == "close"
    assert len(exposures(bo)) == 1
    Visit.objects.filter(citizen_id=bo.pk).update(source="self")
    assert traced(case)[bo.pk].grade == "casual"
    assert exposures(bo) == []


def test_by_poster_from_end_to_end(anna, bo):
    """Two people scan the poster of a small room an hour before one is isolated."""
    text = poster(reading_room())
    for who in (anna, bo):
        scanned(who, text, -30)
        left(who, 0)
    case = confirmed(anna, sampled="19 08:00", isolated="19 11:00", now=NOW + timedelta(hours=2))
    found = traced(case, NOW + timedelta(hours=2))
    assert [contact.setting for contact in found.values()] == ["check_in"]
    assert found[bo.pk].minutes == 30
    assert contacts(case)[bo.pk].grade == "casual"
