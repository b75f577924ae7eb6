"""Traces, confirmations, withdrawals and stays that meet on several connections."""

from concurrent.futures import TimeoutError as StillWaiting
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import transaction

from accounts.errors import AlreadyDecided
from tests.tracing.outbreak import (
    NOW,
    confirmed,
    contacts,
    exposures,
    home,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    suspected,
    trip,
)
from tests.tracing.together import A_MOMENT, held_back
from tracing.models import BoardedTrip, Case, CaseState, Contact
from tracing.services import (
    board_trips,
    confirm_case,
    make_partitions,
    propose_cases,
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


def test_a_stay_being_written_while_a_case_is_confirmed_is_traced(other):
    anna, bo, place = person("E10000001"), person("E10000002"), room()
    stay(anna, place, "19 08:00", "19 08:30")
    case = suspected(anna)
    deed = {"case_id": case.pk, "onset_at": None, "isolated_at": None, "by": officer()}
    with transaction.atomic():
        touch_cases(visits=[stay(bo, place, "19 08:00", "19 08:30")], now=NOW)
        confirming = other(confirm_case, **deed, now=NOW)
        with pytest.raises(StillWaiting):
            confirming.result(A_MOMENT)
    confirming.result(20)
    trace_case(case_id=case.pk, now=NOW)
    assert set(contacts(case)) == {bo.pk}


def test_a_stay_written_after_a_confirmation_finds_the_case(other):
    anna, bo, place = person("E10000001"), person("E10000002"), room()
    stay(anna, place, "19 08:00", "19 08:30")

    def arrive() -> int:
        with transaction.atomic():
            late = stay(bo, place, "19 08:00", "19 08:30")
            return touch_cases(visits=[late], now=LATER)

    with transaction.atomic():
        confirmed(anna)
        arriving = other(arrive)
        with pytest.raises(StillWaiting):
            arriving.result(A_MOMENT)
    assert arriving.result(20) == 1


def test_a_trace_keeps_no_scan_waiting_and_loses_no_stay(other, monkeypatch):
    anna, bo, place = person("E10000001"), person("E10000002"), room()
    stay(anna, place, "18 12:00", "18 13:00")
    case = confirmed(anna)
    with held_back(monkeypatch, "keep_contacts") as (there, go_on):
        tracing = other(sweep_traces, now=NOW)
        assert there.wait(20)
        late = stay(bo, place, "18 12:00", "18 13:00")
        assert other(touch_cases, visits=[late], now=LATER).result(5) == 1
        go_on.set()
        assert tracing.result(20) == 1
    assert contacts(case) == {}
    assert sweep_traces(now=LATER) == 1
    assert set(contacts(case)) == {bo.pk}


def test_a_case_is_traced_by_one_at_a_time(other, monkeypatch):
    home(anna := person("E10000001"), person("E10000002"))
    case = confirmed(anna)
    with held_back(monkeypatch, "find_contacts") as (there, go_on):
        tracing = other(trace_case, case_id=case.pk, now=NOW)
        assert there.wait(20)
        assert trace_case(case_id=case.pk, now=NOW) is None
        assert sweep_traces(now=NOW) == 0
        go_on.set()
        assert tracing.result(20).contacts == 1


def test_a_withdrawal_waits_for_the_trace_and_unwinds_it(other, monkeypatch):
    home(anna := person("E10000001"), bo := person("E10000002"))
    case = confirmed(anna)
    with held_back(monkeypatch, "find_contacts") as (there, go_on):
        tracing = other(trace_case, case_id=case.pk, now=NOW)
        assert there.wait(20)
        withdrawing = other(
            withdraw_case, case_id=case.pk, reason="弄错了", by=officer(), now=LATER
        )
        with pytest.raises(StillWaiting):
            withdrawing.result(A_MOMENT)
        go_on.set()
        assert tracing.result(20).contacts == 1
        assert withdrawing.result(20).state == CaseState.WITHDRAWN
    assert not Contact.objects.exists()
    assert exposures(bo) == []


def test_officers_who_decide_at_once_decide_once(other):
    case = suspected(person("E10000001"))
    together = Barrier(4)

    def decide() -> bool:
        together.wait()
        dates = {"onset_at": None, "isolated_at": None}
        try:
            confirm_case(case_id=case.pk, **dates, by=officer(), now=NOW)
        except AlreadyDecided:
            return False
        return True

    assert sorted(deed.result(20) for deed in [other(decide) for _ in range(4)]) == [
        False,
        False,
        False,
        True,
    ]


def test_sweeps_at_once_board_and_propose_once(other):
    people = [person(f"E100000{number:02}") for number in range(20)]
    for number, who in enumerate(people):
        trip(who, f"t{number}")
    boarding = [other(board_trips, now=NOW) for _ in range(3)]
    assert sum(sweep.result(20) for sweep in boarding) == len(people)
    assert BoardedTrip.objects.count() == len(people)
    proposing = [other(propose_cases, now=NOW) for _ in range(3)]
    assert sum(sweep.result(20) for sweep in proposing) == 0


def test_traces_of_cases_that_share_their_contacts_never_deadlock(other):
    crowd = [person(f"E200000{number:02}") for number in range(30)]
    place = room()
    for who in crowd:
        stay(who, place, "18 12:00", "18 13:00")
    cases = [confirmed(who) for who in crowd[:6]]
    tracing = [other(trace_case, case_id=case.pk, now=NOW) for case in cases]
    assert [trace.result(60).contacts for trace in tracing] == [len(crowd) - 1] * len(cases)
    assert Case.objects.filter(trace_due_at=None).count() == len(cases)
