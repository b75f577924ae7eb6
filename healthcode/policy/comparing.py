"""What other rules would change: people counted by colour before and after, and why."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from healthcode.colours import Colour
from healthcode.policy.decision import Decision, Reason
from healthcode.policy.facts import Fact
from healthcode.policy.instants import DAY
from healthcode.policy.vocabulary import KINDS

#: Examples kept of each change, and changes shown as the largest.
EXAMPLES, LARGEST = 2, 10


class Change(NamedTuple):
    """People of one region who go from one colour to another; `rule` is the worst one behind it.

    Where it gets better that is the rule that no longer holds.
    """

    region: str
    before: str
    after: str
    rule: str


class Comparison:
    """Counts of changes over many people, and a few of them as examples without a name."""

    def __init__(self) -> None:
        """Nobody was looked at yet."""
        self.counts: Counter[Change] = Counter()
        self.reasons_only = 0
        self.examples: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(
        self, region: str, before: Decision, after: Decision, facts: Sequence[Fact], now: int
    ) -> None:
        """Count one person decided under both rules."""
        change = Change(region, before.colour.word, after.colour.word, _cause(before, after))
        self.counts[change] += 1
        if before.colour != after.colour:
            self._keep(change, before, after, facts, now)
        elif _rules(before) != _rules(after):
            self.reasons_only += 1

    def to_json(self) -> dict[str, Any]:
        """Everything counted so far, to go on from later."""
        counts = [[*change, people] for change, people in self.counts.items()]
        return {
            "counts": counts,
            "reasons_only": self.reasons_only,
            "examples": list(self.examples.items()),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Comparison":
        """Go on from what `to_json` said; from nothing where that is empty."""
        comparison = cls()
        for *change, people in data.get("counts", ()):
            comparison.counts[Change(*change)] = people
        comparison.reasons_only = data.get("reasons_only", 0)
        comparison.examples.update(data.get("examples", ()))
        return comparison

    def report(self) -> dict[str, Any]:
        """Totals, the matrix of colours, the same by region and reason, the largest changes.

        `worse_share`: of everybody looked at. Unassessed stands outside the order: from and to
        it nobody turns better or worse.
        """
        people = self.counts.total()
        worse = _sum(self.counts, _is_worse)
        changed = Counter({c: n for c, n in self.counts.items() if c.before != c.after})
        return {
            "people": people,
            "worse": worse,
            "better": _sum(self.counts, lambda change: _is_worse(_turned(change))),
            "worse_share": worse / people if people else 0.0,
            "reasons_only": self.reasons_only,
            "matrix": _matrix(self.counts),
            "by_region": _by_region(self.counts),
            "by_reason": _by_reason(changed),
            "largest": [_as_dict(change, n) for change, n in changed.most_common(LARGEST)],
            "examples": [each for _, kept in sorted(self.examples.items()) for each in kept],
        }

    def _keep(
        self, change: Change, before: Decision, after: Decision, facts: Sequence[Fact], now: int
    ) -> None:
        kept = self.examples[f"{change.before} {change.after} {change.rule}"]
        if len(kept) < EXAMPLES:
            kept.append(
                {
                    **change._asdict(),
                    "reasons_before": _rules(before),
                    "reasons_after": _rules(after),
                    "evidence": [_anonymous(fact, now) for fact in facts],
                }
            )


def _cause(before: Decision, after: Decision) -> str:
    decisive: Sequence[Reason] = after.reasons or before.reasons
    if after.colour < before.colour and before.reasons:
        kept = set(_rules(after))
        decisive = [r for r in before.reasons if r.rule not in kept] or before.reasons
    return decisive[0].rule if decisive else ""


def _rules(decision: Decision) -> list[str]:
    return [reason.rule for reason in decision.reasons]


def _anonymous(fact: Fact, now: int) -> dict[str, Any]:
    """A fact by kind, whole days ago and what rules read of it: no instant, no identifier."""
    fields = KINDS[fact.kind].fields
    told = {
        name: value
        for name, value in fact.details.items()
        if value is not None and fields[name].in_rules
    }
    ended = None if fact.ended_at is None else (now - fact.ended_at) // DAY
    days = (now - fact.occurred_at) // DAY
    return {"kind": fact.kind, "days_ago": days, "ended_days_ago": ended, "details": told}


def _is_worse(change: Change) -> bool:
    before, after = Colour[change.before.upper()], Colour[change.after.upper()]
    return Colour.UNASSESSED not in (before, after) and after > before


def _turned(change: Change) -> Change:
    return change._replace(before=change.after, after=change.before)


def _sum(counts: Mapping[Change, int], wanted: Callable[[Change], bool]) -> int:
    return sum(people for change, people in counts.items() if wanted(change))


def _matrix(counts: Mapping[Change, int]) -> dict[str, dict[str, int]]:
    words = [colour.word for colour in Colour]
    matrix = {before: dict.fromkeys(words, 0) for before in words}
    for change, people in counts.items():
        matrix[change.before][change.after] += people
    return matrix


def _by_region(counts: Mapping[Change, int]) -> list[dict[str, Any]]:
    regions: dict[str, Counter[Change]] = defaultdict(Counter)
    for change, people in counts.items():
        regions[change.region][change] = people
    return [
        {
            "region": region,
            "people": inside.total(),
            "worse": _sum(inside, _is_worse),
            "better": _sum(inside, lambda change: _is_worse(_turned(change))),
            "matrix": _matrix(inside),
        }
        for region, inside in sorted(regions.items())
    ]


def _by_reason(changed: Mapping[Change, int]) -> list[dict[str, Any]]:
    reasons: Counter[tuple[str, str, str]] = Counter()
    for change, people in changed.items():
        reasons[change.rule, change.before, change.after] += people
    return [
        {"rule": rule, "before": before, "after": after, "people": people}
        for (rule, before, after), people in reasons.most_common()
    ]


def _as_dict(change: Change, people: int) -> dict[str, Any]:
    return {**change._asdict(), "people": people}
