"""What must hold for every set of facts, every instant and every rule set."""

import random
from dataclasses import replace

from hypothesis import strategies as st

from healthcode.colours import Colour
from healthcode.policy import Fact, decide
from tests.healthcode import people as somebody
from tests.healthcode import strategies as made
from tests.healthcode.language import compiled, everywhere
from tests.healthcode.oracle import seen
from tests.healthcode.people import Person


@everywhere(person=somebody.persons, seed=st.randoms(use_true_random=False))
def test_order_and_duplication_never_matter(
    ruleset: str, person: Person, seed: random.Random
) -> None:
    (facts, now), rules = person, compiled(ruleset)
    again = [fact._replace(id=fact.id + 100) for fact in facts if seed.random() < 0.5]
    shuffled = [*facts, *again]
    seed.shuffle(shuffled)
    assert decide(shuffled, rules, now) == decide(facts, rules, now)


@everywhere(
    facts=somebody.people,
    told=somebody.in_parts(),
    after=somebody.offsets,
    backwards=st.booleans(),
    examples=200,
)
def test_splitting_never_matters(
    ruleset: str, facts: list[Fact], told: tuple[Fact, list[Fact]], after: int, backwards: bool
) -> None:
    (whole, parts), rules = told, compiled(ruleset)
    now = whole.occurred_at + after
    told_otherwise = [*facts, *reversed(parts)] if backwards else [*parts, *facts]
    assert decide(told_otherwise, rules, now) == decide([*facts, whole], rules, now)


@everywhere(person=somebody.persons, known=made.recorded, examples=150)
def test_when_evidence_became_known_changes_no_colour(
    ruleset: str, person: Person, known: int | None
) -> None:
    """The clocks are those of what happened: notice decides only which test days are owed."""
    (facts, now), rules = person, compiled(ruleset)
    late = [fact._replace(recorded_at=known) for fact in facts]
    assert decide(late, rules, now)[:2] == decide(facts, rules, now)[:2]


@everywhere(person=somebody.persons, examples=150)
def test_every_colour_is_explained(ruleset: str, person: Person) -> None:
    """A reason has its words in both languages, and an end or the words for what ends it."""
    (facts, now), rules = person, compiled(ruleset)
    decision = decide(facts, rules, now)
    assert bool(decision.reasons) == (decision.colour > Colour.GREEN)
    for reason in decision.reasons:
        assert all(reason.text)
        assert all(reason.release) or reason.until is not None
        assert reason.until is None or reason.until > now
        assert reason.earliest is None or reason.earliest > now
        if reason.until is not None and reason.earliest is not None:
            assert reason.earliest <= reason.until
    assert all(all(owed.text) for owed in decision.obligations)


@everywhere(person=somebody.several(), examples=150)
def test_the_worst_reason_comes_first_and_gives_the_colour(ruleset: str, person: Person) -> None:
    (facts, now), rules = person, compiled(ruleset)
    decision = decide(facts, rules, now)
    colours = [reason.colour for reason in decision.reasons]
    assert colours == sorted(colours, reverse=True)
    assert decision.colour == max(colours, default=decision.colour)


@everywhere(one=st.one_of(made.stays, made.legs), other=made.unrelated, after=somebody.offsets)
def test_of_two_facts_the_more_severe_counts(
    ruleset: str, one: Fact, other: Fact, after: int
) -> None:
    rules, now = compiled(ruleset), max(one.occurred_at, other.occurred_at) + after
    together = decide([one, other._replace(id=1)], rules, now).colour
    assert together == max(decide([fact], rules, now).colour for fact in (one, other))


@everywhere(person=somebody.persons, examples=250)
def test_nothing_to_come_is_known(ruleset: str, person: Person) -> None:
    """Facts that lie wholly ahead, and touch nothing, change only the review."""
    (facts, now), rules = person, compiled(ruleset)
    known = [fact for fact in facts if fact.occurred_at <= now]
    ahead = [fact for fact in facts if fact.occurred_at > now]
    if any(touches(fact, other) for fact in ahead for other in known):
        return
    assert seen(decide(facts, rules, now)) == seen(decide(known, rules, now))


def touches(later: Fact, earlier: Fact) -> bool:
    """Whether a fact ahead continues one that has begun."""
    same = later.kind == earlier.kind and later.details == earlier.details
    return same and (earlier.ended_at is None or later.occurred_at <= earlier.ended_at)


@everywhere(person=somebody.persons)
def test_the_quick_look_agrees_with_the_full_one(ruleset: str, person: Person) -> None:
    (facts, now), rules = person, compiled(ruleset)
    assert decide(facts, replace(rules, quick=False), now) == decide(facts, rules, now)
