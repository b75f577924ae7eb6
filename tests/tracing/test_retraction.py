"""Withdrawing unwinds everything: what is left is the world in which the case never was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.tracing.interleaving import (
    FIRST,
    SECOND,
    Cast,
    Deed,
    Stage,
    World,
    cast,
    scripts,
    worlds,
)
from tests.tracing.outbreak import officer, rules_in_force
from tracing.models import Contact, ContactTask, Encounter

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOW = settings(
    deadline=None,
    max_examples=60,
    # A smaller example is not worth minutes: these are small.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def everybody() -> Cast:
    rules_in_force()
    officer()
    return cast()


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever an example writes is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


Seen = dict[str, Any]


def with_both(
    everybody: Cast, world: World, script: list[Deed], gone: tuple[int, ...]
) -> tuple[Seen, list[Deed]]:
    """What is seen at the end, and what was done."""
    with rolled_back():
        stage = Stage(world, everybody)
        done = stage.play(script)
        stage.withdraw(*gone)
        stage.settle()
        return stage.seen(), done


def without(everybody: Cast, world: World, script: list[Deed], gone: tuple[int, ...]) -> Seen:
    """What is seen at the end if these cases never were."""
    with rolled_back():
        stage = Stage(world, everybody)
        stage.play(script, without=gone)
        stage.settle()
        return stage.seen()


def agree(everybody: Cast, world: World, script: list[Deed], gone: tuple[int, ...]) -> None:
    """The world in which they were withdrawn is the one in which they never were."""
    seen, done = with_both(everybody, world, script, gone)
    alone = [
        deed._replace(what="nothing") if deed.what in ("merge", "separate") else deed
        for deed in done
    ]
    never = without(everybody, world, alone, gone)
    for what, found in never.items():
        assert seen[what] == found, what


@HOW
@given(worlds, scripts(mergers=False), st.sampled_from([FIRST, SECOND]))
def test_withdrawing_one_leaves_the_world_in_which_it_never_was(everybody, world, script, gone):
    agree(everybody, world, script, (gone,))


@HOW
@given(worlds, scripts(mergers=True), st.sampled_from([FIRST, SECOND]))
def test_so_does_it_where_the_two_were_merged_meanwhile(everybody, world, script, gone):
    agree(everybody, world, script, (gone,))


@HOW
@given(worlds, scripts(mergers=True), st.permutations([FIRST, SECOND]))
def test_withdrawing_both_leaves_nothing(everybody, world, script, order):
    with rolled_back():
        stage = Stage(world, everybody)
        stage.play(script)
        stage.withdraw(*order)
        stage.settle()
        assert not Contact.objects.exists()
        assert not Encounter.objects.exists()
        assert not ContactTask.objects.exists()
    agree(everybody, world, script, tuple(order))


def test_a_case_that_was_isolated_lets_go_of_the_others_contacts_once_it_is_withdrawn(everybody):
    """The second met the first, who then met a third: unless isolated by then, as a case."""
    world = World(
        homes=[],
        stays=[(1, 0, 208, 60), (0, 0, 208, 60), (0, 1, 220, 60), (5, 1, 220, 60)],
        riders=[],
        positive=False,
    )
    first = Deed("confirm", FIRST, 0, 1, (0, 0, 0, 0))
    second = Deed("confirm", SECOND, 0, 3, (0, 0, 0, 0))
    sweep = Deed("sweep", SECOND, 0, 0, (0, 0, 0, 0))
    for script in ([first, second, sweep], [second, sweep, first, sweep]):
        agree(everybody, world, script, (FIRST,))
    with rolled_back():
        stage = Stage(world, everybody)
        stage.play([second, sweep])
        assert Contact.objects.filter(level=2).exists()
        stage.play([first, sweep])
        assert not Contact.objects.filter(case=stage.cases[SECOND].pk, level=2).exists()


def test_the_worlds_that_are_drawn_are_worth_comparing(everybody):
    """Contacts that both cases share, of both levels: else the property says little."""
    world = World(
        homes=[(3, 4)],
        stays=[(0, 0, 208, 60), (1, 0, 208, 60), (2, 0, 208, 60), (2, 1, 220, 60), (5, 1, 220, 60)],
        riders=[0, 6],
        positive=True,
    )
    deed = Deed("confirm", FIRST, 0, 3, (0, 0, 0, 0))
    sweep = deed._replace(what="sweep")
    script = [deed, deed._replace(case=SECOND), sweep]
    with rolled_back():
        stage = Stage(world, everybody)
        stage.play(script)
        rows = Contact.objects.values_list("level", "citizen")
        assert {level for level, _ in rows} == {1, 2}
        people = [citizen for _, citizen in rows]
        assert len(people) > len(set(people))
        assert ContactTask.objects.exists()
