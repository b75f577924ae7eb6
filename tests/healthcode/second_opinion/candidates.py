"""Every instant ahead at which a decision could possibly differ."""

from collections.abc import Iterable, Iterator

from healthcode.policy.facts import Fact
from healthcode.policy.ruleset import Release, RuleSet
from tests.healthcode.second_opinion.days import start_of_day

HOUR = 3600
DAYS_AHEAD = 130


def instants_ahead(facts: Iterable[Fact], ruleset: RuleSet, now: int) -> list[int]:
    """The candidates after `now`, in order, each with its neighbours."""
    midnights = {start_of_day(now, n, ruleset.calendar) for n in range(1, DAYS_AHEAD)}
    hours = {0, *_sums(_phase_hours(ruleset)), *_release_hours(ruleset)}
    named = {instant + hour * HOUR for instant in _named(facts) for hour in hours}
    near = {instant + step for instant in midnights | named for step in (-1, 0, 1)}
    return sorted(instant for instant in near if instant > now)


def _named(facts: Iterable[Fact]) -> Iterator[int]:
    """Every instant that the facts name."""
    for fact in facts:
        yield fact.occurred_at
        for instant in (fact.ended_at, fact.recorded_at):
            if instant is not None:
                yield instant
        for name in ("by", "tier_from", "tier_to"):
            if fact.details.get(name) is not None:
                yield fact.details[name]


def _phase_hours(ruleset: RuleSet) -> Iterator[list[int]]:
    for rule in ruleset.rules:
        yield [phase.hours for phase in rule.phases if phase.hours]


def _sums(lengths: Iterable[list[int]]) -> Iterator[int]:
    for hours in lengths:
        yield from (sum(hours[:n]) for n in range(1, len(hours) + 1))


def _release_hours(ruleset: RuleSet) -> Iterator[int]:
    for rule in ruleset.rules:
        needs = rule.release_needs.release if rule.release_needs else None
        for release in (rule.released_by, needs):
            yield from _gaps(release)


def _gaps(release: Release | None) -> Iterator[int]:
    if release is not None:
        yield from (hours for hours in (release.gap_hours, release.within_hours) if hours)
