"""Corrections, retractions and listings that race with what they speak of: nobody is missed."""

from concurrent.futures import Future
from threading import Barrier
from time import sleep

import pytest
from django.db import transaction

from accounts.models import Region
from healthcode import sql
from healthcode.services import list_area, recolour_due, retract_evidence
from tests.healthcode.recoloured import (
    NOW,
    at,
    colour,
    follows,
    hand_in,
    item,
    officer,
    other_connections,
    pcr,
    person,
    rules_in_force,
    source,
)

# Long enough for the other connection to reach whatever it waits for.
A_MOMENT = 0.3


@pytest.fixture(autouse=True)
def _stage(committed) -> None:
    rules_in_force()
    source()


@pytest.fixture
def other():
    with other_connections() as call:
        yield call


def settle() -> None:
    while recolour_due(now=NOW):
        pass


def take_back(refs: list[tuple[str, int]]) -> int:
    return retract_evidence(source=source(), refs=refs, by="lab", reason="样本作废", now=NOW)


def first_version_meets(other, deed) -> None:
    """Another connection hands in a positive of Anna's while a deed is not committed yet."""
    anna = person("E10000001")

    def arrives() -> None:
        hand_in(pcr(anna, "19 08:00", "positive", "a1"))
        recolour_due(now=NOW)

    with transaction.atomic():
        deed()
        meanwhile: Future[None] = other(arrives)
        sleep(A_MOMENT)
    meanwhile.result(20)
    settle()


def test_an_item_moved_while_its_first_version_arrives_binds_only_the_second_person(other):
    anna, bo = person("E10000001"), person("E10000002")
    first_version_meets(other, lambda: hand_in(pcr(bo, "19 08:00", "positive", "a1", version=2)))
    assert (colour(bo), colour(anna)) == ("red", "unassessed")


def test_an_item_taken_back_while_it_arrives_binds_nobody(other):
    first_version_meets(other, lambda: take_back([("a1", 1)]))
    assert colour(person("E10000001")) == "unassessed"


def test_without_the_items_lock_the_first_person_stays_bound(other, monkeypatch):
    """The negative control: the interleaving really is the one that loses a correction."""
    monkeypatch.setattr(sql, "lock_items", lambda *args, **how: None)
    first_version_meets(other, lambda: take_back([("a1", 1)]))
    assert colour(person("E10000001")) == "red"


def test_an_area_listed_while_a_stay_arrives_concerns_the_one_who_stayed(other):
    Region.objects.get_or_create(code="310101", defaults={"name": "黄浦区", "level": 3})
    anna, wang = person("E10000001"), officer()

    def arrives() -> None:
        hand_in(item(anna, "area_stay", "15 08:00", "18 08:00", "s1", region="310101"))
        recolour_due(now=NOW)

    with transaction.atomic():
        list_area(
            listing="沪防 1 号",
            region="310101",
            tier="high",
            tier_from=at("10 00:00"),
            tier_to=None,
            by=wang,
            now=NOW,
        )
        meanwhile = other(arrives)
        sleep(A_MOMENT)
    meanwhile.result(20)
    settle()
    assert follows(anna)
    assert colour(anna) == "red"


def test_the_same_items_taken_back_in_opposite_orders_do_not_deadlock(other):
    for turn in range(5):
        refs, gate = [(f"{turn}-{n}", 1) for n in range(2_000)], Barrier(2)

        def deed(mine: list[tuple[str, int]], gate: Barrier = gate) -> int:
            gate.wait()
            return take_back(mine)

        both = [other(deed, refs), other(deed, refs[::-1])]
        assert sorted(future.result(60) for future in both) == [0, 2_000]


def test_taking_back_twice_is_counted_once():
    hand_in(pcr(person("E10000001"), "18 08:00", "negative", "b0"))
    assert [take_back([("b0", 1)]) for _ in range(2)] == [1, 0]
