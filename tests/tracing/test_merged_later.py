"""What comes in after two cases were merged: positives, late stays, orders."""

import pytest

from tests.tracing.outbreak import (
    DAY,
    at,
    confirmed,
    contacts,
    home,
    person,
    positive,
    room,
    rules_in_force,
    stay,
    told,
    traced,
)
from tests.tracing.twice import LATER, merge, separate, two_cases
from tracing.models import Case
from tracing.services import (
    propose_cases,
    sweep_traces,
    touch_cases,
    trace_case,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna():
    """Anna's passport, and her resident's permit."""
    return person("E10000001"), person("E10000011")


@pytest.fixture
def bo():
    """Bo met the passport, Chen the permit, Dora both of them."""
    return person("E10000002")


@pytest.fixture
def chen():
    return person("E10000003")


@pytest.fixture
def dora():
    return person("E10000004")


@pytest.fixture
def two(anna, bo, chen, dora) -> tuple[Case, Case]:
    return two_cases(anna, bo, chen, dora)


def test_a_merged_case_is_not_traced_nor_is_its_person_proposed(two, anna):
    merge(*two)
    positive(anna[1], when="19 09:00")
    assert propose_cases(now=LATER) == 0
    assert trace_case(case_id=two[1].pk, now=LATER) is None


def test_a_late_stay_beside_the_merged_document_makes_the_kept_case_due(two, anna):
    """In a room where nobody else was whom the trace has found."""
    stay(anna[1], room("独"), "18 14:00", "18 15:00")
    merge(*two)
    sweep_traces(now=LATER)
    late = stay(person("E10000009"), room("独"), "18 14:00", "18 15:00")
    assert touch_cases(visits=[late], now=LATER) == 1
    assert Case.objects.get(pk=two[0].pk).trace_due_at == LATER
    assert Case.objects.get(pk=two[1].pk).trace_due_at is None


def test_a_late_stay_in_the_time_of_the_merged_case_makes_the_kept_one_due(two, anna):
    stay(anna[0], room("旧"), "15 12:00", "15 13:00")
    merge(*two)
    sweep_traces(now=LATER)
    late = stay(person("E10000009"), room("旧"), "15 12:00", "15 13:00")
    assert touch_cases(visits=[late], now=LATER) == 1
    sweep_traces(now=LATER + DAY)
    assert person("E10000009").pk in contacts(two[0])


def test_an_order_for_the_merged_document_isolates_the_person(anna, bo):
    """It ends what goes on at the home of either document, until they are taken apart."""
    home(anna[0], bo)
    first, second = confirmed(anna[0], isolated=None), confirmed(anna[1], isolated=None)
    merge(first, second)
    assert traced(first)[bo.pk].last_at is None
    order = {"order": "central_isolation", "issued_by": "江宁路街道"}
    told(anna[1], "order", "19 09:30", "25 00:00", "o1", details=order)

    assert sweep_traces(now=LATER) == 1

    assert contacts(first)[bo.pk].last_at == at("19 09:30")
    assert Case.objects.get(pk=second.pk).isolated_at == at("19 09:30")
    separate(second)
    sweep_traces(now=LATER)
    assert contacts(first)[bo.pk].last_at is None
    assert Case.objects.get(pk=first.pk).isolated_at is None
