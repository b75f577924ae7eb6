"""What people only tell of themselves makes nobody a close contact, and hides none."""

from datetime import timedelta

import pytest
from django.db import transaction

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
from tracing.models import Case, Encounter, Visit
from tracing.services import check_in
from tracing.services.visits import enter, leave

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


# --- a photograph of a poster, scanned from anywhere ----------------------------------------


def through(who, place, entered, until, *, photo=""):
    """In at a gate and out at it; five seconds after coming, a poster of somewhere is told."""
    came, went = at(entered), at(until)
    with transaction.atomic():
        enter(citizen_id=who.pk, place=place, at=came, now=came)
    if photo:
        check_in(citizen_id=who.pk, text=photo, now=came + timedelta(seconds=5))
    with transaction.atomic():
        return leave(citizen_id=who.pk, place=place, at=went, now=went)


@pytest.mark.parametrize("photographed", [False, True])
def test_a_contact_is_close_whatever_poster_they_scanned_meanwhile(anna, bo, photographed):
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    photo = poster(reading_room()) if photographed else ""
    assert through(bo, place, "18 12:05", "18 12:55", photo=photo).left_by == "scan"
    found = traced(confirmed(anna))[bo.pk]
    assert (found.grade, found.setting, found.minutes) == ("close", "zone", 50)
    assert (found.first_at, found.last_at) == (at("18 12:05"), at("18 12:55"))
    assert len(exposures(bo)) == 1


@pytest.mark.parametrize("photographed", [False, True])
def test_a_case_does_not_shrink_what_gates_saw_of_it(anna, bo, photographed):
    place = room()
    photo = poster(reading_room()) if photographed else ""
    through(anna, place, "18 12:00", "18 13:00", photo=photo)
    stay(bo, place, "18 12:05", "18 12:55")
    found = traced(confirmed(anna))[bo.pk]
    assert (found.grade, found.minutes) == ("close", 50)
    assert len(exposures(bo)) == 1


def test_without_an_exit_a_contact_is_close_too(anna, bo):
    """Nobody scans out: what is assumed of the gate's stay is not cut by a poster either."""
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    came = at("18 12:05")
    with transaction.atomic():
        enter(citizen_id=bo.pk, place=place, at=came, now=came)
    check_in(citizen_id=bo.pk, text=poster(reading_room()), now=came + timedelta(seconds=5))
    assert traced(confirmed(anna))[bo.pk].grade == "close"


def test_back_where_a_gate_saw_them_the_case_beside_what_was_told_is_traced_again(anna, bo):
    """What Bo told of lasts no longer than until Bo is back, and Anna was there."""
    office, hall = room(), reading_room()
    first, second = poster(office), poster(hall)
    with transaction.atomic():
        enter(citizen_id=bo.pk, place=office, at=at("19 08:00"), now=at("19 08:00"))
    check_in(citizen_id=bo.pk, text=second, now=at("19 08:10"))
    stay(anna, hall, "19 08:00", "19 09:00")
    case = confirmed(anna, isolated=None, now=at("19 08:40"), sampled="19 08:00")
    traced(case, now=at("19 08:41"))
    assert Case.objects.get(pk=case.pk).trace_due_at is None
    check_in(citizen_id=bo.pk, text=first, now=at("19 08:50"))
    assert Case.objects.get(pk=case.pk).trace_due_at == at("19 08:50")
