"""The first health code, Hangzhou 2020: green is earned by daily reports, day after day."""

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
    """Epoch seconds for "03-01 12:00" (or with seconds) in Hangzhou, 2020."""
    clock = words if words.count(":") == 2 else f"{words}:00"
    return parse_instant(f"2020-{clock.replace(' ', 'T')}+08:00")


def fact(kind: str, start: str, end: str | None = None, /, **details: Any) -> Fact:
    """A fact of 2020."""
    return fact_from_item(kind, at(start), at(end) if end else None, details)


def pcr(start: str, result: str = "negative", pool: int = 1) -> Fact:
    """A PCR test by the instant of its sample."""
    return fact("test", start, method="pcr", result=result, pool_size=pool, tube="T")


def exposure(end: str | None, grade: str = "close") -> Fact:
    """A contact since noon of 1 March."""
    level = 2 if grade == "secondary" else 1
    return fact("exposure", "03-01 12:00", end, level=level, grade=grade, setting="household")


def stay(end: str | None, tier: str) -> Fact:
    """A stay in a listed area."""
    return fact("area_stay", "02-20 12:00", end, region="420100", tier=tier)


def report(start: str, *symptoms: str) -> Fact:
    """A day's health report."""
    return fact("health_report", start, symptoms=list(symptoms))


def reports(first: int, last: int) -> list[Fact]:
    """An empty report at eight on every morning from one day of March to another."""
    return [report(f"03-{day:02} 08:00") for day in range(first, last + 1)]


KNOWN = pcr("02-20 09:00")
CLOSE = exposure("03-01 13:00")
SECONDARY = exposure("03-01 13:00", "secondary")
HIGH = stay("03-01 13:00", "high")
MEDIUM = stay("03-01 13:00", "medium")
FEVER = report("03-01 07:00", "fever")
SINGLE = pcr("03-01 09:00", "positive")
TUBE = pcr("03-01 09:00", "positive", pool=5)
ANTIGEN = fact("test", "03-01 09:00", method="antigen", result="positive")
DISCHARGED = fact("case", "03-01 12:00", "03-20 10:00", status="discharged")
DIAGNOSED = fact("case", "03-05 12:00", status="confirmed")
EXCLUDED = fact("case", "03-01 12:00", "03-02 10:00", status="excluded")

TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "03-01 08:00", [], "unassessed"),
    ("a report alone assesses nobody", "03-02 08:00", reports(1, 1), "unassessed"),
    ("a negative", "03-01 08:00", [KNOWN], "green"),
    ("a negative and no reports", "03-31 08:00", [KNOWN], "green"),
    # Red: 14 days in a row.
    ("a close contact at once", "03-01 12:00:00", [CLOSE, KNOWN], "red"),
    ("the days alone end nothing, day 14", "03-15 23:59:59", [CLOSE, KNOWN], "red"),
    ("the days alone end nothing, day 21", "03-22 23:59:59", [CLOSE, KNOWN], "red"),
    ("nor the day after", "03-23 00:00:00", [CLOSE, KNOWN], "red"),
    ("13 days of reports", "03-31 08:00", [CLOSE, KNOWN, *reports(2, 14)], "red"),
    ("14, a second before the last", "03-15 07:59:59", [CLOSE, KNOWN, *reports(2, 15)], "red"),
    ("14 days of reports", "03-15 08:00:00", [CLOSE, KNOWN, *reports(2, 15)], "green"),
    ("14 days, never tested", "03-15 08:00:00", [CLOSE, *reports(2, 15)], "unassessed"),
    ("released stays released", "03-31 08:00", [CLOSE, KNOWN, *reports(2, 15)], "green"),
    (
        "the day of the last contact counts from the contact on",
        "03-14 08:00:00",
        [CLOSE, KNOWN, report("03-01 13:00:01"), *reports(2, 14)],
        "green",
    ),
    (
        "but not in the contact's own second",
        "03-14 08:00:00",
        [CLOSE, KNOWN, report("03-01 13:00:00"), *reports(2, 14)],
        "red",
    ),
    (
        "reports made before the contact",
        "03-14 08:00",
        [CLOSE, KNOWN, *(report(f"02-{day} 08:00") for day in range(15, 30))],
        "red",
    ),
    ("the contact goes on", "03-31 08:00", [exposure(None), KNOWN, *reports(2, 30)], "red"),
    (
        "it ended later than first known",
        "03-16 08:00",
        [CLOSE, exposure("03-03 09:00"), KNOWN, *reports(2, 16)],
        "red",
    ),
    ("left a high-risk area", "03-01 13:00:00", [HIGH, KNOWN], "red"),
    ("left a high-risk area, 13 days", "03-20 08:00", [HIGH, KNOWN, *reports(2, 14)], "red"),
    ("left a high-risk area, 14 days", "03-15 08:00", [HIGH, KNOWN, *reports(2, 15)], "green"),
    ("still there", "03-02 08:00", [stay(None, "high"), KNOWN], "green"),
    # Yellow: 7 days in a row.
    ("a contact of a contact", "03-01 13:00:00", [SECONDARY, KNOWN], "yellow"),
    ("6 days of reports", "03-20 08:00", [SECONDARY, KNOWN, *reports(2, 7)], "yellow"),
    ("7 days of reports", "03-08 08:00:00", [SECONDARY, KNOWN, *reports(2, 8)], "green"),
    ("a second before the 7th", "03-08 07:59:59", [SECONDARY, KNOWN, *reports(2, 8)], "yellow"),
    (
        "a gap in the row",
        "03-09 08:00",
        [SECONDARY, KNOWN, *reports(2, 4), *reports(6, 9)],
        "yellow",
    ),
    (
        "7 in a row after the gap",
        "03-12 08:00:00",
        [SECONDARY, KNOWN, *reports(2, 4), *reports(6, 12)],
        "green",
    ),
    (
        "two reports on one day are one day",
        "03-07 23:59:59",
        [SECONDARY, KNOWN, *reports(2, 7), report("03-07 20:00")],
        "yellow",
    ),
    (
        "either side of midnight they are two",
        "03-08 00:00:00",
        [SECONDARY, KNOWN, *reports(2, 6), report("03-07 23:59:59"), report("03-08 00:00:00")],
        "green",
    ),
    ("left a medium-risk area", "03-02 08:00", [MEDIUM, KNOWN], "yellow"),
    ("left a medium-risk area, 6 days", "03-20 08:00", [MEDIUM, KNOWN, *reports(2, 7)], "yellow"),
    ("left a medium-risk area, 7 days", "03-08 08:00", [MEDIUM, KNOWN, *reports(2, 8)], "green"),
    ("left a low-risk area", "03-02 08:00", [stay("03-01 13:00", "low"), KNOWN], "green"),
    ("a casual contact", "03-02 08:00", [exposure("03-01 13:00", "casual"), KNOWN], "green"),
    # Symptoms.
    ("a report with symptoms", "03-01 07:00:00", [FEVER, KNOWN], "yellow"),
    ("symptoms, then 6 days", "03-20 08:00", [FEVER, KNOWN, *reports(2, 7)], "yellow"),
    ("symptoms, then 7 days", "03-08 08:00:00", [FEVER, KNOWN, *reports(2, 8)], "green"),
    (
        "symptoms in between begin another row",
        "03-09 08:00",
        [FEVER, KNOWN, *reports(2, 4), report("03-05 08:00", "cough"), *reports(6, 9)],
        "yellow",
    ),
    (
        "and 7 days later that row is full",
        "03-12 08:00:00",
        [FEVER, KNOWN, *reports(2, 4), report("03-05 08:00", "cough"), *reports(6, 12)],
        "green",
    ),
    (
        "symptoms in a red row break it",
        "03-15 08:00",
        [CLOSE, KNOWN, *reports(2, 7), report("03-08 08:00", "fever"), *reports(9, 15)],
        "red",
    ),
    (
        "symptoms after the release are yellow",
        "03-20 09:00",
        [CLOSE, KNOWN, *reports(2, 15), report("03-20 08:00", "fatigue")],
        "yellow",
    ),
    # Positives and cases.
    ("a single positive is not reported away", "03-31 08:00", [SINGLE, *reports(2, 30)], "red"),
    ("a pooled positive", "03-01 10:00", [TUBE], "red"),
    ("then a single negative", "03-01 20:00:00", [TUBE, pcr("03-01 20:00")], "green"),
    ("then a pooled negative", "03-01 21:00", [TUBE, pcr("03-01 20:00", pool=5)], "red"),
    ("a single negative of the same instant", "03-01 21:00", [TUBE, pcr("03-01 09:00")], "red"),
    ("an antigen positive", "03-01 10:00", [ANTIGEN], "red"),
    ("then a PCR negative", "03-01 20:00:00", [ANTIGEN, pcr("03-01 20:00")], "green"),
    ("a PCR negative of the same instant", "03-01 21:00", [ANTIGEN, pcr("03-01 09:00")], "red"),
    ("a contact upgraded to a case", "03-15 08:00", [CLOSE, DIAGNOSED, *reports(2, 15)], "red"),
    ("until the discharge", "03-20 09:59:59", [CLOSE, SINGLE, DISCHARGED], "red"),
    ("discharged after an old positive", "03-20 10:00:00", [CLOSE, SINGLE, DISCHARGED], "green"),
    ("an excluded suspect stays a contact", "03-02 10:00:00", [CLOSE, EXCLUDED, KNOWN], "red"),
    ("yellow and red", "03-02 08:00", [FEVER, CLOSE], "red"),
]


@cache
def hangzhou() -> CompiledRules:
    """The published set of 2020."""
    return compile_rules(load_named("hangzhou-2020-02"))


def decision(now: str, *facts: Fact) -> Decision:
    """The decision under the Hangzhou rules."""
    return decide(numbered(*facts), hangzhou(), at(now))


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_hangzhou_text(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert decision(now, *facts).colour.word == expected


def test_a_report_is_owed_every_day_until_it_is_made() -> None:
    [owed] = decision("03-02 07:00", CLOSE, KNOWN).obligations
    assert (owed.what, owed.start, owed.by) == ("report", at("03-02 00:00"), at("03-03 00:00"))
    reported = decision("03-02 09:00", CLOSE, KNOWN, *reports(2, 2))
    assert reported.obligations == ()
    assert reported.review_at == at("03-03 00:00")


def test_a_red_contact_has_no_end_by_date() -> None:
    [reason] = decision("03-02 07:00", CLOSE).reasons
    assert (reason.rule, reason.since, reason.until) == ("contact-close", at("03-01 13:00"), None)


def test_after_a_red_row_nothing_more_is_owed() -> None:
    released = decision("03-15 08:00", CLOSE, KNOWN, *reports(2, 15))
    assert (released.reasons, released.obligations, released.review_at) == ((), (), None)


def test_the_clock_of_the_result_never_matters() -> None:
    tube = {"method": "pcr", "result": "positive", "pool_size": 5, "tube": "T"}
    single = {"method": "pcr", "result": "negative", "pool_size": 1}
    for sampled, expected in (("08:59:59", "red"), ("09:00:01", "green")):
        file = read_fact_file(
            {
                "ruleset": "hangzhou-2020-02",
                "now": "2020-03-03T08:00:00+08:00",
                "evidence": [
                    {"kind": "test", "occurred_at": "2020-03-01T09:00:00+08:00", "details": tube},
                    {
                        "kind": "test",
                        "occurred_at": f"2020-03-01T{sampled}+08:00",
                        "reported_at": "2020-03-02T20:00:00+08:00",
                        "details": single,
                    },
                ],
            }
        )
        assert decide(file.facts, hangzhou(), file.now).colour.word == expected


def test_the_text_chooses_no_evidence() -> None:
    ruleset = hangzhou().ruleset
    assert [rule.id for rule in ruleset.rules if rule.verified] == ["ordered"]


def test_it_ends_where_the_next_text_begins() -> None:
    ruleset = hangzhou().ruleset
    assert (ruleset.scope, ruleset.contacts) == ("330100", None)
    assert ruleset.valid_from == at("02-11 00:00")
    assert ruleset.valid_to == parse_instant("2022-01-29T00:00:00+08:00")
    assert any("橙码" in text and why for text, why in ruleset.not_encoded)
