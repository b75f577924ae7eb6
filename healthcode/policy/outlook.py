"""What comes next: the colours ahead if nothing happens, and the soonest green."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from healthcode.colours import Colour
from healthcode.policy.compiled import CompiledRules
from healthcode.policy.deciding import decide
from healthcode.policy.facts import Fact
from healthcode.policy.instants import HOUR

#: Further ahead than any phase of the published rules; a set with longer ones says no date.
DAYS_AHEAD = 60
#: Of the changes ahead, the most that are listed.
MOST_STEPS = 20
MINUTE = 60


class Step(NamedTuple):
    """From an instant on, in epoch seconds, a colour; facts unchanged."""

    at: int
    colour: Colour


class Outlook(NamedTuple):
    """`steps`: the colours ahead if nothing else happens.

    `green_at`: the first instant of green among them. `soonest_green`: the first instant at which
    the person could be green with a negative test and a healthy report whenever one helps. Both
    None where no date is known: only a case record ends it, or it lies over `DAYS_AHEAD` away.
    """

    steps: tuple[Step, ...]
    green_at: int | None
    soonest_green: int | None


def outlook(facts: Sequence[Fact], rules: CompiledRules, now: int) -> Outlook:
    """Look ahead from an instant. Pure; costs some hundred decisions, so it is for one person."""
    steps = tuple(_steps(facts, rules, now))
    green_at = next((step.at for step in steps if step.colour is Colour.GREEN), None)
    turns = {step.at for step in steps}
    return Outlook(steps[:MOST_STEPS], green_at, _soonest_green(facts, rules, now, turns))


def _steps(facts: Sequence[Fact], rules: CompiledRules, now: int) -> Iterator[Step]:
    decision = decide(facts, rules, now)
    horizon = rules.calendar.end_of_day(now, DAYS_AHEAD)
    while True:
        at, before = decision.review_at, decision.colour
        if at is None or at > horizon:
            return
        decision = decide(facts, rules, at)
        if decision.colour is not before:
            yield Step(at, decision.colour)


def _soonest_green(
    facts: Sequence[Fact], rules: CompiledRules, now: int, turns: set[int]
) -> int | None:
    """Try every midnight ahead and every turn before it, sampled as often as could help."""
    done: list[Fact] = []
    for at in _instants(facts, rules, now, turns):
        done += _good_news(at)
        if decide([*facts, *done], rules, at + MINUTE).colour is Colour.GREEN:
            return at
    return None


def _instants(facts: Sequence[Fact], rules: CompiledRules, now: int, turns: set[int]) -> list[int]:
    calendar = rules.calendar
    today = calendar.day_of(now)
    ahead = turns | {calendar.midnight(today + day) for day in range(1, DAYS_AHEAD + 1)}
    ahead |= {fact.ended_at for fact in facts if fact.ended_at is not None}
    for rule in rules.ruleset.rules:
        if rule.released_by and rule.released_by.gap_hours:
            gap = rule.released_by.gap_hours * HOUR
            ahead |= {at + gap for at in (now + MINUTE, *(fact.occurred_at for fact in facts))}
    return [now, *sorted(at for at in ahead if at > now)]


def _good_news(at: int) -> list[Fact]:
    """A negative sample of one person's own from each of two laboratories, and no symptoms."""
    said = {"method": "pcr", "result": "negative", "pool_size": 1}
    tests = [Fact("test", at + i, None, {**said, "lab": f"{i}"}) for i in (1, 2)]
    return [*tests, Fact("health_report", at + 1, None, {"symptoms": []})]
