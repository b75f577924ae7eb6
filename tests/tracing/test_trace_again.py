"""A trace that runs again: nothing changes, or what changed follows, or all is unwound."""

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
    meet,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    traced,
)
from tracing.models import Case, Contact, ContactTask, Encounter, Visit
from tracing.services import sweep_traces, touch_cases, trace_case, withdraw_case
from tracing.services.trace.find import FoundAll

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


def test_a_hint_for_a_case_that_a_sweep_has_traced_traces_nothing(anna, bo, monkeypatch):
    meet(anna, bo, room())
    case = confirmed(anna)
    assert sweep_traces(now=NOW) == 1
    monkeypatch.setattr("tracing.services.trace.run.find_contacts", None)  # whoever traces, fails
    assert trace_case(case_id=case.pk, now=NOW, only_if_due=True) is None


def test_a_sweep_leaves_a_case_that_was_traced_since_it_looked(anna, bo, monkeypatch):
    meet(anna, bo, room())
    case = confirmed(anna)

    def board(*, now):
        trace_case(case_id=case.pk, now=now)

    monkeypatch.setattr("tracing.services.trace.run.board_trips", _once(board))
    assert sweep_traces(now=NOW) == 0
    assert [contact.citizen_id for contact in Contact.objects.all()] == [bo.pk]


def _once(work):
    """The work at the first call, nothing at later ones."""
    left = [work]
    return lambda **given: left.pop()(**given) if left else 0


def test_running_a_trace_again_changes_nothing(anna, bo, chen):
    home(bo, chen)
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    assert ContactTask.objects.exists()
    before = _everything()
    again = trace_case(case_id=case.pk, now=NOW + timedelta(minutes=5))
    assert again is not None
    assert (again.contacts, again.changed) == (2, 0)
    assert _everything() == before


def _everything() -> list[list[tuple]]:
    tables = (Contact, Encounter, ContactTask, Evidence, HealthStatus, AuditEvent)
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
        return FoundAll({}, 0)

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


def colours_of(people):
    return dict(HealthStatus.objects.filter(pk__in=people).values_list("pk", "colour"))


def test_withdrawing_unwinds_everything_derived(anna, bo, chen):
    home(bo, chen)
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    people = [anna.pk, bo.pk, chen.pk]
    recolour(citizen_ids=people, now=NOW)
    colours = colours_of(people)
    case = confirmed(anna)
    traced(case)
    recolour(citizen_ids=people, now=NOW)
    assert colours_of(people) != colours
    later = NOW + timedelta(minutes=1)
    withdraw_case(case_id=case.pk, reason="样本弄错", by=officer(), now=later)
    recolour(citizen_ids=people, now=later)
    assert colours_of(people) == colours
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
    with django_assert_max_num_queries(60):
        assert trace_case(case_id=case.pk, now=NOW).contacts == 2 * people
