"""A rule set made ready for deciding: predicates, windows and look-up tables, built once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from healthcode.policy.clocks import WindowOf, clock_of, window_of
from healthcode.policy.facts import Fact
from healthcode.policy.instants import HOUR, Calendar
from healthcode.policy.matching import Predicate, predicate
from healthcode.policy.releases import CompiledRelease, compile_release
from healthcode.policy.ruleset import Entry, Match, Phase, ReleaseNeeds, Rule, RuleSet, Text
from healthcode.policy.vocabulary import CLOSED_CASE, KINDS, OPEN_CASE

Ends = Callable[[int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class CompiledNeeds:
    """A phase that outlasts its days until a release; `phase` is its index."""

    release: CompiledRelease
    phase: int
    from_day: int
    lapses_day: int


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be asked. `ends` gives the end of each phase with a length."""

    rule: Rule
    order: int
    matches: Predicate
    window: WindowOf
    ends: Ends
    days_before: tuple[int, ...]
    released_by: CompiledRelease | None
    needs: CompiledNeeds | None
    entry: Entry | None
    clock_is_deadline: bool


@dataclass(frozen=True, slots=True)
class CompiledAbsence:
    """A rule that holds when no fact like this has come for so many days."""

    rule: Rule
    order: int
    of_samples: bool
    matches: Predicate
    days: int
    any_pcr: bool


# For each kind: the field to look rules up by, and the rules for each of its values.
Table = Mapping[str, tuple[str, Mapping[str | None, tuple[CompiledRule, ...]]]]
# The same, for the quick look that asks only whether any rule could speak of a fact.
Gates = Mapping[str, tuple[str, Mapping[str | None, tuple[Predicate, ...]]]]


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """A rule set as `decide` and `grade` use it.

    `settled_by_sampling`: kinds of which no rule speaks once any PCR sample was taken after
    the fact began. `quick`: a person of whom no rule speaks can be decided at a glance.
    """

    ruleset: RuleSet
    calendar: Calendar
    table: Table
    gates: Gates
    absences: tuple[CompiledAbsence, ...]
    obligations: Mapping[str, Text]
    settled_by_sampling: frozenset[str]
    quick: bool

    @property
    def id(self) -> str:
        """The rule set's published name."""
        return self.ruleset.id


def compile_rules(ruleset: RuleSet) -> CompiledRules:
    """Prepare a rule set; do it once and keep the answer, it costs milliseconds."""
    calendar = Calendar(ruleset.calendar)
    rules, absences = [], []
    for order, rule in enumerate(ruleset.rules):
        if rule.when is not None:
            rules.append(_rule(rule, rule.when, order, ruleset, calendar))
        else:
            absences.append(_absence(rule, order, ruleset.scope))
    settled = _settled_by_sampling(ruleset.rules)
    return CompiledRules(
        ruleset=ruleset,
        calendar=calendar,
        table=_table(rules),
        gates=_gates(rules, settled),
        absences=tuple(absences),
        obligations=ruleset.obligations,
        settled_by_sampling=settled,
        quick=all(absence.any_pcr for absence in absences),
    )


def _rule(
    rule: Rule, when: Match, order: int, ruleset: RuleSet, calendar: Calendar
) -> CompiledRule:
    released, needs = rule.released_by, rule.release_needs
    return CompiledRule(
        rule=rule,
        order=order,
        matches=predicate(when, ruleset.scope),
        window=window_of(
            when, calendar, ruleset.lookahead_days, until_released=released is not None
        ),
        ends=_ends(rule.phases, calendar),
        days_before=_days_before(rule.phases),
        released_by=compile_release(released, ruleset.scope, calendar) if released else None,
        needs=_needs(rule, needs, ruleset.scope, calendar) if needs else None,
        entry=when.entry if when.entry and when.entry.exempt else None,
        clock_is_deadline=when.kind == "screening_due",
    )


def _ends(phases: tuple[Phase, ...], calendar: Calendar) -> Ends:
    if phases and phases[0].hours is not None:
        hours = _running([phase.hours for phase in phases])
        return lambda clock: [clock + total * HOUR for total in hours]
    days = _running([phase.days for phase in phases])
    return lambda clock: [calendar.end_of_day(clock, total) for total in days]


def _running(lengths: Sequence[int | None]) -> list[int]:
    total, totals = 0, []
    for length in lengths:
        if length is not None:
            total += length
            totals.append(total)
    return totals


def _days_before(phases: tuple[Phase, ...]) -> tuple[int, ...]:
    return tuple(sum(phase.days or 0 for phase in phases[:i]) for i in range(len(phases)))


def _needs(rule: Rule, needs: ReleaseNeeds, scope: str, calendar: Calendar) -> CompiledNeeds:
    totals = _running([phase.days for phase in rule.phases])
    phase = next(i for i, total in enumerate(totals) if needs.from_day <= total)
    release = compile_release(needs.release, scope, calendar)
    return CompiledNeeds(release, phase, needs.from_day, needs.lapses_day)


def _absence(rule: Rule, order: int, scope: str) -> CompiledAbsence:
    assert rule.absent is not None  # noqa: S101  a rule has one or the other
    match = rule.absent.match
    return CompiledAbsence(
        rule=rule,
        order=order,
        of_samples=match.kind == "test",
        matches=predicate(match, scope),
        days=rule.absent.days,
        any_pcr=_any_pcr(match),
    )


def _table(rules: list[CompiledRule]) -> Table:
    kinds = {rule.rule.when.kind for rule in rules if rule.rule.when}
    return {
        kind: (KINDS[kind].index, {v: _for_value(rules, kind, v) for v in _values(kind)})
        for kind in kinds
    }


def _values(kind: str) -> tuple[str | None, ...]:
    index = KINDS[kind].index
    return (*KINDS[kind].fields[index].values, None) if index else (None,)


def _for_value(rules: list[CompiledRule], kind: str, value: str | None) -> tuple[CompiledRule, ...]:
    return tuple(
        rule
        for rule in rules
        if rule.rule.when and rule.rule.when.kind == kind and _could_be(rule.rule.when, value)
    )


def _could_be(match: Match, value: str | None) -> bool:
    index = KINDS[match.kind].index
    for condition in match.conditions:
        if condition.field == index:
            if value is None:
                return condition.unknown
            if condition.any_of:
                return value in condition.any_of
            return value not in condition.none_of
    return True


def _settled_by_sampling(rules: Sequence[Rule]) -> frozenset[str]:
    kinds = {rule.when.kind for rule in rules if rule.when}
    waiting = {rule.when.kind for rule in rules if rule.when and not _ends_by_sampling(rule)}
    return frozenset(kinds - waiting)


def _ends_by_sampling(rule: Rule) -> bool:
    released = rule.released_by
    if released is None or rule.when is None or clock_of(rule.when) != "by":
        return False
    return released.from_opening and released.count == 1 and _any_pcr(released.match)


def _any_pcr(match: Match) -> bool:
    stated = [(condition.field, condition.any_of) for condition in match.conditions]
    return match.kind == "test" and stated == [("method", ("pcr",))]


def _gates(rules: list[CompiledRule], settled: frozenset[str]) -> Gates:
    gates = {
        kind: (field, {value: tuple(r.matches for r in found) for value, found in values.items()})
        for kind, (field, values) in _table(rules).items()
        if kind not in settled
    }
    if "case" in gates:
        # A closed case is an open one before it closes: what is stated does not show that.
        always: tuple[Predicate, ...] = (lambda details: True,)
        gates["case"] = ("status", dict.fromkeys((*OPEN_CASE, *CLOSED_CASE), always))
    return gates


def counts_as_entry(fact: Fact, entry: Entry, legs: Sequence[Fact], calendar: Calendar) -> bool:
    """Whether a leg into the country counts.

    One from an exempt country does when another leg left a third country shortly before.
    """
    if fact.details["from_country"] not in entry.exempt:
        return True
    arrival = fact.ended_at or fact.occurred_at
    oldest = calendar.midnight(calendar.day_of(arrival) - entry.third_country_days)
    home = {entry.into, *entry.exempt}
    return any(
        leg.details["from_country"] not in home and oldest <= leg.occurred_at <= arrival
        for leg in legs
    )
