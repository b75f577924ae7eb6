"""Cases dismissed, isolated and withdrawn, and what follows for the people they concern."""

from datetime import timedelta

import pytest

from accounts.errors import AlreadyDecided
from healthcode.colours import Colour
from tests.tracing.door import after_test
from tests.tracing.outbreak import (
    NOW,
    at,
    colour,
    confirmed,
    episode,
    exposures,
    home,
    officer,
    person,
    positive,
    rules_in_force,
    suspected,
    told,
    traced,
)
from tracing.models import Case, CaseState, Contact
from tracing.services import (
    confirm_case,
    dismiss_case,
    isolate_case,
    note_isolations,
    propose_cases,
    sweep_traces,
    trace_case,
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


def test_dismissing_answers_for_the_positive(anna):
    after_test(anna, "positive", at("18 09:00"))
    propose_cases(now=NOW)
    assert colour(anna) is Colour.RED
    dismissed = dismiss_case(case_id=Case.objects.get().pk, by=officer(), now=LATER)
    assert dismissed.state == CaseState.DISMISSED
    assert episode(anna) == [("excluded", LATER.timestamp())]
    assert colour(anna, LATER) is Colour.GREEN
    assert propose_cases(now=LATER) == 0


def test_a_positive_after_a_dismissal_is_proposed_again(anna):
    positive(anna)
    propose_cases(now=NOW)
    dismiss_case(case_id=Case.objects.get().pk, by=officer(), now=NOW)
    positive(anna, "p2", "19 11:00", now=NOW + timedelta(hours=2))
    assert propose_cases(now=NOW + timedelta(hours=2)) == 1


def test_isolating_ends_what_goes_on_at_home(anna, bo):
    home(anna, bo)
    case = confirmed(anna, isolated=None)
    assert traced(case)[bo.pk].last_at is None
    isolate_case(case_id=case.pk, isolated_at=at("19 09:30"), by=officer(), now=LATER)
    assert sweep_traces(now=LATER) == 1
    assert Contact.objects.get().last_at == at("19 09:30")
    [exposure] = exposures(bo)
    assert exposure["last"] == at("19 09:30").timestamp()


def test_an_order_on_record_is_the_isolation(anna, bo):
    home(anna, bo)
    order = {"order": "central_isolation", "issued_by": "静安"}
    told(anna, "order", "18 20:00", "28 00:00", "o1", details=order)
    case = confirmed(anna, isolated=None)
    assert (case.isolated_at, case.window_until) == (at("18 20:00"), at("18 20:00"))
    assert traced(case)[bo.pk].last_at == at("18 20:00")


def test_an_order_that_comes_later_is_taken_over(anna, bo):
    home(anna, bo)
    case = confirmed(anna, isolated=None)
    sweep_traces(now=NOW)
    order = {"order": "central_isolation", "issued_by": "静安"}
    told(anna, "order", "19 10:00", "28 00:00", "o1", details=order, now=LATER)
    assert sweep_traces(now=LATER) == 1
    assert Contact.objects.get().last_at == at("19 10:00")
    assert note_isolations(now=LATER) == 0
    assert Case.objects.get(pk=case.pk).window_until == NOW


def test_an_isolation_that_was_over_before_the_case_does_not_count(anna):
    order = {"order": "central_isolation", "issued_by": "静安"}
    told(anna, "order", "1 00:00", "10 00:00", "o1", details=order)
    assert confirmed(anna, isolated=None).isolated_at is None


def test_withdrawing_takes_the_case_back_and_asks_again(anna):
    positive(anna)
    propose_cases(now=NOW)
    case = Case.objects.get()
    confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=NOW)
    trace_case(case_id=case.pk, now=NOW)
    withdrawn = withdraw_case(case_id=case.pk, reason="弄错了", by=officer(), now=LATER)
    assert (withdrawn.state, withdrawn.withdrawn_by) == (CaseState.WITHDRAWN, "user:wang")
    assert episode(anna) == []
    # The positive still stands, so that somebody must decide about it.
    assert Case.objects.get(state=CaseState.SUSPECTED).grounds_id == case.grounds_id
    with pytest.raises(AlreadyDecided):
        withdraw_case(case_id=case.pk, reason="再次", by=officer(), now=LATER)


def test_withdrawing_asks_nothing_where_the_positive_was_taken_back(anna):
    positive(anna)
    propose_cases(now=NOW)
    case = Case.objects.get()
    confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=NOW)
    positive(anna, version=2, retracted=True)
    withdraw_case(case_id=case.pk, reason="样本作废", by=officer(), now=LATER)
    assert not Case.objects.filter(state=CaseState.SUSPECTED).exists()


def test_a_suspected_case_cannot_be_withdrawn(anna):
    with pytest.raises(AlreadyDecided):
        withdraw_case(case_id=suspected(anna).pk, reason="x", by=officer(), now=NOW)


def test_a_withdrawn_person_can_be_confirmed_again(anna, bo):
    home(anna, bo)
    case = confirmed(anna)
    traced(case)
    withdraw_case(case_id=case.pk, reason="弄错了", by=officer(), now=LATER)
    again = confirmed(anna, now=LATER)
    traced(again, LATER)
    assert [exposure["case"] for exposure in exposures(bo)] == [again.ref]
