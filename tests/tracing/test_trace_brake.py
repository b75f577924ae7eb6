"""A trace that would reach too many: nothing is written until two people have looked."""

from datetime import timedelta

import pytest

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent, User
from tests.tracing.outbreak import (
    NOW,
    confirmed,
    contacts,
    exposures,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    traced,
)
from tracing.errors import BrakeMoved, SecondPersonNeeded, UnknownBrake
from tracing.models import Alarm, Case, Contact, Encounter, TraceBrake, Visit
from tracing.services import (
    clear_trace_brake,
    look_at_brake,
    preview_brake,
    sweep_traces,
    touch_cases,
    trace_case,
    withdraw_case,
)
from tracing.services.trace.brake import AGAIN_AFTER

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _limit(settings) -> None:
    rules_in_force()
    settings.TRACE_BRAKE_LIMIT = 3


@pytest.fixture
def anna():
    """Anna is the case; she was in the meeting room."""
    anna = person("E10000001")
    stay(anna, room(), "18 12:00", "18 13:00")
    return anna


@pytest.fixture
def zhao():
    return User.objects.create(username="zhao", is_staff=True, is_superuser=True)


def crowd(count: int, first: int = 0) -> list[Visit]:
    """So many people who were in the room with Anna."""
    people = [person(f"E2{number:07}") for number in range(first, first + count)]
    return [stay(who, room(), "18 12:00", "18 13:00") for who in people]


def held(anna, count: int = 4) -> tuple[Case, TraceBrake]:
    crowd(count)
    case = confirmed(anna)
    assert trace_case(case_id=case.pk, now=NOW) is None
    return case, TraceBrake.objects.get()


def clear(brake: TraceBrake, zhao: User, now=NOW) -> None:
    """Two people look and let it pass."""
    seen = TraceBrake.objects.get(pk=brake.pk).reached
    look_at_brake(brake_id=brake.pk, seen=seen, by=officer(), now=now)
    clear_trace_brake(brake_id=brake.pk, seen=seen, by=zhao, now=now)


def test_as_many_as_the_limit_pass(anna):
    crowd(3)
    assert len(traced(confirmed(anna))) == 3
    assert not TraceBrake.objects.exists()


def test_one_more_pulls_the_brake_and_nothing_of_the_trace_is_written(anna):
    case, brake = held(anna)
    assert (brake.case_id, brake.reached, brake.limit) == (case.pk, 4, 3)
    assert not Contact.objects.exists()
    assert not Encounter.objects.exists()
    assert exposures(person("E20000000")) == []
    case.refresh_from_db()
    assert case.traced_at is None
    assert case.trace_due_at is not None
    pulled = AuditEvent.objects.get(action="tracebrake.pulled")
    assert pulled.details == {"case": case.pk, "reached": 4, "limit": 3}
    assert Alarm.objects.get().target == f"tracebrake:{brake.pk}"


def test_casual_contacts_do_not_pull_it(anna):
    for number in range(9):
        stay(person(f"E3{number:07}"), room(), "18 12:58", "18 13:30")
    found = traced(confirmed(anna))
    assert {contact.grade for contact in found.values()} == {"casual"}
    assert not TraceBrake.objects.exists()


def test_while_it_is_on_what_was_found_before_stands(anna):
    first = crowd(3)
    case = confirmed(anna)
    traced(case)
    before = {pk: contact.found_at for pk, contact in contacts(case).items()}
    touch_cases(visits=crowd(2, first=3), now=NOW + SECOND)

    assert sweep_traces(now=NOW + SECOND) == 0

    assert {pk: contact.found_at for pk, contact in contacts(case).items()} == before
    assert len(exposures(person("E20000000"))) == 1
    assert len(before) == len(first)


def searches(monkeypatch) -> list[int]:
    """The cases that are searched from now on."""
    from_here: list[int] = []
    module = "tracing.services.trace.run"
    real = __import__(module, fromlist=["find_contacts"]).find_contacts

    def counting(case, *args, **kwargs):
        from_here.append(case.pk)
        return real(case, *args, **kwargs)

    monkeypatch.setattr(f"{module}.find_contacts", counting)
    return from_here


def test_the_sweep_does_not_search_again_and_again(anna, monkeypatch):
    case, _brake = held(anna)
    searched = searches(monkeypatch)
    for beat in range(1, 100):
        if beat == 50:
            touch_cases(visits=crowd(1, first=9), now=NOW + beat * SECOND)
        assert sweep_traces(now=NOW + beat * SECOND) == 0
    assert searched == []
    sweep_traces(now=NOW + AGAIN_AFTER + SECOND)
    assert searched == [case.pk]
    sweep_traces(now=NOW + AGAIN_AFTER + 2 * SECOND)
    assert searched == [case.pk]


def test_a_stay_that_comes_in_during_the_search_is_not_lost(anna):
    """Put off, but with another demand than the one a trace under way would meet."""
    case, _brake = held(anna)
    before = Case.objects.get(pk=case.pk).trace_due_at
    assert touch_cases(visits=crowd(1, first=8), now=NOW + SECOND) == 1
    after = Case.objects.get(pk=case.pk).trace_due_at
    assert before < after < before + SECOND


def test_two_people_let_it_pass_and_the_sweep_traces_it(anna, zhao):
    case, brake = held(anna)
    look_at_brake(brake_id=brake.pk, seen=4, by=officer(), now=NOW)
    assert sweep_traces(now=NOW + SECOND) == 0
    clear_trace_brake(brake_id=brake.pk, seen=4, by=zhao, now=NOW + SECOND)
    assert sweep_traces(now=NOW + SECOND) == 1
    assert len(contacts(case)) == 4
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()
    said = AuditEvent.objects.filter(action__startswith="tracebrake.").order_by("pk")
    assert [(one.action, one.actor) for one in said] == [
        ("tracebrake.pulled", "system:tracing"),
        ("tracebrake.first_looked", "user:wang"),
        ("tracebrake.cleared", "user:zhao"),
    ]


def test_nobody_lets_it_pass_alone(anna, zhao):
    case, brake = held(anna)
    seen = {"brake_id": brake.pk, "seen": 4, "now": NOW}
    with pytest.raises(SecondPersonNeeded):
        clear_trace_brake(**seen, by=zhao)
    look_at_brake(**seen, by=officer())
    with pytest.raises(SecondPersonNeeded):
        clear_trace_brake(**seen, by=officer())
    with pytest.raises(AlreadyDecided):
        look_at_brake(**seen, by=zhao)
    assert sweep_traces(now=NOW + AGAIN_AFTER) == 0
    assert contacts(case) == {}


def test_only_who_may_clear_it_clears_it(anna):
    _case, brake = held(anna)
    stranger = User.objects.create(username="passer-by", is_staff=True)
    seen = {"brake_id": brake.pk, "seen": 4, "by": stranger, "now": NOW}
    for deed in (look_at_brake, clear_trace_brake):
        with pytest.raises(NotPermitted):
            deed(**seen)
        with pytest.raises(UnknownBrake):
            deed(**seen | {"brake_id": 0, "by": officer()})
    with pytest.raises(NotPermitted):
        preview_brake(brake_id=brake.pk, by=stranger, now=NOW)


def test_it_is_cleared_once(anna, zhao):
    _case, brake = held(anna)
    clear(brake, zhao)
    for deed in (look_at_brake, clear_trace_brake):
        with pytest.raises(AlreadyDecided):
            deed(brake_id=brake.pk, seen=4, by=zhao, now=NOW)


def test_who_saw_fewer_looks_again(anna, zhao):
    _case, brake = held(anna)
    look_at_brake(brake_id=brake.pk, seen=4, by=officer(), now=NOW)
    crowd(5, first=4)
    sweep_traces(now=NOW + AGAIN_AFTER)

    brake.refresh_from_db()
    assert (brake.reached, brake.first_by) == (9, None)
    with pytest.raises(BrakeMoved) as refused:
        clear_trace_brake(brake_id=brake.pk, seen=4, by=zhao, now=NOW)
    assert refused.value.details == {"reached": 9}


def test_a_few_more_than_were_seen_pass_and_many_more_do_not(anna, zhao):
    case, brake = held(anna, 20)
    clear(brake, zhao)
    crowd(2, first=20)
    assert len(traced(case)) == 22
    crowd(1, first=22)
    assert trace_case(case_id=case.pk, now=NOW + SECOND) is None
    again = TraceBrake.objects.get(cleared_at__isnull=True)
    assert (again.pk != brake.pk, again.reached) == (True, 23)
    assert len(contacts(case)) == 22


def test_finding_fewer_lifts_it(anna):
    case, brake = held(anna)
    Visit.objects.filter(citizen_id=person("E20000000").pk).delete()
    assert sweep_traces(now=NOW + AGAIN_AFTER) == 1
    brake.refresh_from_db()
    assert brake.lifted_at == NOW + AGAIN_AFTER
    assert len(contacts(case)) == 3
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()
    case.refresh_from_db()
    assert case.trace_due_at is None


def test_withdrawing_the_case_lifts_it(anna, zhao):
    case, brake = held(anna)
    withdraw_case(case_id=case.pk, reason="误报", by=officer(), now=NOW + SECOND)
    brake.refresh_from_db()
    assert brake.lifted_at == NOW + SECOND
    with pytest.raises(AlreadyDecided):
        look_at_brake(brake_id=brake.pk, seen=4, by=zhao, now=NOW)
    assert AuditEvent.objects.filter(action="tracebrake.lifted").count() == 1


def test_officers_see_whom_it_holds_back(anna):
    _case, brake = held(anna)
    preview = preview_brake(brake_id=brake.pk, by=officer(), now=NOW)
    assert (preview.reached, preview.limit, preview.held) == (4, 3, True)
    assert len(preview.sample) == 4
