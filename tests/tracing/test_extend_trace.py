"""A trace that an officer extends beyond the confirmation, because people were still about."""

import pytest

from tests.tracing.corrected import LATER, correct, window
from tests.tracing.outbreak import (
    DAY,
    NOW,
    at,
    confirmed,
    contacts,
    meet,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    traced,
)
from tracing.errors import CaseInvalid
from tracing.models import Case, Visit
from tracing.services import (
    extend_trace,
    isolate_case,
    sweep_traces,
    touch_cases,
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


def extend(case: Case, until, now) -> Case:
    return extend_trace(case_id=case.pk, until=until, reason="密接未隔离", by=officer(), now=now)


def test_a_trace_is_extended_to_the_contacts_of_contacts_after_the_confirmation(anna, bo, chen):
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    meet(bo, chen, room("晚"), "19 14:00", "19 15:00")
    case = confirmed(anna)
    assert set(traced(case, NOW + DAY)) == {bo.pk}

    extend(case, NOW + DAY, NOW + DAY)

    assert window(case) == (at("17 00:00"), at("19 09:00"), NOW + DAY)
    assert sweep_traces(now=NOW + DAY) == 1
    assert contacts(case)[chen.pk].grade == "secondary"


def test_whoever_was_not_isolated_is_followed_as_far(anna, bo):
    meet(anna, bo, room(), "19 14:00", "19 15:00")
    case = confirmed(anna, isolated=None)
    assert traced(case, NOW + DAY) == {}
    extend(case, NOW + DAY, NOW + DAY)
    assert window(case)[1] == NOW + DAY
    assert set(traced(case, NOW + DAY)) == {bo.pk}


def test_an_extension_stands_when_the_dates_are_corrected(anna):
    case = confirmed(anna, isolated=None)
    extend(case, NOW + DAY, NOW + DAY)
    correct(case, isolated_at=None, onset_at=at("17 06:00"), now=NOW + DAY)
    assert window(case) == (at("15 00:00"), NOW + DAY, NOW + DAY)


def test_an_extension_narrows_nothing(anna):
    """The isolation became known after the confirmation: the window stays as it was."""
    case = confirmed(anna, isolated=None)
    isolate_case(case_id=case.pk, isolated_at=at("18 09:00"), by=officer(), now=LATER)
    extend(case, NOW + DAY, NOW + DAY)
    assert window(case)[1:] == (NOW, NOW + DAY)


@pytest.mark.parametrize("until", [NOW, NOW - DAY])
def test_an_extension_goes_further(anna, until):
    case = confirmed(anna)
    with pytest.raises(CaseInvalid) as refused:
        extend(case, until, LATER)
    assert refused.value.details == {"no_extension": ["until"]}
    with pytest.raises(CaseInvalid) as refused:
        extend(case, LATER + DAY, LATER)
    assert refused.value.details == {"in_future": ["until"]}


def test_a_late_stay_in_the_extension_makes_the_case_due(anna, bo):
    meet(anna, bo, room("中"), "18 12:00", "18 13:00")
    stay(bo, room("晚"), "19 14:00", "19 15:00")
    case = confirmed(anna)
    traced(case, NOW + DAY)
    late: list[Visit] = [stay(person("E10000009"), room("晚"), "19 14:00", "19 15:00")]
    assert touch_cases(visits=late, now=NOW + DAY) == 0
    extend(case, NOW + DAY, NOW + DAY)
    traced(case, NOW + DAY)
    assert touch_cases(visits=late, now=NOW + DAY) == 1
