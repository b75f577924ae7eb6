"""Evidence and recolouring that meet on several connections: no fact is ever lost."""

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWaiting
from random import Random
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Citizen
from healthcode import sql
from healthcode.models import HealthStatus
from healthcode.services import (
    facts_of,
    mark_due,
    recolour,
    recolour_due,
    record_evidence,
    retract_evidence,
)
from tests.healthcode.recoloured import (
    NOW,
    colour,
    contact,
    decided,
    follows,
    hand_in,
    history,
    is_due,
    other_connections,
    pcr,
    person,
    rules_in_force,
    source,
    status,
    stopped_before,
)

pytestmark = pytest.mark.usefixtures("committed")
recolouring = importlib.import_module("healthcode.services.recolour")
recording = importlib.import_module("healthcode.services.evidence")
# Long enough to see that somebody waits, short enough to wait for.
A_MOMENT = 0.5
SOON = 20
ROUNDS = 150
# Of so many rounds one leaves its evidence standing, so that some end red and some green.
STAYS = 40

Call = Callable[..., Future[Any]]


@pytest.fixture(autouse=True)
def _stage(committed, settings) -> None:
    # No round of a storm may pull the brake: that is another test's subject.
    settings.HEALTHCODE_WORSE_PER_MINUTE = 1_000_000
    rules_in_force()
    source()


@pytest.fixture
def other() -> Iterator[Call]:
    with other_connections() as call:
        yield call


@pytest.fixture
def anna() -> Citizen:
    """Green, and not due."""
    who = person("E10000001")
    hand_in(pcr(who, "18 08:00", "negative", "a0"))
    decided(who)
    assert (colour(who), is_due(who)) == ("green", False)
    return who


def positive(who: Citizen) -> None:
    hand_in(pcr(who, "19 08:00", "positive", "a1"))


@pytest.mark.parametrize("step", ["facts_of", "rules_at", "joined_at", "_write"])
def test_a_fact_recorded_while_a_citizen_is_decided_waits_and_makes_them_due(
    anna, other, monkeypatch, step
):
    with stopped_before(monkeypatch, recolouring, step) as (there, go_on):
        deciding = other(recolour, citizen_ids=[anna.pk], now=NOW)
        assert there.wait(SOON)
        recorded = other(positive, anna)
        with pytest.raises(StillWaiting):
            recorded.result(A_MOMENT)
        go_on.set()
        deciding.result(SOON)
        recorded.result(SOON)
    assert (colour(anna), is_due(anna)) == ("green", True)
    assert recolour_due(now=NOW) == 1
    assert (colour(anna), is_due(anna)) == ("red", False)


def test_a_decision_begun_while_a_fact_commits_waits_and_sees_it(anna, other):
    with transaction.atomic():
        positive(anna)
        deciding = other(recolour, citizen_ids=[anna.pk], now=NOW)
        with pytest.raises(StillWaiting):
            deciding.result(A_MOMENT)
    assert deciding.result(SOON) == 1
    assert (colour(anna), is_due(anna)) == ("red", False)


def test_a_decision_between_a_facts_insert_and_its_mark_is_made_again(anna, other, monkeypatch):
    with stopped_before(monkeypatch, recording, "mark_due") as (there, go_on):
        recorded = other(positive, anna)
        assert there.wait(SOON)
        assert recolour(citizen_ids=[anna.pk], now=NOW) == 0
        go_on.set()
        recorded.result(SOON)
    assert is_due(anna)
    recolour_due(now=NOW)
    assert colour(anna) == "red"


def test_a_retraction_made_while_a_citizen_is_decided_makes_them_due(anna, other, monkeypatch):
    positive(anna)
    named = {"source": source(), "by": "source:lab", "reason": "样本弄错", "now": NOW}
    with stopped_before(monkeypatch, recolouring, "_write") as (there, go_on):
        deciding = other(recolour, citizen_ids=[anna.pk], now=NOW)
        assert there.wait(SOON)
        retracting = other(retract_evidence, refs=[("a1", 1)], **named)
        go_on.set()
        assert [deciding.result(SOON), retracting.result(SOON)] == [1, 1]
    assert (colour(anna), is_due(anna)) == ("red", True)
    recolour_due(now=NOW)
    assert colour(anna) == "green"


def reading_first(who: Citizen, monkeypatch: Any) -> None:
    """Recolour as it must not be: the facts are read before the lock is taken."""
    early = facts_of([who.pk])
    recolouring.sql.lock_statuses([])  # where `stopped_before` stops
    monkeypatch.setattr(recolouring, "facts_of", lambda ids: early)
    recolour(citizen_ids=[who.pk], now=NOW)


def locking_first(who: Citizen, monkeypatch: Any) -> None:
    """Recolour as it is."""
    recolour(citizen_ids=[who.pk], now=NOW)


@pytest.mark.parametrize(
    ("deed", "after"), [(locking_first, ("red", False)), (reading_first, ("green", False))]
)
def test_facts_read_before_the_lock_would_lose_what_facts_read_after_it_do_not(
    anna, other, monkeypatch, deed, after
):
    """The control: in the same interleaving the wrong order leaves a positive green for good."""
    with stopped_before(monkeypatch, sql, "lock_statuses") as (there, go_on):
        deciding = other(deed, anna, monkeypatch)
        assert there.wait(SOON)
        positive(anna)
        go_on.set()
        deciding.result(SOON)
    assert (colour(anna), is_due(anna)) == after
    assert follows(anna) is (deed is locking_first)


def crowd(count: int = 10) -> list[Citizen]:
    return [person(f"E2{number:07}") for number in range(count)]


def shuffled(random: Random, people: list[Citizen]) -> list[Citizen]:
    return random.sample(people, len(people))


def keep_recording(people: list[Citizen], sender: str, seed: int) -> None:
    """Batches over the same people in ever other orders, moved by versions, taken back."""
    random = Random(seed)
    named = {"source": source(sender), "by": f"source:{sender}", "now": NOW}
    for turn in range(ROUNDS):
        first, second, third, *rest = shuffled(random, people)
        ref = f"{sender}-{turn}"
        told = [
            pcr(first, "19 08:00", random.choice(["positive", "negative"]), f"{ref}-a"),
            pcr(second, "18 08:00", "negative", f"{ref}-b"),
            contact(third, "18 12:00", "18 13:00", f"{ref}-c"),
        ]
        record_evidence(items=random.sample(told, 3), **named)
        moved = pcr(rest[0], "19 08:00", "positive", f"{ref}-a", version=2)
        record_evidence(items=[moved, pcr(first, "19 09:00", "negative", f"{ref}-d")], **named)
        refs = [(f"{ref}-a", 2), (f"{ref}-c", 1)] if turn % STAYS else []
        retract_evidence(refs=refs, reason="弄错了", **named)


def keep_sweeping(people: list[Citizen], seed: int) -> None:
    """The sweeper, a colour looked at, and marks, in ever other orders."""
    random = Random(seed)
    for _ in range(ROUNDS):
        recolour_due(now=NOW, limit=random.randint(1, 4))
        recolour(citizen_ids=[who.pk for who in shuffled(random, people)[:5]], now=NOW)
        mark_due(citizen_ids=[who.pk for who in shuffled(random, people)[:4]], now=NOW)


@pytest.mark.slow
def test_a_storm_of_evidence_and_sweeps_neither_deadlocks_nor_leaves_anybody_behind(other):
    people = crowd()
    for sender in ("lab", "clinic"):
        source(sender)
    storm = [other(keep_recording, people, sender, 1) for sender in ("lab", "clinic")]
    storm += [other(keep_sweeping, people, seed) for seed in (2, 3)]
    for deed in storm:
        deed.result(240)

    assert [who.pk for who in people if not is_due(who) and not follows(who)] == []
    while recolour_due(now=NOW):
        pass
    assert [who.pk for who in people if not follows(who)] == []
    assert {colour(who) for who in people} == {"green", "red"}


def sweep_all(limit: int) -> int:
    return sum(iter(lambda: recolour_due(now=NOW, limit=limit), 0))


def test_two_sweepers_share_the_due_and_neither_waits(other, monkeypatch):
    people = crowd()
    with stopped_before(monkeypatch, recolouring, "facts_of") as (there, go_on):
        held = other(recolour_due, now=NOW, limit=4)
        assert there.wait(SOON)
        assert other(sweep_all, 4).result(SOON) == 6
        go_on.set()
        assert held.result(SOON) == 4
    assert [len(history(who)) for who in people] == [1] * len(people)
    assert recolour_due(now=NOW) == 0


def test_many_sweepers_at_once_decide_everybody_once(other):
    people = crowd(60)
    sweeps = [other(sweep_all, 7) for _ in range(4)]
    assert sum(sweep.result(60) for sweep in sweeps) == len(people)
    assert [len(history(who)) for who in people] == [1] * len(people)


def test_the_sweeper_passes_by_a_row_that_somebody_holds(other):
    anna, bo, li = crowd(3)
    with transaction.atomic():
        HealthStatus.objects.select_for_update().get(pk=bo.pk)
        assert other(recolour_due, now=NOW).result(SOON) == 2
    assert [status(who).decided_at for who in (anna, bo, li)] == [NOW, None, NOW]
    assert recolour_due(now=NOW) == 1
