"""Where a rule stands at an instant: which phase, until when, and when it could end."""

from collections.abc import Sequence
from typing import NamedTuple

from healthcode.policy.clocks import Window
from healthcode.policy.compiled import CompiledNeeds, CompiledRule, CompiledRules
from healthcode.policy.marks import Marks
from healthcode.policy.releases import Person
from healthcode.policy.ruleset import Phase


class Stage(NamedTuple):
    """The phase a rule is in.

    `number`: its index. `end`: of its own days. `until`: when its colour ends with facts
    unchanged. `extended`: it has outlasted its days.
    """

    phase: Phase
    number: int
    start: int
    end: int | None
    until: int | None
    earliest: int | None
    extended: bool = False


class Standing(NamedTuple):
    """What a stage is worked out from."""

    rule: CompiledRule
    window: Window
    person: Person
    rules: CompiledRules
    at: int
    marks: Marks


def stage_of(here: Standing) -> Stage | None:
    """The phase at an instant, or None before the first and after the last."""
    clock = here.window.clock
    if clock is None:
        return Stage(here.rule.rule.phases[0], 0, here.window.start, None, None, None)
    if here.rule.clock_is_deadline and here.at < clock:
        here.marks.perhaps(clock, here.at)
        return None
    ends = here.rule.ends(clock)
    return _extended(here, clock, ends) or _running(here, clock, ends)


def _extended(here: Standing, clock: int, ends: Sequence[int]) -> Stage | None:
    needs = here.rule.needs
    if needs is None or here.at < ends[needs.phase]:
        return None
    lapse = here.rules.calendar.end_of_day(clock, needs.lapses_day)
    if here.at >= lapse or _satisfied(here, needs, clock):
        return None
    phase = here.rule.rule.phases[needs.phase]
    return Stage(phase, needs.phase, ends[needs.phase], lapse, lapse, None, extended=True)


def _satisfied(here: Standing, needs: CompiledNeeds, clock: int) -> bool:
    calendar = here.rules.calendar
    floor = calendar.midnight(calendar.day_of(clock) + needs.from_day)
    return needs.release.met(here.person, floor, here.at)


def _running(here: Standing, clock: int, ends: Sequence[int]) -> Stage | None:
    start = here.window.start if here.at < clock else max(here.window.start, clock)
    for number, phase in enumerate(here.rule.rule.phases):
        end = ends[number] if number < len(ends) else here.window.end
        if end is None or here.at < end:
            last = _last_of_colour(here, number)
            colour_ends = ends[last] if last < len(ends) else here.window.end
            return _stage(here, phase, number, start, end, last, colour_ends)
        start = max(start, end)
    return None


def _last_of_colour(here: Standing, number: int) -> int:
    """The last of the phases in a row that have the colour of this one."""
    phases = here.rule.rule.phases
    while number + 1 < len(phases) and phases[number + 1].colour == phases[number].colour:
        number += 1
    return number


def _stage(
    here: Standing,
    phase: Phase,
    number: int,
    start: int,
    end: int | None,
    last: int,
    colour_ends: int | None,
) -> Stage:
    until = earliest = colour_ends
    needs = here.rule.needs
    clock = here.window.clock
    prolongs = needs is not None and number <= needs.phase <= last
    if needs and prolongs and clock is not None and not _satisfied(here, needs, clock):
        lapse = here.rules.calendar.end_of_day(clock, needs.lapses_day)
        until = None if until is None else max(until, lapse)
    if here.rule.released_by is not None:
        earliest = here.rule.released_by.earliest(
            here.person, floor_of(here.rule, here.window), here.at, here.marks
        )
    return Stage(phase, number, start, end, until, earliest)


def is_released(here: Standing) -> bool:
    """Whether the samples or reports that the rule's release names are there."""
    released = here.rule.released_by
    if released is None or here.window.clock is None:
        return False
    return released.met(here.person, floor_of(here.rule, here.window), here.at)


def floor_of(rule: CompiledRule, window: Window) -> int:
    """The instant from which samples count towards the rule's release."""
    released = rule.released_by
    if released is not None and released.inclusive:
        return window.start
    return window.start if window.clock is None else window.clock
