"""What must hold for every set of facts, every instant and every rule set."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthcode.colours import Colour
from healthcode.policy import CompiledRules, Decision, Fact, decide
from healthcode.policy.instants import DAY, HOUR
from tests.healthcode import strategies as made
from tests.healthcode.given import shanghai, trial
from tests.healthcode.language import EVERYTHING

MakeRules = Callable[[], CompiledRules]
RULES = [pytest.param(shanghai, id="shanghai"), pytest.param(lambda: trial(EVERYTHING), id="all")]
# Rules that a sample of any result, or its absence, decides.
ABSENCES = {"no-test-for-7-days", "screening-missed", "quiet", "called"}
HORIZON = made.START + 120 * DAY

# A busy machine is no fault; some faults need rarer people than a hundred.
unhurried = settings(deadline=None)
pytestmark = pytest.mark.slow
thorough = settings(deadline=None, max_examples=600)
rule_sets = pytest.mark.parametrize("make_rules", RULES)


def seen(decision: Decision) -> tuple[object, ...]:
    """What a reader of the decision sees, but for the next review."""
    return decision[:3]


def worse(after: Decision, before: Decision) -> bool:
    """Whether a colour got worse; unassessed stands outside the order."""
    if Colour.UNASSESSED in (after.colour, before.colour):
        return False
    return after.colour > before.colour


def without_absences(decision: Decision) -> tuple[Colour, set[str]]:
    """The colour and rules that no absence gave."""
    reasons = [reason for reason in decision.reasons if reason.rule not in ABSENCES]
    colour = max((reason.colour for reason in reasons), default=Colour.GREEN)
    return colour, {reason.rule for reason in reasons}


@rule_sets
@unhurried
@given(facts=made.people, now=made.instants, seed=st.randoms(use_true_random=False))
def test_order_and_duplication_never_matter(
    make_rules: MakeRules, facts: list[Fact], now: int, seed: random.Random
) -> None:
    again = [fact._replace(id=fact.id + 100) for fact in facts if seed.random() < 0.5]
    shuffled = [*facts, *again]
    seed.shuffle(shuffled)
    assert decide(shuffled, make_rules(), now) == decide(facts, make_rules(), now)


@rule_sets
@unhurried
@given(
    facts=made.people,
    span=st.one_of(made.exposures, made.stays, made.companions, made.orders),
    cut=made.instants,
    overlap=st.sampled_from((0, 0, HOUR)),
    now=made.instants,
)
def test_splitting_never_matters(
    make_rules: MakeRules, facts: list[Fact], span: Fact, cut: int, overlap: int, now: int
) -> None:
    whole = span._replace(id=99)
    if not (span.occurred_at < cut and (span.ended_at is None or cut < span.ended_at)):
        return
    parts = [whole._replace(ended_at=cut), whole._replace(occurred_at=cut - overlap)]
    if cut - overlap < span.occurred_at:
        return
    assert decide([*parts, *facts], make_rules(), now) == decide([*facts, whole], make_rules(), now)


@rule_sets
@unhurried
@given(facts=made.people, negative=made.negatives, now=made.instants)
def test_a_negative_never_worsens(
    make_rules: MakeRules, facts: list[Fact], negative: Fact, now: int
) -> None:
    before = decide(facts, make_rules(), now)
    after = decide([*facts, negative._replace(id=99)], make_rules(), now)
    if before.colour is not Colour.UNASSESSED:
        assert not worse(after, before)
        assert after.colour is not Colour.UNASSESSED


@rule_sets
@unhurried
@given(facts=made.people, negatives=st.lists(made.negatives, max_size=6), now=made.instants)
def test_negatives_end_only_rules_whose_release_names_them(
    make_rules: MakeRules, facts: list[Fact], negatives: list[Fact], now: int
) -> None:
    rules = make_rules()
    named = {
        rule.id
        for rule in rules.ruleset.rules
        if rule.absent or rule.release_needs or rule.released_by
    }
    before = decide(facts, rules, now)
    after = decide([*facts, *negatives], rules, now)
    kept = {reason for reason in before.reasons if reason.rule not in named}
    assert kept <= set(after.reasons)


@rule_sets
@unhurried
@given(case=made.aftermath(st.one_of(made.tubes, made.exposures), days=9))
def test_one_more_negative_after_a_cause_never_worsens(
    make_rules: MakeRules, case: tuple[list[Fact], list[Fact], int]
) -> None:
    facts, negatives, now = case
    for negative in negatives:
        before = decide(facts, make_rules(), now)
        facts = [*facts, negative]
        after = decide(facts, make_rules(), now)
        if before.colour is not Colour.UNASSESSED:
            assert not worse(after, before)


@unhurried
@given(case=made.aftermath(made.contacts, days=7))
def test_no_negatives_shorten_the_days_of_a_contact(
    case: tuple[list[Fact], list[Fact], int],
) -> None:
    """Red holds through day 7 of the last contact, however many samples are negative."""
    facts, negatives, now = case
    reasons = decide([*facts, *negatives], shanghai(), now).reasons
    assert [reason.rule for reason in reasons] == ["contact-close"]


@rule_sets
@thorough
@given(person=st.one_of(st.tuples(made.people, made.instants), made.alone()))
def test_a_milder_fact_never_worsens(make_rules: MakeRules, person: tuple[list[Fact], int]) -> None:
    (facts, now), rules = person, make_rules()
    before = decide(facts, rules, now)
    for i, fact in enumerate(facts):
        for step in made.milder(fact):
            after = decide([*facts[:i], step, *facts[i + 1 :]], rules, now)
            assert not worse(after, before), step


@rule_sets
@unhurried
@given(facts=made.people, now=made.instants, by=st.sampled_from((1, HOUR, DAY, 3 * DAY)))
def test_an_earlier_end_never_worsens(
    make_rules: MakeRules, facts: list[Fact], now: int, by: int
) -> None:
    """A contact that ended earlier, an area left earlier: both ends in the past."""
    rules = make_rules()
    before = decide(facts, rules, now)
    for i, fact in enumerate(facts):
        if fact.kind not in ("exposure", "area_stay") or fact.ended_at is None:
            continue
        if fact.ended_at > now or fact.ended_at - by < fact.occurred_at:
            continue
        earlier = fact._replace(ended_at=fact.ended_at - by)
        after = decide([*facts[:i], earlier, *facts[i + 1 :]], rules, now)
        assert not worse(after, before), earlier


@rule_sets
@thorough
@given(facts=made.people, now=made.instants)
def test_retracting_never_worsens_absences_aside(
    make_rules: MakeRules, facts: list[Fact], now: int
) -> None:
    rules = make_rules()
    before, named = without_absences(decide(facts, rules, now))
    for i, fact in enumerate(facts):
        if ends_something(fact, facts):
            continue
        after, rules_after = without_absences(decide(facts[:i] + facts[i + 1 :], rules, now))
        assert after <= before
        assert rules_after <= named


def ends_something(fact: Fact, facts: list[Fact]) -> bool:
    """Whether a rule may rest on this fact being there to end it.

    Besides negatives, reports and closed cases that is a part of a stay: without it the
    person left the area earlier than was known.
    """
    if fact.kind == "area_stay":
        return sum(other.details == fact.details for other in facts) > 1
    closed = fact.details.get("status") in ("discharged", "excluded")
    return closed or fact.kind == "health_report" or fact.details.get("result") == "negative"


@rule_sets
@unhurried
@given(facts=made.people, sample=made.inconclusives, now=made.instants)
def test_an_inconclusive_sample_changes_nothing_but_absences(
    make_rules: MakeRules, facts: list[Fact], sample: Fact, now: int
) -> None:
    before = decide(facts, make_rules(), now)
    after = decide([*facts, sample._replace(id=99)], make_rules(), now)
    for decision in (before, after):
        assert decision.colour in (Colour.UNASSESSED, Colour.GREEN) or decision.reasons
    strip = [[r for r in d.reasons if r.rule not in ABSENCES] for d in (before, after)]
    assert strip[0] == strip[1]
    if before.colour is Colour.UNASSESSED:
        assert after.colour in (Colour.UNASSESSED, Colour.YELLOW)


contacts_in_care = made.aftermath(made.contacts.map(lambda f: f._replace(recorded_at=None)), days=9)


@rule_sets
@thorough
@given(
    person=st.one_of(
        st.tuples(made.people, made.instants),
        contacts_in_care.map(lambda case: ([*case[0], *case[1][1:]], case[2])),
        made.alone(),
    ),
    drawn=st.lists(st.integers(0, 120 * DAY), max_size=20),
)
def test_review_at_is_the_least_instant_that_differs(
    make_rules: MakeRules, person: tuple[list[Fact], int], drawn: list[int]
) -> None:
    (facts, now), rules = person, make_rules()
    decision = decide(facts, rules, now)
    until = HORIZON if decision.review_at is None else decision.review_at
    for instant in sorted({*turning_points(facts, now), *(now + second for second in drawn)}):
        if now < instant < until:
            assert seen(decide(facts, rules, instant)) == seen(decision), instant
    if decision.review_at is not None:
        assert decision.review_at > now
        assert seen(decide(facts, rules, decision.review_at)) != seen(decision)
        assert seen(decide(facts, rules, decision.review_at - 1)) == seen(decision)


def turning_points(facts: list[Fact], now: int) -> set[int]:
    """Every midnight, every instant of a fact, and whole hours after it, with neighbours."""
    points = {made.START + day * DAY for day in range(121)}
    for fact in facts:
        times = [fact.occurred_at, fact.ended_at, fact.recorded_at]
        times += [fact.details.get(name) for name in ("by", "tier_from", "tier_to")]
        for time in times:
            if time is not None:
                points |= {time, *(time + hours * HOUR for hours in (1, 24, 48, 72))}
    return {point + step for point in points for step in (-1, 0, 1)}


@rule_sets
@unhurried
@given(facts=made.people, now=made.instants)
def test_every_colour_is_explained(make_rules: MakeRules, facts: list[Fact], now: int) -> None:
    decision = decide(facts, make_rules(), now)
    assert bool(decision.reasons) == (decision.colour > Colour.GREEN)
    colours = [reason.colour for reason in decision.reasons]
    assert colours == sorted(colours, reverse=True)
    assert decision.colour == max(colours, default=decision.colour)
    for reason in decision.reasons:
        assert reason.until is not None or all(reason.release)
        assert all(reason.text)
        assert reason.until is None or reason.until > now
        assert reason.earliest is None or reason.earliest > now
        if reason.until is not None and reason.earliest is not None:
            assert reason.earliest <= reason.until
    assert all(all(owed.text) for owed in decision.obligations)


@rule_sets
@thorough
@given(facts=made.people, now=made.instants)
def test_nothing_to_come_is_known(make_rules: MakeRules, facts: list[Fact], now: int) -> None:
    """Facts that lie wholly ahead, and touch nothing, change only the review."""
    known = [fact for fact in facts if fact.occurred_at <= now]
    ahead = [fact for fact in facts if fact.occurred_at > now]
    if any(touches(fact, other) for fact in ahead for other in known):
        return
    rules = make_rules()
    assert seen(decide(facts, rules, now)) == seen(decide(known, rules, now))


def touches(later: Fact, earlier: Fact) -> bool:
    """Whether a fact ahead continues one that has begun."""
    same = later.kind == earlier.kind and later.details == earlier.details
    return same and (earlier.ended_at is None or later.occurred_at <= earlier.ended_at)


@rule_sets
@unhurried
@given(facts=made.people, now=made.instants)
def test_the_quick_look_agrees_with_the_full_one(
    make_rules: MakeRules, facts: list[Fact], now: int
) -> None:
    rules = make_rules()
    assert decide(facts, replace(rules, quick=False), now) == decide(facts, rules, now)
