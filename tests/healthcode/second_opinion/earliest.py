"""The instant ahead before which a reason cannot end, whatever is sampled from now on."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, takewhile

from healthcode.policy.facts import Fact
from healthcode.policy.ruleset import Release
from tests.healthcode.second_opinion.days import day_of, midnight, start_of_day
from tests.healthcode.second_opinion.person import Person
from tests.healthcode.second_opinion.releases import HOUR, samples_for, suffice
from tests.healthcode.second_opinion.timeline import FOREVER, Course, Stretch


def earliest_end(course: Course, current: Stretch, end: int, person: Person) -> int | None:
    """The least instant at which it could end; none if no date stands in the way."""
    ways = [_by_days(course, current, end, person)]
    release = course.rule.released_by
    opens = course.span.opening(release) if release else None
    if release and opens is not None:
        ways.append(_soonest(release, opens, person, at_once=release.from_opening))
    if None in ways:
        return None
    soonest = min(way for way in ways if way is not None)
    return soonest if person.now < soonest < FOREVER else None


def _by_days(course: Course, current: Stretch, end: int, person: Person) -> int | None:
    """The end of the colour's days, or of its wait for tests that can still be taken."""
    needs, clock = course.rule.release_needs, course.span.clock
    row = _same_colour(course, current)
    if needs is None or clock is None or all(stretch.end <= stretch.due for stretch in row):
        return end
    opens = start_of_day(clock, needs.from_day, person.ruleset.calendar)
    sampled = _soonest(needs.release, opens, person, at_once=True) or 0
    return min(end, max(row[-1].due, sampled))


def _same_colour(course: Course, current: Stretch) -> list[Stretch]:
    """The current stretch and those that follow it in its colour."""
    ahead = course.stretches[course.stretches.index(current) :]
    return list(takewhile(lambda stretch: stretch.phase.colour == current.phase.colour, ahead))


def _soonest(release: Release, since: int, person: Person, *, at_once: bool) -> int | None:
    """The soonest end of a release by facts still to come; none if it is now or moves on."""
    known = samples_for(release, since, person, at_once=at_once)
    if release.consecutive_days:
        return _soonest_day(known, release.consecutive_days, since, person)
    now = max(person.now, since)
    soonest = min(_finishes(release, known, now), default=now)
    return soonest if soonest > now else None


def _finishes(release: Release, known: list[Fact], now: int) -> Iterator[int]:
    """When one more sample could complete a release; with more missing, no date is known."""
    window = release.within_hours
    for some in combinations(known, release.count - 1):
        times = [fact.occurred_at for fact in some]
        last = max(now, max(times, default=now) + release.gap_hours * HOUR)
        near = window is None or last - min(times, default=now) <= window * HOUR
        if times and near and suffice(some, release):
            yield last


def _soonest_day(known: list[Fact], count: int, since: int, person: Person) -> int | None:
    """00:00 of the first day by which reports could have come on so many days in a row."""
    zone = person.ruleset.calendar
    said = {day_of(fact.occurred_at, zone) for fact in known}
    today = last = day_of(max(person.now, since), zone)
    while not all(
        day >= today or day in said for day in (last - timedelta(days=n) for n in range(count))
    ):
        last += timedelta(days=1)
    return None if last == today else midnight(last, zone)
