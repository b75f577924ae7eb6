"""The policy against a second reading of its documents, on made-up people."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings

from healthcode.policy import CompiledRules, Fact, Reason, decide
from healthcode.policy.ruleset import RuleSet
from tests.healthcode.given import trial
from tests.healthcode.language import ALL, W, compiled, published
from tests.healthcode.second_opinion import second_opinion
from tests.healthcode.second_opinion.people import people

pytestmark = pytest.mark.slow
NEGATIVE = "test: {method: pcr, result: negative}"
CLOSE = "exposure: {grade: close}"
OWES = "owes: {what: test, text: {zh-hans: 检测, en: a test}}"
# Words in company that no published set keeps them in.
UNUSUAL = f"""
rules:
  - {{id: waits-in-the-middle, when: {{{CLOSE}}},
     phases: [{{colour: red, days: 2, place: central_isolation}},
              {{colour: yellow, days: 3, report: daily, test_days: [1, 3]}},
              {{colour: none, days: 3, place: home_monitoring, test_days: [1, 3]}}],
     release_needs: {{{NEGATIVE}, from_day: 4, lapses_day: 7}}, {W}}}
  - {{id: waits-from-the-first-day, when: {{{CLOSE}}},
     phases: [{{colour: red, days: 2}}, {{colour: yellow, days: 3, place: home_isolation}}],
     release_needs: {{{NEGATIVE}, count: 2, within_hours: 48, from_day: 1, lapses_day: 9}}, {W}}}
  - {{id: waits-or-ends, when: {{{CLOSE}}},
     phases: [{{colour: red, days: 5}}, {{colour: yellow, days: 3}}],
     released_by: {{{NEGATIVE}, count: 2, distinct: lab}},
     release_needs: {{{NEGATIVE}, from_day: 4, lapses_day: 9}}, {W}}}
  - {{id: hours, when: {{exposure: {{grade: secondary}}}},
     phases: [{{colour: red, hours: 5}}, {{colour: red, hours: 30, report: daily}},
              {{colour: yellow}}],
     released_by: {{{NEGATIVE}, count: 3, gap_hours: 1}}, {W}}}
  - {{id: three-laboratories, when: {{exposure: {{grade: casual, setting: zone}}}},
     phases: [{{colour: yellow}}], {OWES},
     released_by: {{{NEGATIVE}, count: 2, gap_hours: 24, distinct: lab}}, {W}}}
  - {{id: excluded, when: {{case: {{status: excluded}}}},
     phases: [{{colour: yellow, days: 2, report: daily}}], {W}}}
  - {{id: left, when: {{area_stay: {{tier: high, left: true}}}},
     phases: [{{colour: red, days: 9, test_days: [1, 5]}}], {OWES},
     released_by: {{{NEGATIVE}, sampled: from_opening, count: 2}}, {W}}}
  - {{id: resident, when: {{area_stay: {{tier: high, left: false}}}},
     phases: [{{colour: yellow, report: daily}}], {OWES},
     released_by: {{{NEGATIVE}, sampled: from_opening}}, {W}}}
  - {{id: feverish, when: {{health_report: {{symptoms: any}}}}, phases: [{{colour: yellow}}],
     released_by: {{health_report: {{symptoms: none}}, consecutive_days: 2}}, {W}}}
  - {{id: missed, when: {{screening_due: {{}}}},
     phases: [{{colour: none, hours: 24}}, {{colour: yellow, hours: 48}}], {OWES},
     released_by: {{test: {{method: pcr}}, sampled: from_opening, count: 2, within_hours: 72}},
     {W}}}
  - {{id: overdue, when: {{screening_due: {{}}}}, phases: [{{colour: yellow, days: 3}}], {OWES},
     release_needs: {{{NEGATIVE}, from_day: 2, lapses_day: 9}}, {W}}}
  - {{id: entry, when: {{travel: {{entry: {{into: CHN, exempt: [MAC, HKG],
     third_country_days: 3}}}}}}, phases: [{{colour: red, days: 3, test_days: [1]}}], {OWES},
     released_by: {{test: {{method: pcr}}, count: 2}}, {W}}}
  - {{id: flown, when: {{travel: {{mode: flight}}}},
     phases: [{{colour: none, days: 2, report: daily, test_days: [1]}}], {W}}}
  - {{id: inconclusive, when: {{test: {{result: inconclusive}}}}, phases: [{{colour: yellow}}],
     released_by: {{test: {{method: pcr, result: {{not: [inconclusive]}}}}}}, {W}}}
  - {{id: strong, when: {{test: {{result: positive, ct: {{below: 35, unknown: true}},
     pool_size: {{from: 2}}}}}}, phases: [{{colour: red, days: 4}}], {W}}}
  - {{id: silent, absent: {{health_report: {{}}, days: 2}}, phases: [{{colour: yellow}}], {W}}}
"""
SETS = [ALL, "unusual", *published()]


def rules_of(name: str) -> CompiledRules:
    """A set by its name, ready for `decide`."""
    return trial(UNUSUAL) if name == "unusual" else compiled(name)


@pytest.mark.parametrize("name", SETS)
@settings(deadline=None, max_examples=150)
@given(person=people)
def test_two_readings_of_the_rules_say_the_same(name: str, person: tuple[list[Fact], int]) -> None:
    rules, now = rules_of(name), person[1]
    facts = agreed(person[0], rules.ruleset, now)
    answer, review_at = second_opinion(facts, rules.ruleset, now)
    decision = decide(facts, rules, now)
    assert decision.colour == answer.colour
    assert {because(reason) for reason in decision.reasons} == answer.reasons
    assert {owed[:5] for owed in decision.obligations} == answer.obligations
    assert decision.review_at == review_at


def because(reason: Reason) -> tuple[Any, ...]:
    """A reason without its words.

    Left out: where days and samples could both end a reason, `earliest` is the samples' alone
    and may lie after `until`; the second reading takes whichever comes first.
    """
    until, earliest = reason.until, reason.earliest
    if until is not None and earliest is not None:
        earliest = min(until, earliest)
    return (*reason[:5], earliest)


def agreed(told: Iterable[Fact], ruleset: RuleSet, now: int) -> list[Fact]:
    """The facts of which both readings can be asked."""
    facts = [fact for fact in map(_closed_at_once(now), told) if fact is not None]
    if any(fact.recorded_at is not None for fact in facts):
        facts = [_recorded(fact) for fact in facts]
    if any(r.released_by and r.released_by.consecutive_days for r in ruleset.rules):
        facts = [_ongoing(fact, now) for fact in facts]
    return facts


def _closed_at_once(now: int) -> Callable[[Fact], Fact | None]:
    """Left out: a case known to close later, which the other reasons' `until` does not foresee."""

    def closed(fact: Fact) -> Fact | None:
        if fact.kind != "case" or fact.ended_at is None or fact.ended_at <= now:
            return fact
        return None if fact.occurred_at <= now else fact._replace(occurred_at=fact.ended_at)

    return closed


def _recorded(fact: Fact) -> Fact:
    """Left out: facts just learned beside others recorded before.

    Where two of them owe a test on one day, the next review comes a day too soon.
    """
    return fact._replace(recorded_at=fact.recorded_at or fact.occurred_at)


def _ongoing(fact: Fact, now: int) -> Fact:
    """Left out: a contact known to end later, after which alone its reports count.

    `earliest` counts them from now on, and so names a day on which it cannot end yet.
    """
    contact = fact.kind == "exposure" and fact.ended_at is not None
    ahead = contact and fact.occurred_at <= now < (fact.ended_at or 0)
    return fact._replace(ended_at=None) if ahead else fact
