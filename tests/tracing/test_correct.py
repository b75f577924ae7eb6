"""Dates of a confirmed case that move: the window, the evidence and the contacts follow."""

from datetime import timedelta

import pytest

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent, User
from healthcode.colours import Colour
from healthcode.models import Evidence
from tests.tracing.corrected import LATER, correct, window
from tests.tracing.outbreak import (
    DAY,
    NOW,
    at,
    colour,
    confirmed,
    contacts,
    episode,
    exposures,
    meet,
    officer,
    person,
    room,
    rules_in_force,
    suspected,
    told,
    traced,
)
from tracing.errors import CaseInvalid, CaseMerged, TraceOutOfReach, UnknownCase
from tracing.models import Case, CaseState
from tracing.services import (
    correct_case,
    extend_trace,
    isolate_case,
    merge_cases,
    open_case,
    sweep_traces,
    trace_case,
    withdraw_case,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna():
    return person("E10000001")


@pytest.fixture
def bo():
    return person("E10000002")


@pytest.fixture
def chen():
    return person("E10000003")


def test_an_earlier_onset_widens_the_window_and_finds_more(anna, bo, chen):
    meet(anna, bo, room("近"), "18 12:00", "18 13:00")
    meet(anna, chen, room("远"), "15 12:00", "15 13:00")
    case = confirmed(anna)
    assert set(traced(case)) == {bo.pk}

    correct(case, onset_at=at("17 06:00"))

    assert window(case) == (at("15 00:00"), at("19 09:00"), NOW)
    assert sweep_traces(now=LATER) == 1
    assert set(contacts(case)) == {bo.pk, chen.pk}


def test_contacts_that_hold_no_longer_unwind(anna, bo, chen):
    meet(anna, bo, room("近"), "18 12:00", "18 13:00")
    meet(anna, chen, room("远"), "15 12:00", "15 13:00")
    case = confirmed(anna, onset="17 06:00")
    traced(case)
    before = colour(person("E10000004"))
    assert colour(chen) is not before

    correct(case)
    sweep_traces(now=LATER)

    assert set(contacts(case)) == {bo.pk}
    assert exposures(chen) == []
    assert len(exposures(bo)) == 1
    assert colour(chen, LATER) is before


def test_the_evidence_of_the_case_is_a_new_version(anna):
    case = confirmed(anna)
    assert episode(anna) == [("asymptomatic", None)]

    correct(case, onset_at=at("17 06:00"), sampled_at=at("18 08:00"))

    latest = Evidence.objects.filter(source_ref=case.ref).latest("version")
    assert latest.version == 2
    assert latest.details["status"] == "confirmed"
    assert latest.details["first_positive_at"] == "2022-09-18T00:00:00+00:00"
    case.refresh_from_db()
    assert (case.sampled_at, case.symptomatic) == (at("18 08:00"), True)
    assert colour(anna) is Colour.RED


def test_a_correction_is_written_down_with_what_was_said_before(anna):
    case = confirmed(anna, onset="18 20:00")
    correct(case, onset_at=at("18 21:00"))
    said = AuditEvent.objects.get(action="case.corrected")
    assert (said.actor, said.target) == ("user:wang", f"case:{case.pk}")
    assert said.details["reason"] == "发病日期记错"
    assert said.details["before"]["onset_at"] == "2022-09-18T12:00:00+00:00"


def test_the_same_dates_again_move_nothing_and_a_trace_finds_the_same(anna, bo):
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    before, versions = window(case), Evidence.objects.count()

    correct(case)

    assert window(case) == before
    assert trace_case(case_id=case.pk, now=LATER).changed == 0
    assert Evidence.objects.count() == versions


def test_the_rules_of_the_day_of_the_confirmation_count(anna):
    case = confirmed(anna)
    rules = Case.objects.get(pk=case.pk).rules
    correct(case, onset_at=at("17 06:00"), now=NOW + 5 * DAY)
    assert window(case) == (at("15 00:00"), at("19 09:00"), NOW)
    assert Case.objects.get(pk=case.pk).rules == rules


@pytest.mark.parametrize(
    ("dates", "details"),
    [
        ({"onset_at": LATER + DAY}, {"in_future": ["onset_at"]}),
        ({"sampled_at": LATER + DAY}, {"in_future": ["sampled_at"]}),
        ({"isolated_at": LATER + DAY}, {"in_future": ["isolated_at"]}),
        ({"onset_at": NOW + timedelta(seconds=1)}, {"after_confirmation": ["onset_at"]}),
        ({"sampled_at": NOW + timedelta(seconds=1)}, {"after_confirmation": ["sampled_at"]}),
    ],
)
def test_dates_that_cannot_be_are_refused_and_nothing_moves(anna, dates, details):
    case = confirmed(anna)
    before = Case.objects.values().get()
    with pytest.raises(CaseInvalid) as refused:
        correct(case, **dates)
    assert refused.value.details == details
    assert Case.objects.values().get() == before
    assert Evidence.objects.count() == 1


def test_a_case_without_a_sample_is_refused(anna):
    with pytest.raises(CaseInvalid) as refused:
        open_case(citizen_ref=anna.ref, sampled_at=None, by=officer(), now=NOW)
    assert refused.value.details == {"missing": ["sampled_at"]}
    assert not Case.objects.exists()


def test_only_a_confirmed_case_is_corrected_or_extended(anna, bo, chen):
    withdrawn, waiting, merged = confirmed(anna), suspected(bo), confirmed(chen)
    withdraw_case(case_id=withdrawn.pk, reason="误报", by=officer(), now=NOW)
    kept = confirmed(person("E10000004"))
    merge_cases(kept=kept.pk, merged=merged.pk, reason="同一人", by=officer(), now=NOW)
    for case, error in (
        (withdrawn, AlreadyDecided),
        (waiting, AlreadyDecided),
        (merged, CaseMerged),
    ):
        with pytest.raises(error):
            correct(case)
        with pytest.raises(error):
            extend_trace(case_id=case.pk, until=LATER, reason="x", by=officer(), now=LATER)
        with pytest.raises(error):
            isolate_case(case_id=case.pk, isolated_at=NOW, by=officer(), now=LATER)
    with pytest.raises(UnknownCase):
        correct_case(case_id=0, onset_at=None, isolated_at=None, reason="x", by=officer(), now=NOW)


def test_only_who_may_decide_corrects_or_extends(anna):
    case = confirmed(anna)
    stranger = User.objects.create(username="passer-by", is_staff=True)
    deed = {"case_id": case.pk, "reason": "x", "by": stranger, "now": LATER}
    with pytest.raises(NotPermitted):
        correct_case(onset_at=None, isolated_at=None, **deed)
    with pytest.raises(NotPermitted):
        extend_trace(until=LATER, **deed)


def test_a_trace_over_days_whose_stays_are_deleted_is_refused(anna, bo):
    """It would take back what was found while they were there."""
    meet(anna, bo, room(), "18 12:00", "18 13:00")
    case = confirmed(anna)
    traced(case)
    with pytest.raises(TraceOutOfReach):
        correct(case, onset_at=NOW - 40 * DAY)
    assert case.traced_at is None
    assert set(contacts(case)) == {bo.pk}


def test_an_audit_that_fails_undoes_the_correction(anna, monkeypatch):
    case = confirmed(anna)

    def fail(**_):
        raise OSError("the ledger is full")

    monkeypatch.setattr("tracing.services.cases.deed.audit.record", fail)
    with pytest.raises(OSError, match="ledger"):
        correct(case, onset_at=at("17 06:00"))
    assert Case.objects.get().onset_at is None
    assert episode(anna) == [("asymptomatic", None)]


def test_an_order_that_comes_late_isolates_a_corrected_case(anna):
    case = confirmed(anna)
    correct(case, isolated_at=None)
    assert Case.objects.get().isolated_at is None
    order = {"order": "home_isolation", "issued_by": "江宁路街道"}
    told(anna, "order", "19 09:30", "25 00:00", "o1", details=order, now=LATER)
    sweep_traces(now=LATER)
    stored = Case.objects.get(pk=case.pk)
    assert (stored.isolated_at, stored.state) == (at("19 09:30"), CaseState.CONFIRMED)
