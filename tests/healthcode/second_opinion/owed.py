"""What a course owes at an instant: a place, tests, reports."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from healthcode.policy.ruleset import AS_ORDERED
from tests.healthcode.second_opinion.days import day_of, end_of_day, midnight, start_of_day
from tests.healthcode.second_opinion.person import Person
from tests.healthcode.second_opinion.timeline import FOREVER, Course, Stretch


class Owed(NamedTuple):
    """Something owed: what, by which rule and fact, from when, by when."""

    what: str
    rule: str
    evidence: int | None
    start: int
    by: int | None


def owed_by(course: Course, current: Stretch | None, person: Person) -> list[Owed]:
    """Everything a course owes now."""
    owed = _owed_until_released(course, person)
    if current is not None:
        owed += [*_place(course, current, person.now), *_tests(course, current, person)]
        owed += _report(course, current, person)
    return owed


def each_once(owed: Iterable[Owed]) -> frozenset[Owed]:
    """What two facts owe alike under one rule is owed once, for the first of them."""
    once: dict[tuple[object, ...], Owed] = {}
    for each in sorted(owed, key=lambda each: each.evidence or 0):
        once.setdefault((each.what, each.rule, each.start, each.by), each)
    return frozenset(once.values())


def _owed_until_released(course: Course, person: Person) -> list[Owed]:
    rule, fact = course.rule, course.span.fact
    if rule.owes is None or person.now >= course.over:
        return []
    screening = fact.kind == "screening_due"
    start = course.span.opens
    by = fact.details["by"] if screening else _end(course.over)
    return [Owed(rule.owes.what, rule.id, fact.id, start, by)] if start <= person.now else []


def _end(instant: int) -> int | None:
    return None if instant == FOREVER else instant


def _place(course: Course, current: Stretch, now: int) -> list[Owed]:
    """Where to stay, and past the phase's own days what is waited for."""
    waits, clock = now >= current.due, course.span.clock
    start = current.due if waits else current.begins
    if not waits and clock is not None and clock <= now:
        start = max(start, clock)
    by = _end(current.end if waits else min(current.end, current.due))
    owed = [_where(course, current), _waited_for(course) if waits else None]
    return [Owed(what, course.rule.id, course.span.fact.id, start, by) for what in owed if what]


def _where(course: Course, current: Stretch) -> str | None:
    place = current.phase.place
    return course.span.fact.details["order"] if place == AS_ORDERED else place


def _waited_for(course: Course) -> str | None:
    needs = course.rule.release_needs
    kinds = {"test": "test", "health_report": "report"}
    return kinds[needs.release.match.kind] if needs else None


def _tests(course: Course, current: Stretch, person: Person) -> list[Owed]:
    clock, fact, zone = course.span.clock, course.span.fact, person.ruleset.calendar
    if clock is None or person.now >= current.due:
        return []
    owed = []
    for number in current.phase.test_days:
        start = start_of_day(clock, current.first_day + number, zone)
        by = end_of_day(clock, current.first_day + number, zone)
        if by > (fact.recorded_at or 0) and not _sampled(start, person):
            owed.append(Owed("test", course.rule.id, fact.id, start, by))
    return owed


def _sampled(start: int, person: Person) -> bool:
    return any(
        test.details["method"] == "pcr" and test.occurred_at >= start for test in person.tests()
    )


def _report(course: Course, current: Stretch, person: Person) -> list[Owed]:
    if not current.phase.report_daily:
        return []
    zone = person.ruleset.calendar
    today = day_of(person.now, zone)
    said = [day_of(f.occurred_at, zone) for f in person.facts if f.kind == "health_report"]
    if today in said:
        return []
    by = midnight(today + timedelta(days=1), zone)
    return [Owed("report", course.rule.id, course.span.fact.id, midnight(today, zone), by)]
