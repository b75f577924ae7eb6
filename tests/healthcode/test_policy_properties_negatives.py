"""What samples and reports can do to a colour, and what they cannot."""

from itertools import accumulate

from hypothesis import strategies as st

from healthcode.colours import Colour
from healthcode.policy import CompiledRules, Decision, Fact, Reason, decide
from healthcode.policy.ruleset import ReleaseNeeds, Rule
from tests.healthcode import people as somebody
from tests.healthcode import strategies as made
from tests.healthcode.language import compiled, everywhere
from tests.healthcode.oracle import (
    fulfilled,
    rule_named,
    speaks_of,
    without_absences,
    worse,
)
from tests.healthcode.people import Person

some_negatives = st.lists(made.negatives, max_size=4)
assessed = somebody.either(somebody.waiting(), somebody.counted, somebody.persons)
results = st.one_of(made.negatives, made.inconclusives)


def is_negative(fact: Fact) -> bool:
    """Whether a fact is a negative test."""
    return fact.details.get("result") == "negative"


@everywhere(person=assessed, one_more=made.negatives, examples=150)
def test_a_negative_never_worsens(ruleset: str, person: Person, one_more: Fact) -> None:
    """Whatever its method and pool, and whenever it was sampled."""
    (facts, now), rules = person, compiled(ruleset)
    facts = [*facts, one_more._replace(id=99)]
    after = decide(facts, rules, now)
    for negative in filter(is_negative, facts):
        before = decide([fact for fact in facts if fact is not negative], rules, now)
        if before.colour is not Colour.UNASSESSED:
            assert not worse(after, before)
            assert after.colour is not Colour.UNASSESSED


@everywhere(person=assessed, more=some_negatives, examples=150)
def test_negatives_end_only_rules_whose_release_names_them(
    ruleset: str, person: Person, more: list[Fact]
) -> None:
    (facts, now), rules = person, compiled(ruleset)
    negatives = [*filter(is_negative, facts), *more]
    before = decide([fact for fact in facts if not is_negative(fact)], rules, now)
    after = {named(reason) for reason in decide([*facts, *more], rules, now).reasons}
    for reason in before.reasons:
        if not may_end(rule_named(rules, reason.rule), reason, negatives, rules, now):
            assert named(reason) in after


def named(reason: Reason) -> tuple[object, ...]:
    """A reason without its dates ahead, which samples may bring nearer."""
    return reason[:4]


def may_end(
    rule: Rule, reason: Reason, negatives: list[Fact], rules: CompiledRules, now: int
) -> bool:
    """Whether a rule names one of the negatives, and its own days do not still run."""
    if rule.release_needs is not None:
        return days_are_over(rule, reason, rules, now)
    release = rule.absent or rule.released_by
    return release is not None and any(speaks_of(release.match, fact) for fact in negatives)


def days_are_over(rule: Rule, reason: Reason, rules: CompiledRules, now: int) -> bool:
    """Whether the phase that waits for samples has outlasted its own days."""
    return reason.until is not None and now >= own_end(rule, reason.since, rules)


def own_end(rule: Rule, clock: int, rules: CompiledRules) -> int:
    """24:00 of the last day of the phase that waits for samples."""
    needs = rule.release_needs
    assert needs is not None
    ends = accumulate(phase.days or 0 for phase in rule.phases)
    return rules.calendar.end_of_day(clock, next(end for end in ends if needs.from_day <= end))


@everywhere(
    cause=made.unending, samples=st.lists(made.negatives, min_size=1, max_size=6), now=made.instants
)
def test_no_negatives_change_a_case_a_single_positive_or_a_contact_that_goes_on(
    ruleset: str, cause: Fact, samples: list[Fact], now: int
) -> None:
    rules = compiled(ruleset)
    numbered = made.with_ids([cause, *samples])
    before = without_absences(decide(numbered[:1], rules, now), rules)
    after = without_absences(decide(numbered, rules, now), rules)
    assert [named(reason) for reason in after] == [named(reason) for reason in before]


@everywhere(person=somebody.followers, examples=250)
def test_a_rule_is_released_when_some_choice_of_samples_meets_its_release(
    ruleset: str, person: Person
) -> None:
    """Counts are existential: so many after the clock, so far apart, inside one window."""
    (facts, now), rules = person, compiled(ruleset)
    cause, *samples = facts
    before, after = decide([cause], rules, now), decide(facts, rules, now)
    for rule in rules.ruleset.rules:
        if rule.released_by is not None and held(rule, cause, before):
            clock = clock_of(rule, cause)
            done = clock is not None and fulfilled(rule.released_by, samples, clock, now, rules)
            assert held(rule, cause, after) is not done


@everywhere(person=somebody.detained, examples=250)
def test_a_phase_outlasts_its_days_until_some_choice_of_samples_is_there(
    ruleset: str, person: Person
) -> None:
    (facts, now), rules = person, compiled(ruleset)
    cause, *samples = facts
    for rule in rules.ruleset.rules:
        if rule.release_needs is not None and waits(rule, cause, now, rules):
            floor = first_that_counts(rule.release_needs, cause, rules)
            done = fulfilled(rule.release_needs.release, samples, floor, now, rules)
            lapse = rules.calendar.end_of_day(cause.ended_at, rule.release_needs.lapses_day)
            reasons = decide(facts, rules, now).reasons
            assert ((rule.id, lapse) in {(r.rule, r.until) for r in reasons}) is not done


def waits(rule: Rule, cause: Fact, now: int, rules: CompiledRules) -> bool:
    """Whether a rule stood for a cause until its own days were over, and could since wait."""
    if cause.ended_at is None:
        return False
    over = own_end(rule, cause.ended_at, rules)
    stood = decide([cause], rules, over - 1).reasons
    lapse = rules.calendar.end_of_day(cause.ended_at, rule.release_needs.lapses_day)
    return over <= now < lapse and rule.id in {reason.rule for reason in stood}


def first_that_counts(needs: ReleaseNeeds, cause: Fact, rules: CompiledRules) -> int:
    """00:00 of the day from which samples count."""
    return rules.calendar.midnight(rules.calendar.day_of(cause.ended_at) + needs.from_day)


def held(rule: Rule, cause: Fact, decision: Decision) -> bool:
    """Whether a rule stands for a cause: as a reason, or by what it owes until released."""
    words = rule.owes and rule.owes.text
    reasons = {(reason.rule, reason.evidence) for reason in decision.reasons}
    owed = {(owed.rule, owed.evidence) for owed in decision.obligations if owed.text == words}
    return (rule.id, cause.id) in reasons | owed


def clock_of(rule: Rule, cause: Fact) -> int | None:
    """The instant from which samples count towards a rule's release."""
    residents = rule.when is not None and rule.when.left is False
    if cause.kind in ("exposure", "companion", "area_stay", "travel") and not residents:
        return cause.ended_at
    listed = cause.details.get("tier_from") or cause.occurred_at
    return max(cause.occurred_at, listed)


@everywhere(
    person=somebody.followers,
    more=st.lists(results, max_size=4),
    reports=st.lists(made.reports, max_size=2),
    later=somebody.offsets,
    examples=200,
)
def test_what_is_released_stays_released(
    ruleset: str, person: Person, more: list[Fact], reports: list[Fact], later: int
) -> None:
    """Whatever is sampled or reported besides, and however late."""
    (facts, now), rules = person, compiled(ruleset)
    released = latches(decide(facts[:1], rules, now)) - latches(decide(facts, rules, now))
    both = made.with_ids([*facts, *more, *reports])
    for known in (facts, both):
        for instant in (now, now + later):
            assert not released & latches(decide(known, rules, instant))


def latches(decision: Decision) -> set[tuple[object, ...]]:
    """What a release takes away for good: an absence, which has no evidence, may come again."""
    found = (reason for reason in decision.reasons if reason.evidence is not None)
    return {(reason.colour, reason.rule, reason.evidence) for reason in found}


@everywhere(person=assessed, one_more=made.inconclusives, examples=150)
def test_an_inconclusive_sample_changes_nothing_but_absences(
    ruleset: str, person: Person, one_more: Fact
) -> None:
    (facts, now), rules = person, compiled(ruleset)
    facts = [*facts, one_more._replace(id=99)]
    after = decide(facts, rules, now)
    for sample in facts:
        if sample.details.get("result") == "inconclusive":
            before = decide([fact for fact in facts if fact is not sample], rules, now)
            assert without_absences(after, rules) == without_absences(before, rules)
            if before.colour is Colour.UNASSESSED:
                assert after.colour in (Colour.UNASSESSED, Colour.YELLOW)
            if after.colour is Colour.UNASSESSED:
                assert before.colour in (Colour.UNASSESSED, Colour.YELLOW)
