"""What is known of a person at an instant: the facts as a set, and what has closed them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from healthcode.policy.facts import Fact
from healthcode.policy.ruleset import RuleSet

# One item of these is one event, whatever it touches; of the rest, touching spans are one.
EVENTS = ("test", "vaccination", "health_report", "case")


@dataclass(frozen=True)
class Person:
    """The facts that have begun by `now`, under one rule set."""

    facts: tuple[Fact, ...]
    ruleset: RuleSet
    now: int

    def tests(self) -> list[Fact]:
        """Every sample, whatever its result."""
        return [fact for fact in self.facts if fact.kind == "test"]


def person_at(facts: Iterable[Fact], ruleset: RuleSet, now: int) -> Person:
    """The person of these facts; what lies ahead is ignored.

    A fact that does not say when it was learned is taken as just learned.
    """
    known = [f if f.recorded_at is not None else f._replace(recorded_at=now) for f in facts]
    begun = [fact for fact in as_a_set(known) if fact.occurred_at <= now]
    return Person(tuple(begun), ruleset, now)


def as_a_set(facts: Iterable[Fact]) -> list[Fact]:
    """Equal facts once and touching spans joined, until nothing can be joined any more."""
    kept: list[Fact] = []
    for fact in sorted(facts, key=lambda fact: fact.occurred_at):
        same = next((other for other in kept if _are_one(other, fact)), None)
        if same is None:
            kept.append(fact)
        else:
            kept[kept.index(same)] = _joined(same, fact)
    return kept


def _are_one(earlier: Fact, later: Fact) -> bool:
    if earlier.kind != later.kind or _stated(earlier) != _stated(later):
        return False
    if earlier.kind in EVENTS:
        return (earlier.occurred_at, earlier.ended_at) == (later.occurred_at, later.ended_at)
    return earlier.ended_at is None or later.occurred_at <= earlier.ended_at


def _stated(fact: Fact) -> dict[str, Any]:
    return {name: value for name, value in fact.details.items() if value is not None}


def _joined(earlier: Fact, later: Fact) -> Fact:
    ends = (earlier.ended_at, later.ended_at)
    return earlier._replace(
        ended_at=None if None in ends else max(end for end in ends if end is not None),
        id=min(earlier.id, later.id) if earlier.occurred_at == later.occurred_at else earlier.id,
        recorded_at=min(fact.recorded_at or 0 for fact in (earlier, later)),
    )


def closed_at(fact: Fact, person: Person) -> int | None:
    """The first end of a case that closes this fact, if there is one."""
    ends = [
        case.ended_at
        for case in person.facts
        if case.kind == "case" and case.ended_at is not None and _closes(case, fact)
    ]
    return min(ends, default=None)


def _closes(case: Fact, fact: Fact) -> bool:
    status, end = case.details["status"], case.ended_at or 0
    if fact.kind == "test" and fact.details["result"] == "positive":
        return status in ("discharged", "excluded") and fact.occurred_at <= end
    if fact.kind == "exposure" and fact.ended_at is not None:
        return status == "discharged" and fact.ended_at <= end
    return False
