"""The published Chengdu rules of 2021: a companion owes two tests and keeps the colour."""

from functools import cache
from typing import Any

import pytest

from healthcode.policy import (
    CompiledRules,
    Decision,
    Fact,
    compile_rules,
    decide,
    fact_from_item,
)
from healthcode.policy.files import read_fact_file
from healthcode.policy.instants import parse_instant
from healthcode.rules import load_named
from tests.healthcode.given import numbered


def at(words: str) -> int:
    """Epoch seconds for "11-05 12:00" (or with seconds) in Chengdu, 2021."""
    clock = words if words.count(":") == 2 else f"{words}:00"
    return parse_instant(f"2021-{clock.replace(' ', 'T')}+08:00")


def fact(kind: str, start: str, end: str | None = None, /, **details: Any) -> Fact:
    """A fact of 2021."""
    return fact_from_item(kind, at(start), at(end) if end else None, details)


def pcr(start: str, result: str = "negative", pool: int = 1) -> Fact:
    """A PCR test by the instant of its sample."""
    return fact("test", start, method="pcr", result=result, pool_size=pool, tube="T")


def companion(end: str | None, grid: str = "g1") -> Fact:
    """In one cell with a case since ten on 5 November."""
    return fact("companion", "11-05 10:00", end, grid=grid)


def exposure(end: str | None, grade: str = "close") -> Fact:
    """A contact since ten on 5 November."""
    level = 2 if grade == "secondary" else 1
    return fact("exposure", "11-05 10:00", end, level=level, grade=grade, setting="zone")


KNOWN = pcr("11-01 09:00")
NEAR = companion("11-05 11:00")
FIRST = pcr("11-06 09:00:00")
PAIR = (FIRST, pcr("11-07 09:00:00"))
CLOSE = exposure("11-05 11:00")
SECONDARY = exposure("11-05 11:00", "secondary")
SINGLE = pcr("11-06 09:00", "positive")
TUBE = pcr("11-06 09:00", "positive", pool=10)
ANTIGEN = fact("test", "11-06 09:00", method="antigen", result="positive")
ENTRY = fact(
    "travel", "11-05 02:00", "11-05 11:00", mode="flight", from_country="JPN", to_country="CHN"
)
DISCHARGED = fact("case", "11-06 12:00", "11-20 10:00", status="discharged")
DIAGNOSED = fact("case", "11-08 12:00", status="confirmed")

COLOURS: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "11-05 12:00", [], "unassessed"),
    ("a companion nobody tested", "11-05 12:00", [NEAR], "unassessed"),
    ("a companion", "11-05 12:00", [NEAR, KNOWN], "green"),
    ("a companion for as long as it goes on", "12-05 12:00", [companion(None), KNOWN], "green"),
    ("a companion between the two tests", "11-06 12:00", [NEAR, FIRST], "green"),
    ("a companion who never tests", "11-19 23:59:59", [NEAR, KNOWN], "green"),
    ("a single positive", "11-06 09:00:00", [SINGLE, NEAR], "red"),
    ("a single positive, then two negatives", "11-09 12:00", [SINGLE, *PAIR], "red"),
    ("a pooled positive", "11-06 10:00", [TUBE], "red"),
    ("a pooled, then a single negative", "11-06 20:00:00", [TUBE, pcr("11-06 20:00")], "green"),
    ("a pooled, then a pooled negative", "11-06 21:00", [TUBE, pcr("11-06 20:00", pool=9)], "red"),
    ("a single negative of the same instant", "11-06 21:00", [TUBE, FIRST], "red"),
    ("an antigen positive", "11-06 10:00", [ANTIGEN], "red"),
    ("then a PCR negative", "11-06 20:00:00", [ANTIGEN, pcr("11-06 20:00")], "green"),
    ("a PCR negative of the same instant", "11-06 21:00", [ANTIGEN, FIRST], "red"),
    ("a companion upgraded to a case", "11-08 12:00:00", [NEAR, *PAIR, DIAGNOSED], "red"),
    ("a contact upgraded to a case", "11-22 12:00:00", [CLOSE, DIAGNOSED], "red"),
    ("until the discharge", "11-20 09:59:59", [SINGLE, CLOSE, DISCHARGED], "red"),
    ("discharged after an old positive", "11-20 10:00:00", [SINGLE, CLOSE, DISCHARGED], "green"),
    ("close, day 14", "11-19 23:59:59", [CLOSE, KNOWN], "red"),
    ("close, day 15", "11-20 00:00:00", [CLOSE, KNOWN], "yellow"),
    ("close, day 21", "11-26 23:59:59", [CLOSE, KNOWN], "yellow"),
    ("close, day 22", "11-27 00:00:00", [CLOSE, KNOWN], "green"),
    ("two tests do not end a close contact", "11-08 12:00", [CLOSE, *PAIR], "red"),
    ("a close contact that goes on", "12-20 12:00", [exposure(None), KNOWN], "red"),
    ("secondary, day 7", "11-12 23:59:59", [SECONDARY, KNOWN], "red"),
    ("secondary, day 8", "11-13 00:00:00", [SECONDARY, KNOWN], "green"),
    ("casual", "11-06 08:00", [exposure("11-05 11:00", "casual"), KNOWN], "green"),
    ("entry, day 14", "11-19 23:59:59", [ENTRY, KNOWN], "red"),
    ("entry, day 15", "11-20 00:00:00", [ENTRY, KNOWN], "yellow"),
    ("entry, day 21", "11-26 23:59:59", [ENTRY, KNOWN], "yellow"),
    ("entry, day 22", "11-27 00:00:00", [ENTRY, KNOWN], "green"),
]

OWED: list[tuple[str, str, list[Fact], bool]] = [
    ("before they met", "11-05 09:59:59", [NEAR, KNOWN], False),
    ("at once", "11-05 10:00:00", [NEAR, KNOWN], True),
    ("earlier tests do not count", "11-05 12:00", [NEAR, KNOWN, pcr("11-03 09:00")], True),
    ("after one negative", "11-09 12:00", [NEAR, FIRST], True),
    ("the second after 23:59:59", "11-09 12:00", [NEAR, FIRST, pcr("11-07 08:59:59")], True),
    ("the second after 24:00:00", "11-07 09:00:00", [NEAR, *PAIR], False),
    ("a second before it is sampled", "11-07 08:59:59", [NEAR, *PAIR], True),
    ("the second after 72:00:00", "11-09 09:00:00", [NEAR, FIRST, pcr("11-09 09:00:00")], False),
    ("the second after 72:00:01", "11-09 12:00", [NEAR, FIRST, pcr("11-09 09:00:01")], True),
    (
        "an inconclusive second",
        "11-09 12:00",
        [NEAR, FIRST, pcr("11-07 09:00", "inconclusive")],
        True,
    ),
    ("it goes on", "11-09 12:00", [companion(None), *PAIR], True),
    ("it ended later than first known", "11-09 12:00", [companion("11-06 09:00:00"), *PAIR], True),
    (
        "a later one is owed for anew",
        "11-09 12:00",
        [NEAR, companion("11-08 12:00", "g2"), *PAIR],
        True,
    ),
    ("day 14", "11-19 23:59:59", [NEAR, KNOWN], True),
    ("it lapses", "11-20 00:00:00", [NEAR, KNOWN], False),
]


@cache
def chengdu() -> CompiledRules:
    """The published set of 2021."""
    return compile_rules(load_named("chengdu-2021"))


def decision(now: str, *facts: Fact) -> Decision:
    """The decision under the Chengdu rules."""
    return decide(numbered(*facts), chengdu(), at(now))


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in COLOURS], ids=[row[0] for row in COLOURS]
)
def test_the_colour_follows_from_evidence_of_contact(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert decision(now, *facts).colour.word == expected


@pytest.mark.parametrize(
    ("now", "facts", "owed"), [row[1:] for row in OWED], ids=[row[0] for row in OWED]
)
def test_a_companion_owes_two_tests(now: str, facts: list[Fact], owed: bool) -> None:
    answer = decision(now, *facts)
    assert [o.rule for o in answer.obligations if o.what == "test"] == ["companion"] * owed
    assert (answer.reasons, answer.colour.word) == ((), "green")


def test_what_a_companion_owes_has_a_beginning_and_a_last_day() -> None:
    [owed] = decision("11-05 12:00", NEAR, KNOWN).obligations
    assert (owed.evidence, owed.start, owed.by) == (0, at("11-05 10:00"), at("11-20 00:00"))
    assert decision("11-05 12:00", NEAR, KNOWN).review_at == at("11-20 00:00")


def test_no_rule_on_companions_or_orders_has_a_colour() -> None:
    coloured = {
        rule.when.kind
        for rule in chengdu().ruleset.rules
        if rule.when and any(phase.colour for phase in rule.phases)
    }
    assert coloured == {"case", "test", "exposure", "travel"}


def test_the_clock_of_the_result_never_matters() -> None:
    def negative(sampled: str, reported: str) -> dict[str, object]:
        return {
            "kind": "test",
            "occurred_at": f"2021-11-{sampled}+08:00",
            "reported_at": f"2021-11-{reported}+08:00",
            "details": {"method": "pcr", "result": "negative", "pool_size": 1},
        }

    near = [negative("06T09:00:00", "06T12:00:00"), negative("06T10:00:00", "07T12:00:00")]
    apart = [negative("06T09:00:00", "07T11:00:00"), negative("07T09:00:00", "07T12:00:00")]
    met = {
        "kind": "companion",
        "occurred_at": "2021-11-05T10:00:00+08:00",
        "ended_at": "2021-11-05T11:00:00+08:00",
    }
    for tests, owed in ((near, 1), (apart, 0)):
        file = read_fact_file(
            {
                "ruleset": "chengdu-2021",
                "now": "2021-11-08T08:00:00+08:00",
                "evidence": [met, *tests],
            }
        )
        assert len(decide(file.facts, chengdu(), file.now).obligations) == owed


def test_all_that_colours_is_unverified() -> None:
    ruleset = chengdu().ruleset
    assert {rule.id for rule in ruleset.rules if rule.verified} == {"companion", "ordered"}


def test_it_ends_with_its_year_and_says_what_it_leaves_out() -> None:
    ruleset = chengdu().ruleset
    assert (ruleset.scope, ruleset.contacts) == ("510100", None)
    assert ruleset.valid_from == at("11-01 00:00")
    assert ruleset.valid_to == parse_instant("2022-01-01T00:00:00+08:00")
    assert any("时空伴随者" in text and why for text, why in ruleset.not_encoded)
