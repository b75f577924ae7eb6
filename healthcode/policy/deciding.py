"""The colour: a fold over a set of facts. Nothing else decides."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from healthcode.colours import Colour
from healthcode.policy.clocks import Window
from healthcode.policy.compiled import (
    CompiledAbsence,
    CompiledRule,
    CompiledRules,
    counts_as_entry,
)
from healthcode.policy.decision import Decision, Obligation, Reason
from healthcode.policy.errors import NoColourPart
from healthcode.policy.facts import Fact, as_set, still_open
from healthcode.policy.marks import NEVER, Marks
from healthcode.policy.matching import Predicate
from healthcode.policy.obligations import obligations_of
from healthcode.policy.phases import Standing, is_released, stage_of
from healthcode.policy.releases import Person
from healthcode.policy.ruleset import Rule

_LONG_AGO = -NEVER
_NO_GATES: tuple[str, Mapping[str | None, tuple[Predicate, ...]]] = ("", {})
_NO_RULES: tuple[str, Mapping[str | None, tuple[CompiledRule, ...]]] = ("", {})


class Application(NamedTuple):
    """A rule and a fact it speaks of; `closed_at`: a case record ends it from here on."""

    rule: CompiledRule
    fact: Fact
    window: Window
    closed_at: int


class Snapshot(NamedTuple):
    """What holds at one instant, and when that may change without new facts."""

    colour: Colour
    reasons: tuple[Reason, ...]
    obligations: tuple[Obligation, ...]
    marks: Marks

    def differs_from(self, other: "Snapshot") -> bool:
        """Whether a reader would see another answer."""
        return self[:3] != other[:3]


def decide(facts: Sequence[Fact], rules: CompiledRules, now: int) -> Decision:
    """Return the colour that follows from a person's facts at an instant, with its reasons.

    Pure: the same set of facts, rules and instant always give the same decision, whatever
    the order of the facts. `now` is in epoch seconds. Raises `NoColourPart` for a rule set
    that only grades contacts.
    """
    if not rules.ruleset.rules:
        raise NoColourPart(ruleset=rules.id)
    return _quickly(facts, rules, now) or _fully(facts, rules, now)


def _quickly(facts: Sequence[Fact], rules: CompiledRules, now: int) -> Decision | None:
    """The answer for a person of whom no rule speaks; None when one may.

    Most people, most days: the loop is kept free of calls.
    """
    gates, settled = rules.gates, rules.settled_by_sampling
    last, opened, assessed = _LONG_AGO, _LONG_AGO, False
    for kind, occurred_at, _, details, *_ in facts:
        if occurred_at > now:
            return None
        field, by_value = gates.get(kind, _NO_GATES)
        for matches in by_value.get(details.get(field), ()):
            if matches(details):
                return None
        if kind in settled:
            opened = max(opened, occurred_at)
        if kind == "test" and details["method"] == "pcr":
            last = max(last, occurred_at)
            assessed = assessed or details["result"] != "inconclusive"
    if opened > last or not rules.quick:
        return None
    return _inert(last, assessed, rules, now)


def _inert(last: int, assessed: bool, rules: CompiledRules, now: int) -> Decision | None:
    review_at = NEVER
    if last != _LONG_AGO:
        for absence in rules.absences:
            review_at = min(review_at, rules.calendar.end_of_day(last, absence.days))
    if review_at <= now:
        return None
    colour = Colour.GREEN if assessed else Colour.UNASSESSED
    return Decision(colour, (), (), None if review_at == NEVER else review_at)


def _fully(facts: Sequence[Fact], rules: CompiledRules, now: int) -> Decision:
    applications, person = _prepare(facts, rules, now)
    snapshot = _snapshot(applications, person, rules, now)
    instants = _instants(applications, person, now)
    review_at = _review_at(snapshot, instants, applications, person, rules)
    return Decision(snapshot.colour, snapshot.reasons, snapshot.obligations, review_at)


def _prepare(
    facts: Sequence[Fact], rules: CompiledRules, now: int
) -> tuple[list[Application], Person]:
    person = Person(facts)
    before = [was for case in person.cases if (was := still_open(case, now))]
    spoken_of = [fact for fact in (*facts, *before) if _looked_up(fact, rules)]
    applications = [
        application
        for fact in (as_set(spoken_of) if len(spoken_of) > 1 else spoken_of)
        for rule in _looked_up(fact, rules)
        if rule.matches(fact.details) and (application := _apply(rule, fact, person, rules))
    ]
    return applications, person


def _looked_up(fact: Fact, rules: CompiledRules) -> tuple[CompiledRule, ...]:
    field, by_value = rules.table.get(fact.kind, _NO_RULES)
    return by_value.get(fact.details.get(field), ())


def _apply(
    rule: CompiledRule, fact: Fact, person: Person, rules: CompiledRules
) -> Application | None:
    window = rule.window(fact)
    entry = rule.entry
    if window is None:
        return None
    if entry is not None and not counts_as_entry(fact, entry, person.legs, rules.calendar):
        return None
    return Application(rule, fact, window, _closed_at(fact, person.cases))


def _closed_at(fact: Fact, cases: Iterable[Fact]) -> int:
    """When a case record ends what follows from a fact.

    A discharge or an exclusion closes the positive tests sampled up to it; a discharge
    also the exposures that had ended by then.
    """
    closing: tuple[str, ...]
    if fact.kind == "test" and fact.details["result"] == "positive":
        last, closing = fact.occurred_at, ("discharged", "excluded")
    elif fact.kind == "exposure" and fact.ended_at is not None:
        last, closing = fact.ended_at, ("discharged",)
    else:
        return NEVER
    ends = (case.ended_at for case in cases if case.details["status"] in closing)
    return min((end for end in ends if end is not None and end >= last), default=NEVER)


def _snapshot(
    applications: Iterable[Application], person: Person, rules: CompiledRules, at: int
) -> Snapshot:
    marks = Marks()
    reasons: dict[Reason, int] = {}
    owed: set[Obligation] = set()
    for application in applications:
        reason = _assess(application, person, rules, at, marks, owed)
        if reason is not None:
            reasons[reason] = application.rule.order
    for absence in rules.absences:
        if (reason := _absent(absence, person, rules, at, marks)) is not None:
            reasons[reason] = absence.order
    ordered = tuple(sorted(reasons, key=lambda reason: _worst_first(reason, reasons[reason])))
    colour = ordered[0].colour if ordered else _without_reasons(person, at)
    return Snapshot(colour, ordered, _in_order(owed), marks)


def _assess(
    application: Application,
    person: Person,
    rules: CompiledRules,
    at: int,
    marks: Marks,
    owed: set[Obligation],
) -> Reason | None:
    rule, fact, window, closed_at = application
    marks.perhaps(window.start, at)
    if at < window.start or at >= closed_at:
        return None
    here = Standing(rule, window, person, rules, at, marks)
    if is_released(here):
        return None
    stage = stage_of(here)
    owed.update(obligations_of(here, fact, stage))
    if stage is None:
        return None
    if stage.phase.colour is None:
        marks.perhaps(stage.until or 0, at)
        return None
    since = window.start if window.clock is None else window.clock
    marks.surely(stage.until)
    marks.surely(stage.earliest)
    marks.perhaps(stage.end or 0, at)
    reason = _reason(rule.rule, stage.phase.colour, fact.id, since)
    return reason._replace(until=stage.until, earliest=stage.earliest)


def _reason(rule: Rule, colour: Colour, evidence: int | None, since: int) -> Reason:
    assert rule.release is not None  # noqa: S101  a rule with a colour says what ends it
    return Reason(colour, rule.id, evidence, since, None, None, rule.text, rule.release)


def _absent(
    absence: CompiledAbsence, person: Person, rules: CompiledRules, at: int, marks: Marks
) -> Reason | None:
    facts = person.samples if absence.of_samples else person.reports
    last = next(
        (f for f in reversed(facts) if f.occurred_at <= at and absence.matches(f.details)), None
    )
    if last is None:
        return None
    begins = rules.calendar.end_of_day(last.occurred_at, absence.days)
    marks.perhaps(begins, at)
    colour = absence.rule.phases[0].colour
    if at < begins or colour is None:
        return None
    return _reason(absence.rule, colour, None, last.occurred_at)


def _worst_first(reason: Reason, order: int) -> tuple[int, int, int, int, int]:
    until = NEVER if reason.until is None else reason.until
    evidence = -1 if reason.evidence is None else reason.evidence
    return (-reason.colour, -until, order, reason.since, evidence)


def _without_reasons(person: Person, at: int) -> Colour:
    """Green needs a PCR result; an inconclusive sample is none."""
    known = any(
        fact.occurred_at <= at
        and fact.details["method"] == "pcr"
        and fact.details["result"] != "inconclusive"
        for fact in person.samples
    )
    return Colour.GREEN if known else Colour.UNASSESSED


def _in_order(owed: set[Obligation]) -> tuple[Obligation, ...]:
    """Soonest first; the same thing owed for two facts is owed once."""
    ordered = sorted(owed, key=_soonest)
    once = {(o.rule, o.start, o.by, o.text): o for o in reversed(ordered)}
    return tuple(sorted(once.values(), key=_soonest))


def _soonest(owed: Obligation) -> tuple[int, int, str, int, str]:
    by = NEVER if owed.by is None else owed.by
    return (by, owed.start, owed.rule, owed.evidence or 0, owed.what)


def _instants(applications: Iterable[Application], person: Person, now: int) -> list[int]:
    """Every instant ahead at which a fact begins, ends or closes something."""
    ahead: set[int] = set()
    for fact in person.facts:
        if fact.occurred_at > now:
            ahead.add(fact.occurred_at)
        if fact.ended_at is not None and fact.ended_at > now:
            ahead.add(fact.ended_at)
    for application in applications:
        ahead.update(at for at in application.window if at is not None and at > now)
    return sorted(ahead)


def _review_at(
    first: Snapshot,
    instants: Sequence[int],
    applications: Sequence[Application],
    person: Person,
    rules: CompiledRules,
) -> int | None:
    """The least instant ahead whose snapshot differs; every instant that may is looked at."""
    waiting: Iterator[int] = iter((*instants, NEVER))
    next_fact, current = next(waiting), first
    while True:
        marks = current.marks
        instant = min(next_fact, marks.maybe, marks.sure)
        if instant in (NEVER, marks.sure):
            return None if instant == NEVER else instant
        current = _snapshot(applications, person, rules, instant)
        if current.differs_from(first):
            return instant
        if instant == next_fact:
            next_fact = next(waiting)
