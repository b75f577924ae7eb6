"""Facts and rule sets for the tests of the policy, in few words."""

from functools import cache
from typing import Any

from healthcode.policy import (
    CompiledRules,
    Decision,
    Fact,
    compile_rules,
    decide,
    fact_from_item,
)
from healthcode.policy.instants import parse_instant
from healthcode.rules import load_named, load_ruleset

TEXT = "{zh-hans: 说明, en: words}"
HEAD = """
id: trial
title: {zh-hans: 试验, en: Trial}
scope: "310000"
valid_from: "2022-09-01T00:00:00+08:00"
calendar: Asia/Shanghai
lookahead_days: 7
sources: ["a test"]
obligations:
  test: {zh-hans: 核酸, en: a test}
  report: {zh-hans: 申报, en: a report}
  central_isolation: {zh-hans: 集中隔离, en: isolation site}
  home_isolation: {zh-hans: 居家隔离, en: isolation at home}
  home_monitoring: {zh-hans: 健康监测, en: monitoring}
  stay_in_area: {zh-hans: 区域, en: area}
"""


def at(words: str) -> int:
    """Epoch seconds for "09-18 12:00" (or with seconds) in Shanghai, 2022."""
    clock = words if words.count(":") == 2 else f"{words}:00"
    return parse_instant(f"2022-{clock.replace(' ', 'T')}+08:00")


def fact(kind: str, start: str, end: str | None = None, /, **details: Any) -> Fact:
    """A fact whose details' instants may be given in the same words."""
    said = {
        name: at(value) if name in ("by", "tier_from", "tier_to") and value else value
        for name, value in details.items()
    }
    return fact_from_item(kind, at(start), at(end) if end else None, said)


def pcr(start: str, result: str = "negative", pool: int = 1, lab: str | None = None) -> Fact:
    """A PCR test by the instant of its sample."""
    tube = "T" if pool > 1 else None
    return fact("test", start, method="pcr", result=result, pool_size=pool, tube=tube, lab=lab)


def antigen(start: str, result: str = "negative") -> Fact:
    """An antigen test."""
    return fact("test", start, method="antigen", result=result, pool_size=1)


def exposure(start: str, end: str | None, grade: str = "close", case: str = "c1") -> Fact:
    """A contact, from first to last."""
    level = 2 if grade == "secondary" else 1
    return fact("exposure", start, end, level=level, grade=grade, case=case, setting="zone")


def case(start: str, end: str | None = None, status: str = "confirmed") -> Fact:
    """An episode."""
    return fact("case", start, end, status=status)


def leg(departed: str, arrived: str, origin: str, to: str = "CHN") -> Fact:
    """A flight."""
    return fact("travel", departed, arrived, mode="flight", from_country=origin, to_country=to)


def stay(arrived: str, left: str | None, tier: str = "high", **details: Any) -> Fact:
    """A stay joined to a listing."""
    return fact("area_stay", arrived, left, region="310101", tier=tier, **details)


def screening(opens: str, by: str, closes: str) -> Fact:
    """A screening for the person's region."""
    return fact("screening_due", opens, closes, campaign="k1", by=by)


@cache
def shanghai() -> CompiledRules:
    """The published set of September 2022."""
    return compile_rules(load_named("sh-2022-09-18"))


@cache
def trial(body: str) -> CompiledRules:
    """A small rule set: the head above and a body."""
    return compile_rules(load_ruleset(HEAD + body))


def numbered(*facts: Fact) -> list[Fact]:
    """Facts with the ids a file gives them."""
    return [fact._replace(id=i) for i, fact in enumerate(facts)]


def decided(now: str, *facts: Fact, rules: CompiledRules | None = None) -> Decision:
    """The decision on some facts at an instant."""
    return decide(numbered(*facts), rules or shanghai(), at(now))


def colour(now: str, *facts: Fact, rules: CompiledRules | None = None) -> str:
    """Only the colour's word."""
    return decided(now, *facts, rules=rules).colour.word
