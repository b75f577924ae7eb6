"""Facts: evidence as the policy reads it, and the set they form."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from healthcode.policy.instants import parse_instant
from healthcode.policy.vocabulary import CLOSED_CASE, KINDS


class Fact(NamedTuple):
    """One item of evidence, its times in epoch seconds.

    `details` hold null-free or null-carrying values alike; instants inside them are epoch
    seconds too. `id` is the evidence's own, handed back in reasons. `recorded_at` is when
    the service learned of it, or None when the fact is taken as just learned.
    """

    kind: str
    occurred_at: int
    ended_at: int | None
    details: Mapping[str, Any]
    id: int = 0
    recorded_at: int | None = None


_INSTANTS = {
    kind: tuple(name for name, field in spec.fields.items() if field.type == "instant")
    for kind, spec in KINDS.items()
}
# What an episode was before the instant that closed it.
_BEFORE_CLOSING = {"discharged": "confirmed", "excluded": "suspected"}


def fact_from_item(
    kind: str,
    occurred_at: Any,
    ended_at: Any,
    details: Mapping[str, Any],
    *,
    id: int = 0,  # noqa: A002  the fact's own field
    recorded_at: Any = None,
) -> Fact:
    """Make a fact of an item that `validate_item` accepts: every instant becomes seconds."""
    end = None if ended_at is None else parse_instant(ended_at)
    known = None if recorded_at is None else parse_instant(recorded_at)
    return Fact(kind, parse_instant(occurred_at), end, seconds(kind, details), id, known)


def seconds(kind: str, details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the details with their instants as epoch seconds."""
    instants = _INSTANTS[kind]
    stated = instants and [name for name in instants if details.get(name) is not None]
    if not stated:
        return details
    return {**details, **{name: parse_instant(details[name]) for name in stated}}


def as_set(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts as a set: equal ones once, touching spans with equal details joined."""
    groups: dict[tuple[Any, ...], list[Fact]] = {}
    for fact in facts:
        groups.setdefault(_sameness(fact), []).append(fact)
    return [fact for group in groups.values() for fact in _join(group)]


def still_open(fact: Fact, now: int) -> Fact | None:
    """A closed case before the instant that closes it: the open case it still is."""
    status = fact.details.get("status")
    if status not in CLOSED_CASE or fact.ended_at is None or fact.ended_at <= now:
        return None
    return fact._replace(details={**fact.details, "status": _BEFORE_CLOSING[status]})


def _sameness(fact: Fact) -> tuple[Any, ...]:
    details = fact.details.items()
    kept = sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in details if v is not None)
    return (fact.kind, _own_times(fact), tuple(kept))


def _own_times(fact: Fact) -> tuple[int | None, ...]:
    """The times that make a fact another one: an episode is never part of another."""
    if fact.kind == "case":
        return (fact.occurred_at, fact.ended_at)
    return (fact.occurred_at,) if KINDS[fact.kind].ends == "never" else ()


def _order(fact: Fact) -> tuple[int, int]:
    return (fact.occurred_at, fact.id)


def _join(group: list[Fact]) -> Iterator[Fact]:
    group.sort(key=_order)
    current = group[0]
    for fact in group[1:]:
        if _apart(current, fact):
            yield current
            current = fact
        else:
            current = _union(current, fact)
    yield current


def _apart(earlier: Fact, later: Fact) -> bool:
    if KINDS[earlier.kind].ends == "never":
        return False
    return earlier.ended_at is not None and later.occurred_at > earlier.ended_at


def _union(a: Fact, b: Fact) -> Fact:
    """One span, named by the part that began first."""
    end = None if a.ended_at is None or b.ended_at is None else max(a.ended_at, b.ended_at)
    known = [at for at in (a.recorded_at, b.recorded_at) if at is not None]
    return a._replace(ended_at=end, recorded_at=min(known, default=None))
