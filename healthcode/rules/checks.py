"""What a rule file must not say, though every word of it is known."""

from collections.abc import Iterator, Mapping

from healthcode.policy.matching import condition_test
from healthcode.policy.ruleset import AS_ORDERED, Match, Phase, Rule, Text
from healthcode.policy.vocabulary import CLOSED_CASE
from healthcode.rules.sections import Section

# Facts that go on for a while: a phase without days lasts as long as they do.
_LASTING = ("exposure", "companion", "order")
_NEVER_A_COLOUR = ("order", "companion", "vaccination")


def check_rule(section: Section, rule: Rule, obligations: Mapping[str, Text]) -> None:
    """Note everything in a rule that cannot be meant."""
    for name, problem in (
        *_phases(rule),
        *_ends(rule),
        *_tests_end_what_they_may(rule),
        *_needs(rule),
        *_matches(rule),
        *_texts(rule, obligations),
    ):
        section.fault(name, problem)


def _phases(rule: Rule) -> Iterator[tuple[str, str]]:
    if not rule.phases:
        yield "phases", "A rule needs at least one phase."
    for phase in rule.phases[:-1]:
        if phase.days is None and phase.hours is None:
            yield "phases", "Only the last phase may be without a length."
    lengths = {_unit(phase) for phase in rule.phases} - {None}
    if len(lengths) > 1 or any(phase.days and phase.hours for phase in rule.phases):
        yield "phases", "The phases of one rule are counted in days or in hours, not both."
    if "hours" in lengths and rule.release_needs:
        yield "release_needs", "A release by day needs phases counted in days."
    if rule.absent and (len(rule.phases) != 1 or lengths):
        yield "phases", "An absence has one phase; it ends when the absence does."
    if rule.phases and not _does_anything(rule):
        yield "phases", "This rule does nothing: no colour, no place, nothing owed."


def _unit(phase: Phase) -> str | None:
    if phase.days is not None:
        return "days"
    return "hours" if phase.hours is not None else None


def _does_anything(rule: Rule) -> bool:
    if rule.owes is not None:
        return True
    return any(
        phase.colour is not None or phase.place or phase.test_days or phase.report_daily
        for phase in rule.phases
    )


def _ends(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.when is None or not rule.phases or _unit(rule.phases[-1]) is not None:
        return
    if rule.released_by is None and not _ends_by_itself(rule.when):
        yield "phases", "This phase has neither a length nor a release: it would never end."


def _ends_by_itself(when: Match) -> bool:
    if when.kind == "area_stay":
        return when.left is False
    if when.kind == "case":
        return not _stated(when, "status") & set(CLOSED_CASE)
    return when.kind in _LASTING or _always_positive(when)


def _stated(match: Match, field: str) -> set[str]:
    return {value for c in match.conditions if c.field == field for value in c.any_of}


def _always_positive(match: Match) -> bool:
    return match.kind == "test" and _stated(match, "result") == {"positive"}


def _tests_end_what_they_may(rule: Rule) -> Iterator[tuple[str, str]]:
    when = rule.when
    if when is None:
        if rule.released_by or rule.release_needs:
            yield "released_by", "An absence ends by itself, with the next sample or report."
    elif when.kind == "case" and (rule.released_by or rule.release_needs):
        yield "released_by", "No test ends a case: only its record does."
    elif _single_pcr_positive(when) and (rule.released_by or _unit(rule.phases[-1])):
        yield "phases", "A single-tube PCR positive ends with a case record alone."


def _single_pcr_positive(match: Match) -> bool:
    """Whether a rule could speak of a PCR positive in a tube of one's own, whatever its ct."""
    sample = {"method": "pcr", "result": "positive", "pool_size": 1}
    stated = [condition for condition in match.conditions if condition.field in sample]
    return match.kind == "test" and all(condition_test(c)(sample) for c in stated)


def _needs(rule: Rule) -> Iterator[tuple[str, str]]:
    needs = rule.release_needs
    if needs is None:
        return
    total = sum(phase.days or 0 for phase in rule.phases)
    if needs.from_day > total:
        yield "release_needs", "The day lies after the last phase."
    elif needs.lapses_day <= _end_of_phase(rule, needs.from_day):
        yield "release_needs", "It lapses before the phase that it prolongs has ended."


def _end_of_phase(rule: Rule, day: int) -> int:
    total = 0
    for phase in rule.phases:
        total += phase.days or 0
        if day <= total:
            break
    return total


def _matches(rule: Rule) -> Iterator[tuple[str, str]]:
    when = rule.when
    if when is None:
        return
    if when.kind in _NEVER_A_COLOUR and any(phase.colour for phase in rule.phases):
        yield "phases", f"Evidence of kind {when.kind} never gives a colour."
    if when.kind == "case":
        yield from _case_states(_stated(when, "status"))
    if _pooled_antigen(when):
        yield "when", "Nothing can match: an antigen test is never pooled."
    if when.kind == "area_stay" and when.left is False and any(p.days for p in rule.phases):
        yield "phases", "Residents: the phase lasts as long as the listing, without days."
    if any(phase.place == AS_ORDERED for phase in rule.phases) and when.kind != "order":
        yield "phases", "Only an order says its own place."


def _pooled_antigen(when: Match) -> bool:
    pooled = any(c.field == "pool_size" and (c.least or 0) > 1 for c in when.conditions)
    return pooled and _stated(when, "method") == {"antigen"}


def _case_states(states: set[str]) -> Iterator[tuple[str, str]]:
    closed = states & set(CLOSED_CASE)
    if not states or (closed and closed != states):
        yield "when", "State either open or closed states of a case: their clocks differ."


def _texts(rule: Rule, obligations: Mapping[str, Text]) -> Iterator[tuple[str, str]]:
    if rule.release is None and any(phase.colour for phase in rule.phases):
        yield "release", "A colour needs words for what ends it, in zh-hans and en."
    for name in sorted(_owed(rule) - set(obligations)):
        yield "phases", f"`obligations` has no words for {name}, in zh-hans and en."


def _owed(rule: Rule) -> set[str]:
    owed = {phase.place for phase in rule.phases if phase.place and phase.place != AS_ORDERED}
    if rule.release_needs or any(phase.test_days for phase in rule.phases):
        owed.add("test")
    if any(phase.report_daily for phase in rule.phases):
        owed.add("report")
    if any(phase.place == AS_ORDERED for phase in rule.phases):
        owed |= {"central_isolation", "home_isolation", "home_monitoring", "stay_in_area"}
    return owed
