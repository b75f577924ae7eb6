"""Cases whose grounds were taken back: proposals go, confirmed ones are work for a person."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent
from healthcode.colours import Colour
from healthcode.services import retract_evidence
from tests.tracing.outbreak import (
    NOW,
    colour,
    episode,
    officer,
    person,
    positive,
    rules_in_force,
    suspected,
    told,
)
from tracing.models import Case, CaseState
from tracing.services import (
    annul_proposals,
    confirm_case,
    dismiss_case,
    propose_cases,
    withdraw_case,
    without_grounds,
)
from tracing.tasks import sweep_suspects

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna():
    return person("E10000001")


def proposed(who) -> Case:
    positive(who)
    assert propose_cases(now=NOW) == 1
    return Case.objects.get(citizen=who)


def confirm(case: Case) -> None:
    confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=NOW)


def taken_back(who) -> None:
    positive(who, version=2, retracted=True, now=LATER)


def corrected_to_negative(who) -> None:
    positive(who, version=2, details={"result": "negative"}, now=LATER)


def retracted_by_an_officer(who) -> None:
    from tests.tracing.outbreak import carrier

    retract_evidence(
        source=carrier(), refs=[("p1", 1)], by="user:wang", reason="样本混淆", now=LATER
    )


def of_somebody_else(who) -> None:
    told(
        person("E10000009"),
        "test",
        "18 09:00",
        None,
        "p1",
        version=2,
        details={"method": "pcr", "result": "positive", "pool_size": 1},
        now=LATER,
    )


WAYS = [taken_back, corrected_to_negative, retracted_by_an_officer, of_somebody_else]


@pytest.mark.parametrize("gone", WAYS)
def test_a_proposal_whose_grounds_are_gone_goes_by_itself(anna, gone):
    case = proposed(anna)
    gone(anna)

    assert annul_proposals(now=LATER) == 1

    case.refresh_from_db()
    assert (case.state, case.decided_by) == (CaseState.DISMISSED, "system:tracing")
    said = AuditEvent.objects.get(action="case.annulled")
    assert (said.actor, said.target) == ("system:tracing", f"case:{case.pk}")
    assert episode(anna) == []
    assert annul_proposals(now=LATER) == 0
    assert colour(anna, LATER) is not Colour.RED


@pytest.mark.parametrize("gone", WAYS)
def test_a_confirmed_case_whose_grounds_are_gone_is_work_for_a_person(anna, gone):
    case = proposed(anna)
    confirm(case)
    assert without_grounds() == []
    gone(anna)

    assert annul_proposals(now=LATER) == 0

    assert Case.objects.get(pk=case.pk).state == CaseState.CONFIRMED
    assert without_grounds() == [case.pk] == without_grounds([case.pk])
    withdraw_case(case_id=case.pk, reason="依据已撤回", by=officer(), now=LATER)
    assert without_grounds() == []


def test_somebody_against_whom_another_positive_stands_is_proposed_again(anna):
    case = proposed(anna)
    second = positive(anna, "p2", "18 12:00")
    taken_back(anna)

    assert annul_proposals(now=LATER) == 1

    again = Case.objects.get(citizen=anna, state=CaseState.SUSPECTED)
    assert (again.pk != case.pk, again.grounds_id) == (True, second.pk)


def test_a_correction_that_is_still_positive_annuls_nothing(anna):
    case = proposed(anna)
    positive(anna, when="18 08:00", version=2, now=LATER)
    assert annul_proposals(now=LATER) == 0
    assert Case.objects.get(pk=case.pk).state == CaseState.SUSPECTED


def test_another_negative_test_annuls_nothing(anna):
    """A negative ends only what a rule says it ends, never a case."""
    proposed(anna)
    positive(anna, "p2", "19 08:00", details={"result": "negative"})
    assert annul_proposals(now=LATER) == 0


def test_a_case_that_an_officer_opened_rests_on_nothing_that_could_go(anna):
    suspected(anna)
    assert annul_proposals(now=LATER) == 0


def test_a_report_of_another_source_that_excludes_the_case_takes_it_back(anna):
    told(anna, "case", "17 12:00", None, "c1", details={"status": "confirmed"})
    assert propose_cases(now=NOW) == 1
    told(anna, "case", "17 12:00", "18 12:00", "c1", version=2, details={"status": "excluded"})
    assert annul_proposals(now=LATER) == 1


def test_a_discharge_takes_nothing_back(anna):
    told(anna, "case", "17 12:00", None, "c1", details={"status": "confirmed"})
    assert propose_cases(now=NOW) == 1
    told(anna, "case", "17 12:00", "18 12:00", "c1", version=2, details={"status": "discharged"})
    assert annul_proposals(now=LATER) == 0


def test_what_a_person_decided_meanwhile_stands(anna, monkeypatch):
    """The sweep has read the case as suspected; the update finds it dismissed by a person."""
    case = proposed(anna)
    taken_back(anna)
    dismiss_case(case_id=case.pk, by=officer(), now=LATER)
    monkeypatch.setattr(
        "tracing.services.cases.annul.queries.groundless_cases", lambda *_, **__: [case.pk]
    )
    assert annul_proposals(now=LATER) == 0
    assert Case.objects.get(pk=case.pk).decided_by == "user:wang"


def test_the_sweep_of_suspects_takes_back_before_it_proposes(anna):
    proposed(anna)
    taken_back(anna)
    assert sweep_suspects() == 0
    assert Case.objects.get().state == CaseState.DISMISSED
