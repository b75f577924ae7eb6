"""Corrections, mergers, withdrawals and proposals that meet on several connections."""

from concurrent.futures import TimeoutError as StillWaiting
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import transaction

from accounts.errors import AlreadyDecided
from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    contacts,
    exposures,
    home,
    officer,
    person,
    positive,
    room,
    rules_in_force,
    stay,
    traced,
)
from tests.tracing.together import A_MOMENT, held_back, outcomes
from tracing.errors import MergeRefused
from tracing.models import Case, CaseState, Contact
from tracing.services import (
    annul_proposals,
    confirm_case,
    correct_case,
    isolate_case,
    make_partitions,
    merge_cases,
    propose_cases,
    separate_cases,
    sweep_traces,
    touch_cases,
    trace_case,
    withdraw_case,
)

pytestmark = pytest.mark.usefixtures("committed")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _stage(committed) -> None:
    make_partitions(now=NOW)
    rules_in_force()
    officer()


@pytest.fixture
def anna():
    return person("E10000001")


@pytest.fixture
def bo():
    return person("E10000002")


def correct(case: Case) -> dict:
    dates = {"onset_at": at("17 06:00"), "isolated_at": at("19 09:00")}
    return {"case_id": case.pk, "reason": "记错", "by": officer(), "now": LATER} | dates


def test_a_correction_waits_for_the_trace_and_is_traced_after_it(other, monkeypatch, anna, bo):
    place = room()
    stay(anna, place, "15 12:00", "15 13:00")
    stay(bo, place, "15 12:00", "15 13:00")
    case = confirmed(anna)
    with held_back(monkeypatch, "find_contacts") as (there, go_on):
        tracing = other(trace_case, case_id=case.pk, now=NOW)
        assert there.wait(20)
        correcting = other(correct_case, **correct(case))
        with pytest.raises(StillWaiting):
            correcting.result(A_MOMENT)
        go_on.set()
        assert tracing.result(20).contacts == 0
        correcting.result(20)
    assert Case.objects.get(pk=case.pk).trace_due_at == LATER
    assert sweep_traces(now=LATER) == 1
    assert set(contacts(case)) == {bo.pk}


def test_a_stay_being_written_while_a_case_is_corrected_is_traced(other, anna, bo):
    place = room()
    stay(anna, place, "15 12:00", "15 13:00")
    case = confirmed(anna)
    trace_case(case_id=case.pk, now=NOW)
    with transaction.atomic():
        late = stay(bo, place, "15 12:00", "15 13:00")
        assert touch_cases(visits=[late], now=LATER) == 0
        correcting = other(correct_case, **correct(case))
        with pytest.raises(StillWaiting):
            correcting.result(A_MOMENT)
    correcting.result(20)
    assert sweep_traces(now=LATER) == 1
    assert set(contacts(case)) == {bo.pk}


def test_a_correction_and_stays_that_come_in_never_deadlock(other, anna, bo):
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    case = confirmed(anna)
    late = [stay(person(f"E3{n:07}"), place, "18 12:00", "18 13:00") for n in range(8)]
    deeds = [other(touch_cases, visits=[one], now=LATER) for one in late]
    deeds += [other(correct_case, **correct(case)) for _ in range(3)]
    deeds += [other(sweep_traces, now=LATER) for _ in range(2)]
    assert outcomes(deeds) == ["done"] * len(deeds)
    sweep_traces(now=LATER)
    assert len(contacts(case)) == len(late)


def test_a_merger_waits_for_both_traces_and_unwinds_what_they_found(other, monkeypatch, anna, bo):
    home(anna, person("E10000009"))
    home(bo, person("E10000008"))
    first, second = confirmed(anna), confirmed(bo)
    with held_back(monkeypatch, "find_contacts") as (there, go_on):
        tracing = other(trace_case, case_id=second.pk, now=NOW)
        assert there.wait(20)
        deed = {"kept": first.pk, "merged": second.pk, "reason": "同一人"}
        merging = other(merge_cases, **deed, by=officer(), now=LATER)
        with pytest.raises(StillWaiting):
            merging.result(A_MOMENT)
        go_on.set()
        assert tracing.result(20).contacts == 1
        merging.result(20)
    assert sweep_traces(now=LATER) == 1
    assert len(contacts(first)) == 2
    assert contacts(second) == {}


def test_mergers_both_ways_at_once_merge_once(other, anna, bo):
    first, second = confirmed(anna), confirmed(bo)
    more = {"reason": "同一人", "by": officer(), "now": LATER}
    together = Barrier(4)

    def merge(kept: int, merged: int) -> None:
        together.wait()
        merge_cases(kept=kept, merged=merged, **more)

    ways = [(first.pk, second.pk), (second.pk, first.pk)] * 2
    deeds = [other(merge, kept=kept, merged=merged) for kept, merged in ways]
    assert outcomes(deeds) == ["done", *[MergeRefused.code] * 3]
    states = sorted(Case.objects.values_list("state", flat=True))
    assert states == [CaseState.CONFIRMED, CaseState.MERGED]


def test_mergers_withdrawals_and_traces_at_once_leave_nothing_half_done(other, anna, bo):
    home(anna, chen := person("E10000003"))
    home(bo, chen)
    first, second = confirmed(anna), confirmed(bo)
    traced(first)
    traced(second)
    more = {"by": officer(), "now": LATER}
    deeds = [
        other(merge_cases, kept=first.pk, merged=second.pk, reason="同一人", **more),
        other(withdraw_case, case_id=first.pk, reason="误报", **more),
        other(sweep_traces, now=LATER),
        other(isolate_case, case_id=first.pk, isolated_at=NOW, **more),
        other(separate_cases, case_id=second.pk, reason="不是", **more),
        other(withdraw_case, case_id=second.pk, reason="误报", **more),
    ]
    assert set(outcomes(deeds)) <= {"done", "already_decided", "merge_refused", "case_merged"}
    for case in Case.objects.exclude(state=CaseState.WITHDRAWN).order_by("-pk"):
        if case.state == CaseState.CONFIRMED:
            withdraw_case(case_id=case.pk, reason="误报", **more)
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.WITHDRAWN}
    assert not Contact.objects.exists()
    assert [exposures(who) for who in (anna, bo, chen)] == [[], [], []]


def test_an_isolation_and_a_withdrawal_at_once_never_deadlock(other, anna):
    home(anna, person("E10000003"))
    case = confirmed(anna)
    traced(case)
    more = {"by": officer(), "now": LATER}
    deeds = [
        other(isolate_case, case_id=case.pk, isolated_at=at(f"19 0{hour}:00"), **more)
        for hour in range(1, 6)
    ]
    deeds.append(other(withdraw_case, case_id=case.pk, reason="误报", **more))
    assert set(outcomes(deeds)) <= {"done", "already_decided"}
    assert Case.objects.get().state == CaseState.WITHDRAWN
    assert exposures(person("E10000003")) == []


def test_a_proposal_is_annulled_or_confirmed_but_not_both(other, anna):
    positive(anna)
    propose_cases(now=NOW)
    case = Case.objects.get()
    positive(anna, version=2, retracted=True, now=LATER)
    dates = {"onset_at": None, "isolated_at": None}
    deeds = [
        other(confirm_case, case_id=case.pk, **dates, by=officer(), now=LATER),
        other(annul_proposals, now=LATER),
        other(annul_proposals, now=LATER),
    ]
    assert set(outcomes(deeds)) <= {"done", AlreadyDecided.code}
    case.refresh_from_db()
    assert case.state in (CaseState.CONFIRMED, CaseState.DISMISSED)
    assert (case.trace_due_at is None) == (case.state == CaseState.DISMISSED)
