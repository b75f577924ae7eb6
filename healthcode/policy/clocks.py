"""When a rule begins to hold for a fact, and the instant its days are counted from."""

from collections.abc import Callable
from typing import NamedTuple

from healthcode.policy.facts import Fact
from healthcode.policy.instants import Calendar
from healthcode.policy.ruleset import Match
from healthcode.policy.vocabulary import CLOSED_CASE

# The only clock each kind has: never a placement, a result or a notice.
CLOCKS = {
    "test": "occurred_at",
    "vaccination": "occurred_at",
    "health_report": "occurred_at",
    "order": "occurred_at",
    "travel": "ended_at",
    "exposure": "ended_at",
    "companion": "ended_at",
    "area_stay": "ended_at",
    "case": "occurred_at",
    "screening_due": "by",
}


class Window(NamedTuple):
    """`start`: the rule holds from here. `clock`: day 0 holds it; None: not started.

    `end`: when the fact itself ends, for phases without days; None: not known.
    """

    start: int
    clock: int | None
    end: int | None


WindowOf = Callable[[Fact], Window | None]


def clock_of(match: Match) -> str:
    """The field that the clock of a rule on this match reads."""
    if match.kind == "case" and _statuses(match) & set(CLOSED_CASE):
        return "ended_at"
    if match.kind == "area_stay" and match.left is False:
        return "occurred_at"
    return CLOCKS[match.kind]


def window_of(
    match: Match, calendar: Calendar, lookahead_days: int, *, until_released: bool = False
) -> WindowOf:
    """Return the function that places a fact of this match on the time line.

    `until_released`: a rule that waits for a release does not end with a contact or a stay.
    """
    match match.kind:
        case "area_stay":
            return _stays(match.left, calendar, lookahead_days, until_released)
        case "screening_due":
            return lambda fact: Window(fact.occurred_at, fact.details["by"], fact.ended_at)
        case "exposure" | "companion":
            return lambda fact: Window(
                fact.occurred_at, fact.ended_at, None if until_released else fact.ended_at
            )
        case _:
            return _at_end if clock_of(match) == "ended_at" else _at_start


def _statuses(match: Match) -> set[str]:
    stated = [c.any_of for c in match.conditions if c.field == "status"]
    return {status for words in stated for status in words}


def _at_start(fact: Fact) -> Window:
    return Window(fact.occurred_at, fact.occurred_at, fact.ended_at)


def _at_end(fact: Fact) -> Window | None:
    if fact.ended_at is None:
        return None
    return Window(fact.ended_at, fact.ended_at, None)


def _stays(
    left: bool | None, calendar: Calendar, lookahead_days: int, until_released: bool
) -> WindowOf:
    def window(fact: Fact) -> Window | None:
        listed = fact.details.get("tier_from") or fact.occurred_at
        lifted = fact.details.get("tier_to")
        if left is False:
            return _while_there(fact, listed, lifted)
        if not _concerned(fact, listed, lifted, calendar, lookahead_days):
            return None
        if left:
            return _after_leaving(fact, listed)
        end = None if until_released else fact.ended_at
        return Window(max(fact.occurred_at, listed), fact.ended_at, end)

    return window


def _while_there(fact: Fact, listed: int, lifted: int | None) -> Window | None:
    start = max(fact.occurred_at, listed)
    ends = [at for at in (fact.ended_at, lifted) if at is not None]
    end = min(ends, default=None)
    return None if end is not None and end <= start else Window(start, start, end)


def _concerned(
    fact: Fact, listed: int, lifted: int | None, calendar: Calendar, lookahead_days: int
) -> bool:
    if lifted is not None and lifted <= fact.occurred_at:
        return False
    if fact.ended_at is None or listed < fact.ended_at:
        return True
    return listed < calendar.end_of_day(fact.ended_at, lookahead_days)


def _after_leaving(fact: Fact, listed: int) -> Window | None:
    left = fact.ended_at
    return None if left is None else Window(max(left, listed), left, None)
