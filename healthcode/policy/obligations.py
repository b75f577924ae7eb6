"""What a person owes while a rule stands: tests, reports, staying in. Never a colour."""

from collections.abc import Iterator

from healthcode.policy.decision import Obligation
from healthcode.policy.facts import Fact
from healthcode.policy.phases import Stage, Standing
from healthcode.policy.ruleset import AS_ORDERED


def obligations_of(here: Standing, fact: Fact, stage: Stage | None) -> Iterator[Obligation]:
    """Everything owed for one fact under one rule at an instant."""
    yield from _until_released(here, fact, stage)
    if stage is None:
        return
    yield from _stay(here, fact, stage)
    if stage.extended:
        yield _owed(here, fact, "test", stage.start, stage.end)
    else:
        yield from _tests(here, fact, stage)
    if stage.phase.report_daily:
        yield from _report(here, fact)


def _owed(here: Standing, fact: Fact, what: str, start: int, by: int | None) -> Obligation:
    text = here.rules.obligations[what]
    return Obligation(what, here.rule.rule.id, fact.id, start, by, text)


def _until_released(here: Standing, fact: Fact, stage: Stage | None) -> Iterator[Obligation]:
    owes = here.rule.rule.owes
    waiting = here.rule.clock_is_deadline and here.window.clock is not None
    if owes is None or (stage is None and not (waiting and here.at < (here.window.clock or 0))):
        return
    by = here.window.clock if waiting else stage and stage.until
    yield Obligation(owes.what, here.rule.rule.id, fact.id, here.window.start, by, owes.text)


def _stay(here: Standing, fact: Fact, stage: Stage) -> Iterator[Obligation]:
    place = stage.phase.place
    if place == AS_ORDERED:
        place = fact.details["order"]
    if place is not None:
        here.marks.surely(stage.end)
        yield _owed(here, fact, place, stage.start, stage.end)


def _tests(here: Standing, fact: Fact, stage: Stage) -> Iterator[Obligation]:
    """The phase's test days without a sample on the day or later.

    A day gone before the fact was recorded is not owed; where that is unknown, a day gone
    is not owed. Any other day gone is overdue until a sample is taken or the phase ends.
    """
    if here.window.clock is None:
        return
    calendar = here.rules.calendar
    day_0 = calendar.day_of(here.window.clock) + here.rule.days_before[stage.number]
    for day in stage.phase.test_days:
        start, by = calendar.midnight(day_0 + day), calendar.midnight(day_0 + day + 1)
        if by <= (here.at if fact.recorded_at is None else fact.recorded_at):
            continue
        if not here.person.sampled(start, here.at):
            if fact.recorded_at is None:
                here.marks.surely(by)
            yield _owed(here, fact, "test", start, by)


def _report(here: Standing, fact: Fact) -> Iterator[Obligation]:
    calendar = here.rules.calendar
    today = calendar.day_of(here.at)
    start, by = calendar.midnight(today), calendar.midnight(today + 1)
    here.marks.perhaps(by, here.at)
    if not here.person.reported(start, here.at):
        yield _owed(here, fact, "report", start, by)
