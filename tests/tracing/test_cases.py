"""Cases: proposed once, decided once, by a person, with everything that follows."""

from datetime import timedelta

import pytest

from accounts.errors import AlreadyDecided, NotPermitted, UnknownCitizen
from accounts.models import AuditEvent, User
from healthcode.colours import Colour
from healthcode.errors import NoActiveRules
from healthcode.models import Evidence
from tests.tracing.outbreak import (
    NOW,
    at,
    colour,
    confirmed,
    episode,
    officer,
    person,
    positive,
    rules_in_force,
    suspected,
    told,
)
from tracing.errors import CaseInvalid, CaseOpen, UnknownCase
from tracing.models import Case, CaseState
from tracing.services import (
    confirm_case,
    dismiss_case,
    isolate_case,
    open_case,
    propose_cases,
    withdraw_case,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna():
    return person("E10000001")


@pytest.fixture
def bo():
    return person("E10000002")


def test_a_single_tube_positive_is_proposed_once(anna):
    grounds = positive(anna)
    assert propose_cases(now=NOW) == 1
    assert propose_cases(now=LATER) == 0
    case = Case.objects.get(citizen=anna)
    assert (case.state, case.grounds_id) == (CaseState.SUSPECTED, grounds.pk)
    assert case.sampled_at == at("18 09:00")


def test_a_second_positive_of_a_person_proposes_nothing_new(anna):
    positive(anna)
    positive(anna, "p2", "17 09:00")
    assert propose_cases(now=NOW) == 1
    assert Case.objects.get().sampled_at == at("17 09:00")
    positive(anna, "p3", "18 12:00")
    assert propose_cases(now=LATER) == 0


def test_a_positive_whose_pool_is_not_stated_counts_as_single(anna):
    positive(anna, details={"pool_size": None})
    assert propose_cases(now=NOW) == 1


@pytest.mark.parametrize(
    "details",
    [
        {"pool_size": 10, "tube": "T1"},
        {"result": "negative"},
        {"result": "inconclusive"},
        {"method": "antigen", "pool_size": None},
    ],
)
def test_nothing_but_a_single_tube_pcr_positive_is_proposed(anna, details):
    positive(anna, details=details)
    assert propose_cases(now=NOW) == 0


def test_a_positive_taken_back_is_not_proposed(anna):
    positive(anna)
    positive(anna, version=2, retracted=True)
    assert propose_cases(now=NOW) == 0


def test_a_case_of_another_source_is_proposed_with_its_dates(anna):
    dates = {"onset": at("16 07:00").isoformat(), "first_positive_at": at("17 08:00").isoformat()}
    told(anna, "case", "17 12:00", None, "c1", details={"status": "confirmed"} | dates)
    assert propose_cases(now=NOW) == 1
    case = Case.objects.get()
    assert (case.onset_at, case.sampled_at) == (at("16 07:00"), at("17 08:00"))


def test_a_discharged_case_of_another_source_is_not_proposed(anna):
    positive(anna, when="10 09:00")
    told(anna, "case", "11 12:00", "17 12:00", "c1", details={"status": "discharged"})
    assert propose_cases(now=NOW) == 0


def test_the_own_evidence_of_a_case_proposes_nothing(anna):
    confirmed(anna)
    assert propose_cases(now=LATER) == 0


def test_a_positive_recorded_late_under_a_lower_id_is_not_missed(anna, bo):
    first, second = positive(anna, "p1"), positive(bo, "p2")
    propose_cases(now=NOW)
    Case.objects.filter(citizen=anna).delete()
    assert first.pk < second.pk
    assert propose_cases(now=NOW + timedelta(minutes=30)) == 1


def test_an_officer_opens_a_case_once(anna):
    case = suspected(anna)
    assert case.pk
    with pytest.raises(CaseOpen):
        suspected(anna)
    with pytest.raises(UnknownCitizen):
        open_case(citizen_ref="0" * 32, sampled_at=NOW, by=officer(), now=NOW)
    with pytest.raises(CaseInvalid):
        open_case(citizen_ref=anna.ref, sampled_at=LATER, by=officer(), now=NOW)


def test_confirming_hands_down_the_case_and_stores_the_window(anna):
    case = confirmed(anna, sampled="18 09:00", onset="17 20:00", isolated="19 08:00")
    stored = Case.objects.get(pk=case.pk)
    assert stored.state == CaseState.CONFIRMED
    assert (stored.window_from, stored.window_until) == (at("15 00:00"), at("19 08:00"))
    assert (stored.traced_until, stored.trace_due_at) == (NOW, NOW)
    assert (stored.decided_by, stored.symptomatic) == ("user:wang", True)
    evidence = Evidence.objects.get(source__name="tracing")
    assert (evidence.source_ref, evidence.version) == (case.ref, 1)
    assert evidence.details["status"] == "confirmed"
    assert colour(anna) is Colour.RED


def test_without_an_onset_a_case_is_asymptomatic(anna):
    confirmed(anna)
    assert episode(anna) == [("asymptomatic", None)]


def test_a_case_is_confirmed_once(anna):
    case = confirmed(anna)
    again = {"case_id": case.pk, "onset_at": None, "isolated_at": None}
    with pytest.raises(AlreadyDecided):
        confirm_case(**again, by=officer(), now=LATER)
    with pytest.raises(AlreadyDecided):
        dismiss_case(case_id=case.pk, by=officer(), now=LATER)
    assert AuditEvent.objects.filter(action="case.confirmed").count() == 1


def test_two_who_confirm_at_once_decide_once(anna, monkeypatch):
    """The second has read the case as suspected; the update finds it confirmed."""
    case = confirmed(anna)
    case.state = CaseState.SUSPECTED
    monkeypatch.setattr("tracing.services.cases.decide.find_case", lambda _: case)
    with pytest.raises(AlreadyDecided):
        confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=LATER)


@pytest.mark.parametrize("date", ["onset_at", "isolated_at"])
def test_dates_in_the_future_are_refused(anna, date):
    dates = {"onset_at": None, "isolated_at": None} | {date: LATER}
    with pytest.raises(CaseInvalid) as refused:
        confirm_case(case_id=suspected(anna).pk, **dates, by=officer(), now=NOW)
    assert refused.value.details == {"in_future": [date]}
    assert Case.objects.get().state == CaseState.SUSPECTED


def test_only_who_may_decide_decides(anna):
    stranger = User.objects.create(username="passer-by", is_staff=True)
    case = suspected(anna)
    with pytest.raises(NotPermitted):
        confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=stranger, now=NOW)
    with pytest.raises(NotPermitted):
        dismiss_case(case_id=case.pk, by=stranger, now=NOW)
    with pytest.raises(NotPermitted):
        withdraw_case(case_id=case.pk, reason="x", by=stranger, now=NOW)
    with pytest.raises(NotPermitted):
        isolate_case(case_id=case.pk, isolated_at=NOW, by=stranger, now=NOW)
    with pytest.raises(NotPermitted):
        open_case(citizen_ref=anna.ref, sampled_at=NOW, by=stranger, now=NOW)


def test_a_case_that_is_not_known_is_refused():
    with pytest.raises(UnknownCase):
        confirm_case(case_id=0, onset_at=None, isolated_at=None, by=officer(), now=NOW)
    with pytest.raises(UnknownCase):
        withdraw_case(case_id=0, reason="x", by=officer(), now=NOW)


def test_where_no_rules_grade_contacts_nothing_is_confirmed(anna):
    case = suspected(anna, "14 08:00")
    with pytest.raises(NoActiveRules):
        confirm_case(
            case_id=case.pk,
            onset_at=None,
            isolated_at=None,
            by=officer(),
            now=NOW - timedelta(days=2),
        )
    assert Case.objects.get().state == CaseState.SUSPECTED


def test_an_audit_that_fails_undoes_the_confirmation(anna, monkeypatch):
    case = suspected(anna)

    def fail(**_):
        raise OSError("the ledger is full")

    monkeypatch.setattr("tracing.services.cases.deed.audit.record", fail)
    with pytest.raises(OSError, match="ledger"):
        confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=NOW)
    assert Case.objects.get().state == CaseState.SUSPECTED
    assert episode(anna) == []
