"""What the rules ask to be done about a contact, whatever samples there are."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from healthcode.policy import CompiledRules, Fact
from healthcode.policy.compiled import CompiledRule
from healthcode.policy.ruleset import AS_ORDERED
from tracing.models import ContactGrade, TaskKind
from tracing.windows import at_instant

# Hours from when a contact was found. The protocols name deadlines for the transfer only: eight
# for close contacts, twelve for their contacts. The call comes first, so it has half of that.
TO_PLACE = {ContactGrade.CLOSE: timedelta(hours=8), ContactGrade.SECONDARY: timedelta(hours=12)}
TO_CALL = {grade: until / 2 for grade, until in TO_PLACE.items()}


class Asked(NamedTuple):
    """One thing to be done; `wanted`: the place, in the words of the rules."""

    kind: TaskKind
    wanted: str
    starts_at: datetime
    due_at: datetime


class Known(NamedTuple):
    """What is known of a contact: as evidence would tell it, and when it was found."""

    grade: ContactGrade
    level: int
    setting: str
    first_at: int
    last_at: int | None
    found_at: datetime


class _Part(NamedTuple):
    """One phase of a rule: epoch seconds; `end` None: as long as the contact goes on."""

    number: int
    start: int
    end: int | None


def asked_of(contact: Known, rules: CompiledRules) -> tuple[Asked, ...]:
    """A call, the places to stay and the test days of every phase; nothing of casual contacts.

    The days are those that `decide` names as owed at some instant by somebody who takes every
    test and is well. What was over before the contact was found is not asked.
    """
    if contact.grade not in TO_CALL:
        return ()
    due = contact.found_at + TO_CALL[contact.grade]
    asked = [Asked(TaskKind.CALL, "", contact.found_at, due)]
    fact = _fact(contact)
    field, by_value = rules.table.get("exposure", ("", {}))
    for rule in by_value.get(fact.details.get(field), ()):
        if rule.matches(fact.details):
            asked += _under(rule, fact, contact, rules)
    return tuple(dict.fromkeys(asked))


def by_day(contact: Known, rules: CompiledRules) -> Known:
    """The contact as if it had ended at 0:00 of its last day, where the rules count in days.

    What is asked is the same, so that it is worked out once for all who met on a day.
    """
    by_hour = any(phase.hours for rule in rules.ruleset.rules for phase in rule.phases)
    if by_hour or contact.last_at is None:
        return contact
    midnight = rules.calendar.midnight(rules.calendar.day_of(contact.last_at))
    return contact._replace(first_at=midnight, last_at=midnight)


def _fact(contact: Known) -> Fact:
    details = {
        "level": contact.level,
        "grade": contact.grade.value,
        "setting": contact.setting,
        "case": "",
    }
    known = int(contact.found_at.timestamp())
    return Fact("exposure", contact.first_at, contact.last_at, details, 0, known)


def _under(rule: CompiledRule, fact: Fact, contact: Known, rules: CompiledRules) -> Iterator[Asked]:
    for part in _parts(rule, fact):
        yield from _place(rule, part, contact)
        yield from _tests(rule, part, fact, rules)


def _parts(rule: CompiledRule, fact: Fact) -> Iterator[_Part]:
    """The phases in order. While a contact goes on no day has begun: it is in the first."""
    window = rule.window(fact)
    if window is None:
        return
    if window.clock is None:
        yield _Part(0, window.start, None)
        return
    start, ends = window.start, rule.ends(window.clock)
    for number in range(len(rule.rule.phases)):
        end = ends[number] if number < len(ends) else window.end
        yield _Part(number, start, end)
        if end is None:
            return
        start = max(start, end)


def _place(rule: CompiledRule, part: _Part, contact: Known) -> Iterator[Asked]:
    place = rule.rule.phases[part.number].place
    over = part.end is not None and at_instant(part.end) <= contact.found_at
    if place is None or place == AS_ORDERED or over:
        return
    start = max(at_instant(part.start), contact.found_at)
    yield Asked(TaskKind.PLACE, place, start, start + TO_PLACE[contact.grade])


def _tests(rule: CompiledRule, part: _Part, fact: Fact, rules: CompiledRules) -> Iterator[Asked]:
    if fact.ended_at is None:
        return
    calendar = rules.calendar
    day_0 = calendar.day_of(fact.ended_at) + rule.days_before[part.number]
    for day in rule.rule.phases[part.number].test_days:
        start, by = calendar.midnight(day_0 + day), calendar.midnight(day_0 + day + 1)
        if by > (fact.recorded_at or 0):
            yield Asked(TaskKind.TEST, "", at_instant(start), at_instant(by))
