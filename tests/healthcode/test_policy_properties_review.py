"""The next review: the least instant ahead at which, facts unchanged, anything differs."""

from hypothesis import strategies as st

from healthcode.policy import Fact, decide
from healthcode.policy.instants import DAY, HOUR
from tests.healthcode import people as somebody
from tests.healthcode import strategies as made
from tests.healthcode.language import compiled, everywhere
from tests.healthcode.oracle import seen
from tests.healthcode.people import Person

# No fact, phase or listing of the made-up people reaches further.
HORIZON = made.START + 120 * DAY
# Where hours are counted: the gaps and windows of releases, and phases of so many hours.
HOURS = (1, 24, 36, 48, 72)


@everywhere(
    person=st.one_of(somebody.persons, somebody.contacts_in_care()),
    drawn=st.lists(st.integers(0, 120 * DAY), max_size=20),
    examples=200,
)
def test_review_at_is_the_least_instant_that_differs(
    ruleset: str, person: Person, drawn: list[int]
) -> None:
    (facts, now), rules = person, compiled(ruleset)
    decision = decide(facts, rules, now)
    until = HORIZON if decision.review_at is None else decision.review_at
    for instant in sorted({*turning_points(facts), *(now + second for second in drawn)}):
        if now < instant < until:
            assert seen(decide(facts, rules, instant)) == seen(decision), instant
    if decision.review_at is not None:
        assert decision.review_at > now
        assert seen(decide(facts, rules, decision.review_at)) != seen(decision)
        assert seen(decide(facts, rules, decision.review_at - 1)) == seen(decision)


def turning_points(facts: list[Fact]) -> set[int]:
    """Every midnight, every instant of a fact, and whole hours after it, with neighbours."""
    points = {made.START + day * DAY for day in range(121)}
    for fact in facts:
        times = [fact.occurred_at, fact.ended_at, fact.recorded_at]
        times += [fact.details.get(name) for name in ("by", "tier_from", "tier_to")]
        for time in times:
            if time is not None:
                points |= {time, *(time + hours * HOUR for hours in HOURS)}
    return {point + step for point in points for step in (-1, 0, 1)}
