"""When tests or reports release a rule: every combination of them is tried."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import combinations, pairwise

from healthcode.policy.facts import Fact
from healthcode.policy.ruleset import Release
from tests.healthcode.second_opinion.days import day_of
from tests.healthcode.second_opinion.matching import speaks_of
from tests.healthcode.second_opinion.person import Person

HOUR = 3600


def released_at(release: Release, since: int, person: Person, *, at_once: bool) -> int | None:
    """The instant at which facts after `since` (or at it, too) first satisfied a release."""
    samples = samples_for(release, since, person, at_once=at_once)
    if release.consecutive_days:
        return _days_in_a_row(samples, release.consecutive_days, person.ruleset.calendar)
    satisfied = [some for some in combinations(samples, release.count) if suffice(some, release)]
    return min((max(fact.occurred_at for fact in some) for some in satisfied), default=None)


def samples_for(release: Release, since: int, person: Person, *, at_once: bool) -> list[Fact]:
    """The facts that count for a release: those after `since`, or at it, too."""
    return [
        fact
        for fact in person.facts
        if speaks_of(release.match, fact, person)
        and (fact.occurred_at > since or (at_once and fact.occurred_at == since))
    ]


def suffice(some: Iterable[Fact], release: Release) -> bool:
    """Whether facts lie far enough apart, near enough together and differ as they must."""
    times = sorted(fact.occurred_at for fact in some)
    if any(after - before < release.gap_hours * HOUR for before, after in pairwise(times)):
        return False
    if release.within_hours is not None and times[-1] - times[0] > release.within_hours * HOUR:
        return False
    if release.distinct is None:
        # Two readings of one sampling are one sample, unless laboratories are to differ.
        return len(set(times)) == len(times)
    values = [fact.details.get(release.distinct) for fact in some]
    return None not in values and len(set(values)) == len(values)


def _days_in_a_row(reports: list[Fact], count: int, zone: str) -> int | None:
    """The first report that makes so many local days in a row with one."""
    for report in sorted(reports, key=lambda fact: fact.occurred_at):
        last = day_of(report.occurred_at, zone)
        said = {day_of(r.occurred_at, zone) for r in reports if r.occurred_at <= report.occurred_at}
        if all(last - timedelta(days=n) in said for n in range(count)):
            return report.occurred_at
    return None
