"""What less serious evidence, retraction and a closed case can do to a colour."""

from collections.abc import Iterator

from hypothesis import strategies as st

from healthcode.policy import Fact, decide
from healthcode.policy.instants import DAY, HOUR
from tests.healthcode import people as somebody
from tests.healthcode import strategies as made
from tests.healthcode.given import colour, exposure, pcr
from tests.healthcode.language import compiled, everywhere
from tests.healthcode.oracle import colour_of, without_absences, worse
from tests.healthcode.people import Person

sooner = st.sampled_from((1, HOUR, DAY, DAY, 3 * DAY, 3 * DAY))
assessed = somebody.either(somebody.spans_alone, somebody.persons)

# A text of its own making: casual contacts wait for two tests, while the days of closer ones end
# by themselves. There grades are compared only as long as the graver contact counts.
LONGER_WHEN_CASUAL = ("guangdong-2022",)


@everywhere(person=assessed, examples=250)
def test_a_milder_fact_never_worsens(ruleset: str, person: Person) -> None:
    """Close, secondary, casual; high, medium, low; positive, negative; open case, excluded."""
    (facts, now), rules = person, compiled(ruleset)
    before = decide(facts, rules, now)
    standing = {reason.evidence for reason in before.reasons}
    for i, fact in enumerate(facts):
        if ruleset in LONGER_WHEN_CASUAL and fact.kind == "exposure" and fact.id not in standing:
            continue
        for step in made.milder(fact):
            after = decide([*facts[:i], step, *facts[i + 1 :]], rules, now)
            assert not worse(after, before), step


@everywhere(person=assessed, by=sooner, examples=150)
def test_an_earlier_end_never_worsens(ruleset: str, person: Person, by: int) -> None:
    (facts, now), rules = person, compiled(ruleset)
    before = decide(facts, rules, now)
    for i, fact in enumerate(facts):
        for earlier in ended_earlier(fact, by, now):
            if not is_a_part(fact, facts):
                after = decide([*facts[:i], earlier, *facts[i + 1 :]], rules, now)
                assert not worse(after, before), earlier


def ended_earlier(fact: Fact, by: int, now: int) -> Iterator[Fact]:
    """An earlier last contact, one that went on included; an area left earlier, once left."""
    if fact.kind == "exposure" and fact.ended_at is None:
        yield fact._replace(ended_at=fact.occurred_at + by)
    elif fact.kind == "exposure" or (fact.kind == "area_stay" and has_ended(fact, now)):
        assert fact.ended_at is not None
        yield fact._replace(ended_at=max(fact.occurred_at, fact.ended_at - by))


def has_ended(fact: Fact, now: int) -> bool:
    """Whether a stay lies behind: who is still there has not left, and may leave later."""
    return fact.ended_at is not None and fact.ended_at <= now


@everywhere(person=somebody.persons, examples=250)
def test_retracting_never_worsens_absences_aside(ruleset: str, person: Person) -> None:
    (facts, now), rules = person, compiled(ruleset)
    before = without_absences(decide(facts, rules, now), rules)
    for i, fact in enumerate(facts):
        if not ends_something(fact, facts):
            after = without_absences(decide(facts[:i] + facts[i + 1 :], rules, now), rules)
            assert colour_of(after) <= colour_of(before), fact
            assert {reason.rule for reason in after} <= {reason.rule for reason in before}, fact


def ends_something(fact: Fact, facts: list[Fact]) -> bool:
    """Whether a rule may rest on this fact being there to end it.

    Besides negatives and closed cases that is a report without symptoms, and a part of a
    stay or a leg: without it the person left, or arrived, earlier than was known.
    """
    closed = fact.details.get("status") in ("discharged", "excluded")
    released = fact.details.get("result") == "negative" or fact.details.get("symptoms") == []
    return closed or released or is_a_part(fact, facts)


def is_a_part(fact: Fact, facts: list[Fact]) -> bool:
    """Whether a stay, or a leg, is told in several parts."""
    told_to_the_end = fact.kind in ("area_stay", "travel")
    return told_to_the_end and sum(f.details == fact.details for f in facts) > 1


@everywhere(case=somebody.closing(), examples=150)
def test_a_closed_case_closes_what_came_before_it_and_nothing_later(
    ruleset: str, case: tuple[list[Fact], Fact, int]
) -> None:
    """The positives sampled up to it; a discharge also the contacts that had ended by then."""
    (facts, episode, now), rules = case, compiled(ruleset)
    before = decide(facts, rules, now).reasons
    after = decide([*facts, episode], rules, now).reasons
    closed = {fact.id for fact in facts if is_closed_by(fact, episode)}
    assert not closed & {reason.evidence for reason in after}
    assert {r for r in before if r.evidence not in closed} <= set(after)


def is_closed_by(fact: Fact, episode: Fact) -> bool:
    """Whether the end of an episode ends what follows from a fact."""
    if fact.kind == "test":
        return fact.occurred_at <= episode.ended_at
    ended = fact.ended_at is not None and fact.ended_at <= episode.ended_at
    return ended and episode.details["status"] == "discharged"


def test_guangdong_releases_a_secondary_contact_before_a_casual_one() -> None:
    rules, negative = compiled("guangdong-2022"), pcr("09-09 09:00")
    secondary = exposure("09-01 12:00", "09-01 13:00", "secondary")
    casual = exposure("09-01 12:00", "09-01 13:00", "casual")
    assert colour("09-09 12:00", secondary, negative, rules=rules) == "green"
    assert colour("09-09 12:00", casual, negative, rules=rules) == "yellow"
