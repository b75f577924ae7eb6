"""The second opinion itself: colour, reasons, obligations and the next review."""

from collections.abc import Iterable
from typing import NamedTuple

from healthcode.colours import Colour
from healthcode.policy.facts import Fact
from healthcode.policy.ruleset import Rule, RuleSet
from tests.healthcode.second_opinion.candidates import instants_ahead
from tests.healthcode.second_opinion.days import start_of_day
from tests.healthcode.second_opinion.earliest import earliest_end
from tests.healthcode.second_opinion.matching import speaks_of
from tests.healthcode.second_opinion.owed import Owed, each_once, owed_by
from tests.healthcode.second_opinion.person import Person, person_at
from tests.healthcode.second_opinion.timeline import FOREVER, Course, Stretch, courses_of


class Because(NamedTuple):
    """A rule that holds, for which fact, since when and until when."""

    colour: Colour
    rule: str
    evidence: int | None
    since: int
    until: int | None
    earliest: int | None


class Answer(NamedTuple):
    """What a decision says, in sets."""

    colour: Colour
    reasons: frozenset[Because]
    obligations: frozenset[Owed]


def second_opinion(facts: Iterable[Fact], ruleset: RuleSet, now: int) -> tuple[Answer, int | None]:
    """The answer at an instant, and the least later one at which it differs."""
    facts = tuple(facts)
    answer = answer_at(facts, ruleset, now)
    ahead = instants_ahead(facts, ruleset, now)
    changes = (instant for instant in ahead if answer_at(facts, ruleset, instant) != answer)
    return answer, next(changes, None)


def answer_at(facts: Iterable[Fact], ruleset: RuleSet, now: int) -> Answer:
    """Colour, reasons and obligations at an instant."""
    person = person_at(facts, ruleset, now)
    reasons: set[Because] = set()
    owed: list[Owed] = []
    for rule in ruleset.rules:
        reasons.update(_absence(rule, person))
        for fact in person.facts:
            for course in courses_of(rule, fact, person):
                current = _current(course, now)
                reasons.update(_reason(course, current, person))
                owed += owed_by(course, current, person)
    return Answer(_colour(reasons, person), frozenset(reasons), each_once(owed))


def _current(course: Course, now: int) -> Stretch | None:
    return next((s for s in course.stretches if s.start <= now < s.end), None)


def _reason(course: Course, current: Stretch | None, person: Person) -> list[Because]:
    if current is None or current.phase.colour is None:
        return []
    clock, end = course.span.clock, _end_of_colour(course, current)
    since = course.span.start if clock is None else clock
    until = None if end == FOREVER else end
    earliest = earliest_end(course, current, end, person)
    fact = course.span.fact
    return [Because(current.phase.colour, course.rule.id, fact.id, since, until, earliest)]


def _end_of_colour(course: Course, current: Stretch) -> int:
    """The end of the last phase in a row that has this colour."""
    end = current.end
    for stretch in course.stretches:
        if stretch.start == end < stretch.end and stretch.phase.colour == current.phase.colour:
            end = stretch.end
    return end


def _absence(rule: Rule, person: Person) -> list[Because]:
    if rule.absent is None or rule.phases[0].colour is None:
        return []
    match, days = rule.absent.match, rule.absent.days
    last = max((f.occurred_at for f in person.facts if speaks_of(match, f, person)), default=None)
    if last is None or person.now < start_of_day(last, days + 1, person.ruleset.calendar):
        return []
    return [Because(rule.phases[0].colour, rule.id, None, last, None, None)]


def _colour(reasons: Iterable[Because], person: Person) -> Colour:
    colours = [reason.colour for reason in reasons]
    if colours:
        return max(colours)
    known = any(
        test.details["method"] == "pcr" and test.details["result"] != "inconclusive"
        for test in person.tests()
    )
    return Colour.GREEN if known else Colour.UNASSESSED
