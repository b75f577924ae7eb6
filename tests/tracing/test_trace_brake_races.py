"""Officers and traces that come to a brake at once."""

from concurrent.futures import TimeoutError as StillWaiting
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import transaction

from accounts.errors import AlreadyDecided
from accounts.models import User
from tests.tracing.outbreak import (
    NOW,
    confirmed,
    home,
    officer,
    person,
    rules_in_force,
)
from tests.tracing.together import A_MOMENT, held_back, outcomes
from tracing.errors import SecondPersonNeeded
from tracing.models import TraceBrake
from tracing.services import (
    clear_trace_brake,
    look_at_brake,
    make_partitions,
    sweep_traces,
    trace_case,
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


def officers(count: int) -> list[User]:
    return [
        User.objects.create(username=f"zhao-{number}", is_staff=True, is_superuser=True)
        for number in range(count)
    ]


@pytest.fixture
def brake(settings, anna, bo) -> TraceBrake:
    """A trace that is held back."""
    settings.TRACE_BRAKE_LIMIT = 0
    home(anna, bo)
    case = confirmed(anna)
    assert trace_case(case_id=case.pk, now=NOW) is None
    return TraceBrake.objects.get()


def test_officers_who_look_at_once_are_one_first_person(other, brake):
    people = officers(4)
    together = Barrier(4)

    def look(by: User) -> None:
        together.wait()
        look_at_brake(brake_id=brake.pk, seen=1, by=by, now=NOW)

    deeds = [other(look, by=by) for by in people]
    assert outcomes(deeds) == [*[AlreadyDecided.code] * 3, "done"]
    brake.refresh_from_db()
    assert brake.first_by in people
    assert brake.cleared_at is None


def test_two_who_clear_at_once_clear_once_and_never_alone(other, brake):
    people = officers(4)
    look_at_brake(brake_id=brake.pk, seen=1, by=people[0], now=NOW)
    together = Barrier(4)

    def clear(by: User) -> None:
        together.wait()
        clear_trace_brake(brake_id=brake.pk, seen=1, by=by, now=NOW)

    said = outcomes([other(clear, by=by) for by in people])
    assert said.count("done") == 1
    assert set(said) <= {"done", AlreadyDecided.code, SecondPersonNeeded.code}
    brake.refresh_from_db()
    assert brake.cleared_by != brake.first_by == people[0]
    assert sweep_traces(now=LATER) == 1


def test_a_trace_that_began_before_the_clearance_passes_and_pulls_no_other(
    other, monkeypatch, brake
):
    first, second = officers(2)
    with held_back(monkeypatch, "hold_back") as (there, go_on):
        tracing = other(trace_case, case_id=brake.case_id, now=LATER)
        assert there.wait(20)
        look_at_brake(brake_id=brake.pk, seen=1, by=first, now=LATER)
        clear_trace_brake(brake_id=brake.pk, seen=1, by=second, now=LATER)
        go_on.set()
        assert tracing.result(20).contacts == 1
    assert TraceBrake.objects.count() == 1


def test_a_clearance_under_way_is_waited_for(other, brake):
    first, second = officers(2)
    look_at_brake(brake_id=brake.pk, seen=1, by=first, now=LATER)
    with transaction.atomic():
        clear_trace_brake(brake_id=brake.pk, seen=1, by=second, now=LATER)
        tracing = other(trace_case, case_id=brake.case_id, now=LATER)
        with pytest.raises(StillWaiting):
            tracing.result(A_MOMENT)
    assert tracing.result(20).contacts == 1
    assert TraceBrake.objects.count() == 1
