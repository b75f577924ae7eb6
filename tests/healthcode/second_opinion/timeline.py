"""The stretches of a rule on a fact: from when to when each of its phases holds."""

from dataclasses import dataclass, replace

from healthcode.policy.facts import Fact
from healthcode.policy.ruleset import Phase, Release, Rule
from tests.healthcode.second_opinion.days import day_of, end_of_day, start_of_day
from tests.healthcode.second_opinion.matching import speaks_of
from tests.healthcode.second_opinion.person import Person, closed_at
from tests.healthcode.second_opinion.releases import released_at

FOREVER = 1 << 60
BEFORE_CLOSING = {"discharged": "confirmed", "excluded": "suspected"}


@dataclass(frozen=True)
class Span:
    """A fact as a rule sees it: when it begins to hold, its clock, and its own end."""

    fact: Fact
    start: int
    clock: int | None
    end: int = FOREVER
    resident: bool = False

    @property
    def opens(self) -> int:
        """The fact's own start: a screening is owed before its deadline can be missed."""
        return self.fact.occurred_at if self.fact.kind == "screening_due" else self.start

    def opening(self, release: Release) -> int | None:
        """From when the samples of a release count; none while no clock has started.

        Residents have no clock: theirs count from being there while it is listed.
        """
        if self.resident:
            return self.start
        ongoing = self.clock is None
        return self.opens if release.from_opening and not ongoing else self.clock


@dataclass(frozen=True)
class Stretch:
    """One phase in time; `first_day` is the clock's day with which its days are counted.

    From `start` to `end` it holds. Its own days run from `begins` to `due`: it may wait for
    tests beyond them, and the one after it then begins late.
    """

    phase: Phase
    start: int
    end: int
    begins: int
    due: int
    first_day: int = 0


@dataclass(frozen=True)
class Course:
    """A rule's whole course on a fact."""

    rule: Rule
    span: Span
    stretches: tuple[Stretch, ...]
    over: int


def courses_of(rule: Rule, fact: Fact, person: Person) -> list[Course]:
    """The courses of a rule on a fact: one, none, or for an open and closed episode two."""
    return [_course(rule, span, person) for span in _spans(rule, fact, person)]


def _spans(rule: Rule, fact: Fact, person: Person) -> list[Span]:
    if rule.when is None:
        return []
    if fact.kind == "case":
        return _episode(rule, fact, person)
    if not speaks_of(rule.when, fact, person):
        return []
    if fact.kind == "area_stay":
        return _stay(rule.when.left, fact, person)
    return [_span(fact)]


def _span(fact: Fact) -> Span:
    match fact.kind:
        case "exposure" | "companion":
            return Span(fact, fact.occurred_at, fact.ended_at)
        case "travel":
            return Span(fact, fact.ended_at or 0, fact.ended_at)
        case "order":
            return Span(fact, fact.occurred_at, fact.occurred_at, fact.ended_at or FOREVER)
        case "screening_due":
            return Span(fact, fact.details["by"], fact.details["by"])
        case _:
            return Span(fact, fact.occurred_at, fact.occurred_at)


def _episode(rule: Rule, fact: Fact, person: Person) -> list[Span]:
    """A closed case was an open one until the instant that closed it."""
    assert rule.when is not None
    spans = []
    status, end = fact.details["status"], fact.ended_at
    before = {**fact.details, "status": BEFORE_CLOSING.get(status, status)}
    if speaks_of(rule.when, fact._replace(details=before), person):
        spans.append(Span(fact, fact.occurred_at, fact.occurred_at, end or FOREVER))
    if end is not None and speaks_of(rule.when, fact, person):
        spans.append(Span(fact, end, end))
    return spans


def _stay(left: bool | None, fact: Fact, person: Person) -> list[Span]:
    listed = fact.details.get("tier_from") or -FOREVER
    lifted = fact.details.get("tier_to") or FOREVER
    leaving = fact.ended_at if fact.ended_at is not None else FOREVER
    there = fact.occurred_at < lifted and listed < leaving
    if left is False:
        return [Span(fact, max(listed, fact.occurred_at), None, min(leaving, lifted), True)]
    if not there and not _listed_soon(listed, leaving, person):
        return []
    if left:
        return [] if fact.ended_at is None else [Span(fact, max(leaving, listed), leaving)]
    return [Span(fact, max(listed, fact.occurred_at), fact.ended_at)]


def _listed_soon(listed: int, leaving: int, person: Person) -> bool:
    """Whether a listing began within so many days of a person's leaving."""
    if leaving == FOREVER or listed < leaving:
        return False
    zone = person.ruleset.calendar
    return (day_of(listed, zone) - day_of(leaving, zone)).days <= person.ruleset.lookahead_days


def _course(rule: Rule, span: Span, person: Person) -> Course:
    stretches = _stretches(rule, span, person)
    over = min(_over(rule, span, person), max(s.end for s in stretches))
    cut = tuple(replace(s, end=min(s.end, over)) for s in stretches)
    return Course(rule, span, cut, over)


def _over(rule: Rule, span: Span, person: Person) -> int:
    """When something other than its days ends the course: a release, a closing, the fact."""
    ends = [span.end, closed_at(span.fact, person)]
    release = rule.released_by
    opens = span.opening(release) if release else None
    if release and opens is not None:
        ends.append(released_at(release, opens, person, at_once=release.from_opening))
    return min(end for end in ends if end is not None)


def _stretches(rule: Rule, span: Span, person: Person) -> list[Stretch]:
    """Phases one after the other; while the clock stands still the first one goes on."""
    if span.clock is None:
        return [Stretch(rule.phases[0], span.start, FOREVER, span.start, FOREVER)]
    stretches: list[Stretch] = []
    start, begins, day = span.start, span.start, 0
    for phase in rule.phases:
        due = stretches[-1].due if stretches else span.clock
        end = _end_of(phase, due, day, span.clock, person)
        last = _outlasting(rule, day, end, span, person)
        stretches.append(Stretch(phase, start, last, begins, end, day))
        start, begins = max(start, last), max(begins, end)
        day += phase.days or 0
    return stretches


def _end_of(phase: Phase, due: int, day: int, clock: int, person: Person) -> int:
    if phase.days is not None:
        return end_of_day(clock, day + phase.days, person.ruleset.calendar)
    return FOREVER if phase.hours is None else due + phase.hours * 3600


def _outlasting(rule: Rule, day: int, end: int, span: Span, person: Person) -> int:
    """The end of a phase that may wait for tests: the one that holds `from_day`."""
    needs, zone, clock = rule.release_needs, person.ruleset.calendar, span.clock or 0
    if needs is None:
        return end
    opens = start_of_day(clock, needs.from_day, zone)
    begins = start_of_day(clock, day + 1, zone) if day else 0
    if not begins <= opens < end:
        return end
    there = released_at(needs.release, opens, person, at_once=True)
    lapse = end_of_day(clock, needs.lapses_day, zone)
    return max(end, lapse if there is None else min(there, lapse))
