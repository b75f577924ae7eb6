"""Replaying measured contact: every person once the index of a trace, and what that finds."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from healthcode.policy import CompiledRules
from healthcode.policy.ruleset import SecondHop
from healthcode.rules import compile_rules, load_named
from tracing.errors import ReplayRefused
from tracing.models import Case, ContactGrade
from tracing.services.calibrate.files import FaceToFace, read_contacts
from tracing.services.calibrate.scratch import scratch_city
from tracing.services.trace.find import find_contacts
from tracing.windows import LONGEST_ROW, Span, at_instant, contacts_part

# The reach of the badges: whom they note is about so near.
METRES = 1.5
LONGEST_STEP = int(LONGEST_ROW.total_seconds())


class Replayed(NamedTuple):
    """What traces of everybody found: pairs that met, pairs that were close, the most close
    contacts of one person; secondary contacts summed over all persons, and the most of one.
    """

    persons: int
    pairs_any: int
    pairs_close: int
    max_close: int
    secondary_sum: int
    secondary_max: int


@dataclass(frozen=True)
class _Traced:
    """Whom a trace of one person found, by grade; `met` are all of the first hop."""

    met: set[int] = field(default_factory=set)
    close: set[int] = field(default_factory=set)
    secondary: set[int] = field(default_factory=set)


def replay_encounters(*, file: Path, step: int, ruleset: str) -> Replayed:
    """Trace everybody of a file of measured contact, graded by a rule set of ours; keep nothing.

    A row of the file is a place of its own where two people stayed for `step` seconds, 1.5 m
    apart. The second hop is made whether or not the rules have one, by what is close in the
    first; there is no look-back. Raises ReplayRefused, UnknownRuleSet, NoContactsPart,
    ContactFileInvalid.
    """
    if not 1 <= step <= LONGEST_STEP:
        raise ReplayRefused(reason=f"a step is 1 to {LONGEST_STEP} seconds", step=step)
    rules = _both_hops(compile_rules(load_named(ruleset)))
    rows = read_contacts(file)
    people = sorted({person for row in rows for person in row[1:]})
    with scratch_city(rows, step):
        whole = _whole(rows, timedelta(seconds=step))
        return _counted({person: _trace(person, whole, rules) for person in people})


def _both_hops(rules: CompiledRules) -> CompiledRules:
    """The rules as they grade, with all meetings looked at, and a second hop by the same grades."""
    contacts = contacts_part(rules)
    close = tuple(rule.id for rule in contacts.rules if rule.grade == ContactGrade.CLOSE)
    second = SecondHop(grounds=close, minimum_minutes=contacts.minimum_minutes)
    asked = replace(contacts, minimum_minutes=0, second_hop=second)
    return replace(rules, ruleset=replace(rules.ruleset, contacts=asked))


def _whole(rows: Iterable[FaceToFace], step: timedelta) -> Span:
    instants = [row.at for row in rows]
    return Span(at_instant(min(instants)) - step, at_instant(max(instants)))


def _trace(person: int, whole: Span, rules: CompiledRules) -> _Traced:
    """A person traced as a case is: by the same function, statement and rules."""
    case = Case(
        citizen_id=person,
        sampled_at=whole.last,
        window_from=whole.first,
        window_until=whole.last,
        traced_until=whole.last,
    )
    traced = _Traced()
    found = find_contacts(case, rules, now=whole.last, distance_m=METRES)
    for contact in found.contacts.values():
        if any(meeting.via_id == person for meeting in contact.meetings):
            traced.met.add(contact.citizen_id)
        if contact.grade is ContactGrade.CLOSE:
            traced.close.add(contact.citizen_id)
        elif contact.grade is ContactGrade.SECONDARY:
            traced.secondary.add(contact.citizen_id)
    return traced


def _counted(traced: dict[int, _Traced]) -> Replayed:
    close = [len(one.close) for one in traced.values()]
    secondary = [len(one.secondary) for one in traced.values()]
    return Replayed(
        persons=len(traced),
        pairs_any=len(_pairs({person: one.met for person, one in traced.items()})),
        pairs_close=len(_pairs({person: one.close for person, one in traced.items()})),
        max_close=max(close),
        secondary_sum=sum(secondary),
        secondary_max=max(secondary),
    )


def _pairs(found: dict[int, set[int]]) -> set[frozenset[int]]:
    return {frozenset((one, other)) for one, others in found.items() for other in others}
