"""The made-up people reach what the properties speak of, in every rule set."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from healthcode.colours import Colour
from healthcode.policy import CompiledRules, Fact, decide
from healthcode.policy.ruleset import Rule
from tests.healthcode import people as somebody
from tests.healthcode.language import ALL, compiled, published
from tests.healthcode.people import Person

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("ruleset", [ALL, *published()])]
# The same people every time; more of them are looked at until nothing is missing.
ROUNDS = 24
steady = settings(
    database=None,
    deadline=None,
    max_examples=250,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
everybody = somebody.either(somebody.followers, somebody.detained)
Look = Callable[[Person], Iterable[str]]


def missing(wanted: set[str], people: st.SearchStrategy[Person], look: Look) -> set[str]:
    """What none of many people shows."""
    found: set[str] = set()
    for number in range(ROUNDS):
        if wanted <= found:
            break
        looking = given(person=people)(lambda person: found.update(look(person)))
        seed(number)(settings(steady)(looking))()
    return wanted - found


def reasons_of(
    facts: list[Fact], now: int, rules: CompiledRules
) -> set[tuple[str, int | None, Colour]]:
    """The rules that stand, each with its evidence and colour."""
    reasons = decide(facts, rules, now).reasons
    return {(reason.rule, reason.evidence, reason.colour) for reason in reasons}


def coloured(rules: CompiledRules) -> list[Rule]:
    """The rules that give a colour at some time."""
    return [r for r in rules.ruleset.rules if any(phase.colour is not None for phase in r.phases)]


def test_every_rule_that_gives_a_colour_gives_it_to_somebody(ruleset: str) -> None:
    rules = compiled(ruleset)
    wanted = {rule.id for rule in coloured(rules)}

    def standing(person: Person) -> set[str]:
        return {rule for rule, *_ in reasons_of(*person, rules)}

    assert missing(wanted, somebody.persons, standing) == set()


def test_every_release_releases_somebody(ruleset: str) -> None:
    rules = compiled(ruleset)
    wanted = {rule.id for rule in coloured(rules) if rule.released_by or rule.release_needs}

    def released(person: Person) -> set[str]:
        (cause, *_), now = person
        gone = reasons_of([cause], now, rules) - reasons_of(*person, rules)
        return {rule for rule, evidence, _ in gone if evidence is not None}

    assert missing(wanted, everybody, released) == set()
