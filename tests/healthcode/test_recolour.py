"""Colours follow from the facts as they stand: corrections, closings, and at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Citizen
from healthcode.models import ColourChange, Retraction
from healthcode.services import mark_due, recolour, recolour_due, retract_evidence
from tests.healthcode.recoloured import (
    DAY,
    NOW,
    at,
    colour,
    contact,
    decided,
    follows,
    hand_in,
    history,
    is_due,
    item,
    pcr,
    person,
    reasons,
    rules_in_force,
    source,
    status,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna() -> Citizen:
    return person("E10000001")


@pytest.fixture
def bo() -> Citizen:
    return person("E10000002")


def sweep() -> int:
    """What the sweeper does until nothing is due; how many it decided."""
    done = sum(iter(lambda: recolour_due(now=NOW), 0))
    connection.check_constraints()
    return done


def take_back(ref: str, version: int = 1) -> None:
    named = {"source": source(), "by": "source:lab", "reason": "弄错了", "now": NOW}
    retract_evidence(refs=[(ref, version)], **named)
    sweep()


def test_an_item_moved_to_another_person_frees_the_first_and_binds_the_second(anna, bo):
    hand_in(pcr(anna, "19 08:00", "positive", "a1"))
    sweep()
    assert [colour(anna), colour(bo)] == ["red", "unassessed"]

    hand_in(pcr(bo, "19 08:00", "positive", "a1", version=2))

    assert [is_due(anna), is_due(bo)] == [True, True]
    assert sweep() == 2
    assert [colour(anna), colour(bo)] == ["unassessed", "red"]


def test_a_late_lower_version_binds_nobody(anna, bo):
    hand_in(pcr(bo, "19 08:00", "positive", "a1", version=2))
    hand_in(pcr(anna, "19 08:00", "positive", "a1"))

    sweep()

    assert [colour(anna), colour(bo)] == ["unassessed", "red"]


def test_a_higher_version_about_a_third_person_frees_everyone_before(anna, bo):
    li = person("E10000003")
    for version, who in enumerate((anna, bo, li), start=1):
        hand_in(pcr(who, "19 08:00", "positive", "a1", version=version))
        sweep()

    assert [colour(who) for who in (anna, bo, li)] == ["unassessed", "unassessed", "red"]


def test_a_retracted_exposure_binds_no_longer(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "a0"), contact(anna, "18 12:00", "18 13:00", "c1"))
    sweep()
    assert (colour(anna), reasons(anna)) == ("red", ["contact-close"])

    take_back("c1")

    assert (colour(anna), reasons(anna)) == ("green", [])


def test_taking_back_twice_is_harmless(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "a0"), contact(anna, "18 12:00", "18 13:00", "c1"))
    for _ in range(2):
        take_back("c1")

    assert colour(anna) == "green"
    assert Retraction.objects.count() == 1


def test_a_version_after_a_retraction_counts_again(anna):
    hand_in(contact(anna, "18 12:00", "18 13:00", "c1"))
    take_back("c1")
    assert colour(anna) == "unassessed"

    hand_in(contact(anna, "18 12:00", "18 14:00", "c1", version=2))
    sweep()

    assert colour(anna) == "red"


def test_a_retraction_of_all_versions_does_not_bring_the_first_back(anna, bo):
    hand_in(pcr(anna, "19 08:00", "positive", "a1"))
    hand_in(pcr(bo, "19 08:00", "positive", "a1", version=2))

    take_back("a1", version=2)

    assert [colour(anna), colour(bo)] == ["unassessed", "unassessed"]


def test_a_discharge_ends_an_old_positive_but_not_one_sampled_after_it(anna):
    hand_in(pcr(anna, "13 08:00", "positive", "a1"))
    sweep()
    assert reasons(anna) == ["first-positive"]

    hand_in(item(anna, "case", "13 12:00", "18 12:00", "k1", status="discharged"))
    sweep()
    assert (colour(anna), reasons(anna)) == ("yellow", ["discharged"])

    hand_in(pcr(anna, "19 08:00", "positive", "a2"))
    sweep()
    assert (colour(anna), reasons(anna)) == ("red", ["first-positive", "discharged"])


def test_deciding_again_without_news_adds_no_history(anna):
    hand_in(contact(anna, "18 12:00", "18 13:00", "c1"))
    for _ in range(3):
        mark_due(citizen_ids=[anna.pk], now=NOW)
        assert sweep() == 1

    assert [change.colour for change in history(anna)] == [status(anna).colour]
    assert status(anna).decided_at == history(anna)[0].decided_at


def test_a_decision_names_every_fact_it_was_made_from_and_no_other_persons(anna, bo):
    mine = hand_in(pcr(anna, "18 08:00", "negative", "a0"), pcr(anna, "19 08:00", "positive", "a1"))
    hand_in(pcr(bo, "19 08:00", "positive", "b1"))
    sweep()

    assert history(anna)[-1].facts == [row.pk for row in mine]


def test_a_phase_that_ends_by_itself_is_looked_at_when_it_ends(anna):
    secondary = {"level": 2, "grade": "secondary"}
    hand_in(pcr(anna, "18 08:00", "negative", "a0"))
    hand_in(contact(anna, "18 12:00", "18 13:00", "c1", **secondary))
    sweep()

    released = at("26 00:00")
    decided(anna, now=released - timedelta(seconds=1))
    assert (colour(anna), status(anna).due_at) == ("red", released)
    recolour_due(now=released)
    assert "contact-secondary" not in reasons(anna)


def test_a_sample_dated_a_little_ahead_does_not_hide_the_last_one(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "a0"), pcr(anna, "19 10:05", "negative", "a1"))
    sweep()

    assert status(anna).last_negative_at == at("18 08:00")


def mixed(count: int, series: int) -> list[Citizen]:
    """So many of each: a stranger, one turning red, one looked at again, one who gains a test."""
    people = [person(f"E{series}{number:07}") for number in range(4 * count)]
    strangers, turning, again, tested = (people[i::4] for i in range(4))
    old = [*turning, *again, *tested]
    hand_in(*(pcr(who, "18 08:00", "negative", f"{who.pk}-0") for who in old))
    decided(*old)
    hand_in(*(contact(who, "18 12:00", "18 13:00", f"{who.pk}-1") for who in turning))
    hand_in(*(pcr(who, "19 08:00", "negative", f"{who.pk}-1") for who in tested))
    mark_due(citizen_ids=[who.pk for who in again], now=NOW)
    assert all(is_due(who) for who in strangers)
    return people


def statements(people: list[Citizen]) -> list[str]:
    """What the sweeper asks the database for exactly these people."""
    with CaptureQueriesContext(connection) as asked:
        assert recolour_due(now=NOW) == len(people)
    return [query["sql"].split()[0] for query in asked.captured_queries]


def test_the_sweeper_takes_as_many_statements_for_four_people_as_for_four_hundred():
    sweep()
    few, many = statements(mixed(1, 1)), statements(mixed(100, 2))

    assert few == many
    assert len(few) <= 14


def test_naming_people_takes_as_many_statements_for_one_as_for_a_hundred(
    django_assert_num_queries,
):
    people = mixed(25, 3)
    ids = [who.pk for who in people]
    recolour(citizen_ids=ids, now=NOW)
    with CaptureQueriesContext(connection) as one:
        recolour(citizen_ids=ids[:1], now=NOW)
    with django_assert_num_queries(len(one)):
        recolour(citizen_ids=ids, now=NOW)


def test_naming_somebody_twice_or_who_is_nobody_decides_once(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "a0"))

    assert recolour(citizen_ids=[anna.pk, anna.pk, 10**9], now=NOW) == 1
    assert ColourChange.objects.count() == 1


def test_the_sweeper_leaves_alone_whoever_is_not_due_yet(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "a0"))
    sweep()

    assert sweep() == 0
    assert recolour_due(now=status(anna).due_at - timedelta(seconds=1)) == 0
    assert recolour_due(now=status(anna).due_at) == 1


def test_a_batch_smaller_than_the_queue_decides_the_longest_due_first(anna, bo):
    decided(anna, bo)
    mark_due(citizen_ids=[bo.pk], now=NOW - DAY)
    mark_due(citizen_ids=[anna.pk], now=NOW)

    assert recolour_due(now=NOW, limit=1) == 1

    assert [is_due(anna), is_due(bo)] == [True, False]
    assert follows(bo)
