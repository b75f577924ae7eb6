"""What is known of one person, and the releases that samples and reports fulfil."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from healthcode.policy.facts import Fact, as_set
from healthcode.policy.instants import HOUR, Calendar
from healthcode.policy.marks import Marks
from healthcode.policy.matching import Predicate, predicate
from healthcode.policy.ruleset import Release

_BY_TIME = attrgetter("occurred_at")


class Person:
    """The facts of one person, sorted by when they happened."""

    __slots__ = ("cases", "facts", "legs", "reports", "samples")

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Sort the facts once by kind; those still to come stay among them."""
        self.facts = sorted(facts, key=_BY_TIME)
        by_kind: dict[str, list[Fact]] = {}
        for fact in self.facts:
            by_kind.setdefault(fact.kind, []).append(fact)
        self.samples = by_kind.get("test", [])
        self.reports = by_kind.get("health_report", [])
        self.cases = by_kind.get("case", [])
        self.legs = as_set(by_kind.get("travel", []))

    def sampled(self, start: int, at: int) -> bool:
        """Whether a PCR sample of any result was taken from `start` on, by `at`."""
        return any(
            start <= fact.occurred_at <= at and fact.details["method"] == "pcr"
            for fact in self.samples
        )

    def reported(self, start: int, at: int) -> bool:
        """Whether a health report was made from `start` on, by `at`."""
        return any(start <= fact.occurred_at <= at for fact in self.reports)


@dataclass(frozen=True, slots=True)
class CompiledRelease:
    """A release ready to be asked; times in seconds."""

    of_samples: bool
    matches: Predicate
    inclusive: bool
    count: int
    gap: int
    within: int | None
    distinct: str | None
    consecutive_days: int | None
    calendar: Calendar

    def met(self, person: Person, floor: int, at: int) -> bool:
        """Whether the facts from `floor` on, known by `at`, fulfil it."""
        found = self.found(person, floor, at)
        if self.consecutive_days is not None:
            return _longest_run({self.calendar.day_of(f.occurred_at) for f in found}) >= (
                self.consecutive_days
            )
        if self.count == 1:
            return bool(found)
        return any(self._ends_chain(found, i, self.count) for i in range(len(found)))

    def found(self, person: Person, floor: int, at: int) -> list[Fact]:
        """The facts that count towards it, in the order they were taken."""
        facts = person.samples if self.of_samples else person.reports
        first = floor if self.inclusive else floor + 1
        return [f for f in facts if first <= f.occurred_at <= at and self.matches(f.details)]

    def earliest(self, person: Person, floor: int, at: int, marks: Marks) -> int | None:
        """The instant before which one more sample, or a report a day, cannot fulfil it.

        None when no instant ahead stands in the way.
        """
        if self.consecutive_days is not None:
            return self._earliest_row(person, floor, at, marks, self.consecutive_days)
        if self.count == 1:
            return None
        found = self.found(person, floor, at)
        ahead = []
        for i, fact in enumerate(found):
            ready = fact.occurred_at + self.gap
            marks.perhaps(ready, at)
            if self.within is not None:
                marks.perhaps(fact.occurred_at + self.within + 1, at)
            if self._ends_chain(found, i, self.count - 1, max(ready, at)):
                ahead.append(ready)
        soonest = min(ahead, default=at)
        return soonest if soonest > at else None

    def _earliest_row(
        self, person: Person, floor: int, at: int, marks: Marks, wanted: int
    ) -> int | None:
        """00:00 of the last day that is needed, reporting every day from now on."""
        today = self.calendar.day_of(at)
        marks.perhaps(self.calendar.midnight(today + 1), at)
        days = {self.calendar.day_of(f.occurred_at) for f in self.found(person, floor, at)}
        last = today if today in days else today - 1
        row = 0
        while last - row in days:
            row += 1
        ready = self.calendar.midnight(last + wanted - row)
        return ready if ready > at else None

    def _ends_chain(
        self, found: Sequence[Fact], i: int, length: int, last: int | None = None
    ) -> bool:
        """Whether `length` facts with the gap between them end with the i-th of `found`."""
        fact = found[i]
        if self.distinct and fact.details.get(self.distinct) is None:
            return False
        latest = fact.occurred_at if last is None else last
        oldest = None if self.within is None else latest - self.within
        if oldest is not None and fact.occurred_at < oldest:
            return False
        return self._reaches_back(found[:i], fact, length - 1, oldest, self._seen(fact))

    def _reaches_back(
        self,
        earlier: Sequence[Fact],
        after: Fact,
        need: int,
        oldest: int | None,
        seen: frozenset[Any],
    ) -> bool:
        if need == 0:
            return True
        for j, fact in enumerate(earlier):
            if oldest is not None and fact.occurred_at < oldest:
                continue
            if not self._fits(fact, after, seen):
                continue
            if self._reaches_back(earlier[:j], fact, need - 1, oldest, seen | self._seen(fact)):
                return True
        return False

    def _fits(self, fact: Fact, after: Fact, seen: frozenset[Any]) -> bool:
        if after.occurred_at - fact.occurred_at < self.gap:
            return False
        if self.distinct is None:
            return after.occurred_at > fact.occurred_at
        value = fact.details.get(self.distinct)
        return value is not None and value not in seen

    def _seen(self, fact: Fact) -> frozenset[Any]:
        return frozenset((fact.details.get(self.distinct),)) if self.distinct else frozenset()


def compile_release(release: Release, scope: str, calendar: Calendar) -> CompiledRelease:
    """Prepare a release: hours become seconds, conditions a predicate."""
    return CompiledRelease(
        of_samples=release.match.kind == "test",
        matches=predicate(release.match, scope),
        inclusive=release.from_opening,
        count=release.count,
        gap=release.gap_hours * HOUR,
        within=None if release.within_hours is None else release.within_hours * HOUR,
        distinct=release.distinct,
        consecutive_days=release.consecutive_days,
        calendar=calendar,
    )


def _longest_run(days: set[int]) -> int:
    longest = 0
    for day in days:
        if day - 1 not in days:
            run = 1
            while day + run in days:
                run += 1
            longest = max(longest, run)
    return longest
