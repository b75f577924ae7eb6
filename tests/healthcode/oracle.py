"""How decisions are compared, and when a release is fulfilled: tried one choice after another."""

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from healthcode.colours import Colour
from healthcode.policy import CompiledRules, Decision, Fact, Reason
from healthcode.policy.instants import HOUR
from healthcode.policy.matching import predicate
from healthcode.policy.ruleset import Match, Release, Rule


def seen(decision: Decision) -> tuple[object, ...]:
    """What a reader of the decision sees, but for the next review."""
    return decision[:3]


def worse(after: Decision, before: Decision) -> bool:
    """Whether a colour got worse; unassessed stands outside the order."""
    if Colour.UNASSESSED in (after.colour, before.colour):
        return False
    return after.colour > before.colour


def absences(rules: CompiledRules) -> set[str]:
    """The rules that a missing sample or report makes, and any sample or report ends."""
    return {
        rule.id
        for rule in rules.ruleset.rules
        if rule.when is None or rule.when.kind == "screening_due"
    }


def without_absences(decision: Decision, rules: CompiledRules) -> tuple[Reason, ...]:
    """The reasons that no absence gave."""
    aside = absences(rules)
    return tuple(reason for reason in decision.reasons if reason.rule not in aside)


def colour_of(reasons: Iterable[Reason]) -> Colour:
    """The worst colour of some reasons."""
    return max((reason.colour for reason in reasons), default=Colour.GREEN)


def rule_named(rules: CompiledRules, rule_id: str) -> Rule:
    """One rule of a set."""
    return next(rule for rule in rules.ruleset.rules if rule.id == rule_id)


def speaks_of(match: Match | None, fact: Fact) -> bool:
    """Whether a match fits a fact."""
    return match is not None and match.kind == fact.kind and predicate(match, "")(fact.details)


def fulfilled(
    release: Release, facts: Iterable[Fact], floor: int, at: int, rules: CompiledRules
) -> bool:
    """Whether some choice of the facts from `floor` on, known by `at`, meets a release."""
    first = floor if release.from_opening else floor + 1
    found = [f for f in facts if first <= f.occurred_at <= at and speaks_of(release.match, f)]
    if release.consecutive_days:
        return _in_a_row({rules.calendar.day_of(f.occurred_at) for f in found}, release)
    ordered = sorted(found, key=lambda fact: fact.occurred_at)
    return any(_meets(release, chosen) for chosen in combinations(ordered, release.count))


def _in_a_row(days: set[int], release: Release) -> bool:
    length = release.consecutive_days or 0
    return any(days >= set(range(day, day + length)) for day in days)


def _meets(release: Release, chosen: Sequence[Fact]) -> bool:
    times = [fact.occurred_at for fact in chosen]
    apart = release.gap_hours * HOUR
    if release.distinct is None:
        apart = max(apart, 1)  # two samples of one instant are one
    else:
        values = {fact.details.get(release.distinct) for fact in chosen} - {None}
        if len(values) < len(chosen):
            return False
    if any(later - earlier < apart for earlier, later in pairwise(times)):
        return False
    return release.within_hours is None or times[-1] - times[0] <= release.within_hours * HOUR
