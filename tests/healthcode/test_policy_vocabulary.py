"""Intake and fact files refuse whatever the vocabulary does not know, by name."""

from datetime import UTC, datetime
from typing import Any

import pytest

from healthcode.policy import validate_item
from healthcode.policy.instants import InstantInvalid, parse_instant

START = datetime(2022, 9, 18, 4, tzinfo=UTC)
LATER = datetime(2022, 9, 18, 5, tzinfo=UTC)
BEFORE = datetime(2022, 9, 18, 3, tzinfo=UTC)

TEST = {"method": "pcr", "result": "negative", "pool_size": 1}
LEG = {"mode": "flight", "from_country": "JPN", "to_country": "CHN"}
EXPOSURE = {"level": 1, "grade": "close", "case": "c1", "setting": "zone"}
ORDER = {"order": "home_isolation", "issued_by": "u1"}

GOOD: list[tuple[str, datetime | None, dict[str, Any]]] = [
    ("test", None, TEST),
    ("test", None, {**TEST, "pool_size": 20, "tube": "T1", "ct": 38.5, "lab": "l", "site": None}),
    ("test", None, {"method": "antigen", "result": "positive"}),
    ("vaccination", None, {"dose": 3, "product": "CoronaVac"}),
    ("travel", LATER, LEG),
    ("travel", LATER, {**LEG, "vehicle": "aircraft", "row": "12", "role": "crew"}),
    ("area_stay", LATER, {"region": "310101002003"}),
    ("area_stay", None, {"region": "310101"}),
    ("exposure", LATER, EXPOSURE),
    ("exposure", None, {**EXPOSURE, "level": 2, "grade": "secondary"}),
    ("companion", LATER, {"grid": "g7"}),
    ("case", None, {"status": "confirmed", "onset": "2022-09-17T08:00:00+08:00"}),
    ("case", LATER, {"status": "discharged"}),
    ("order", LATER, ORDER),
    ("health_report", None, {"symptoms": []}),
    ("health_report", None, {"symptoms": ["fever", "cough"]}),
    ("screening_due", LATER, {"campaign": "k1", "by": "2022-09-18T12:30:00+08:00"}),
]

BAD: list[tuple[str, datetime | None, dict[str, Any], str, str]] = [
    ("debt", None, {}, "kind", "unknown_kind"),
    ("test", None, {**TEST, "name": "x"}, "name", "unknown_field"),
    ("test", None, {**TEST, "colour": "red"}, "colour", "unknown_field"),
    ("test", None, {**TEST, "result": "positiv"}, "result", "invalid_value"),
    ("test", None, {"method": "pcr"}, "result", "required"),
    ("test", None, {**TEST, "pool_size": 21}, "pool_size", "invalid_value"),
    ("test", None, {**TEST, "pool_size": 0}, "pool_size", "invalid_value"),
    ("test", None, {**TEST, "pool_size": True}, "pool_size", "invalid_value"),
    ("test", None, {**TEST, "pool_size": "1"}, "pool_size", "invalid_value"),
    ("test", None, {**TEST, "pool_size": 10}, "tube", "required"),
    ("test", None, {**TEST, "ct": float("nan")}, "ct", "invalid_value"),
    (
        "test",
        None,
        {"method": "antigen", "result": "negative", "pool_size": 2, "tube": "T"},
        "pool_size",
        "invalid_value",
    ),
    ("test", LATER, TEST, "ended_at", "not_allowed"),
    ("vaccination", None, {"dose": 0, "product": "x"}, "dose", "invalid_value"),
    ("travel", None, LEG, "ended_at", "required"),
    ("travel", BEFORE, LEG, "ended_at", "ends_before_start"),
    ("travel", LATER, {**LEG, "mode": "metro"}, "mode", "invalid_value"),
    ("travel", LATER, {**LEG, "to_country": "cn"}, "to_country", "invalid_value"),
    ("area_stay", None, {"region": "31"}, "region", "invalid_value"),
    ("area_stay", None, {"region": "310101", "tier": "high"}, "tier", "joined"),
    ("exposure", None, {**EXPOSURE, "grade": "secondary"}, "grade", "invalid_pair"),
    ("exposure", None, {**EXPOSURE, "level": 2}, "grade", "invalid_pair"),
    ("exposure", None, {"level": 1, "grade": "close"}, "case", "required"),
    ("case", LATER, {"status": "confirmed"}, "ended_at", "not_allowed"),
    ("case", None, {"status": "discharged"}, "ended_at", "required"),
    ("case", None, {"status": "confirmed", "onset": "2022-09-17"}, "onset", "invalid_value"),
    ("order", None, ORDER, "ended_at", "required"),
    ("order", LATER, {**ORDER, "order": "red_code"}, "order", "invalid_value"),
    ("health_report", None, {"symptoms": ["debt"]}, "symptoms", "invalid_value"),
    ("health_report", None, {"symptoms": ["fever", "fever"]}, "symptoms", "invalid_value"),
    ("health_report", None, {"symptoms": "fever"}, "symptoms", "invalid_value"),
    (
        "screening_due",
        LATER,
        {"campaign": "k", "by": "2022-09-18T11:59:59+08:00"},
        "by",
        "ends_before_start",
    ),
    (
        "screening_due",
        LATER,
        {"campaign": "k", "by": "2022-09-18T13:00:01+08:00"},
        "by",
        "after_end",
    ),
    ("screening_due", LATER, {"campaign": "k"}, "by", "required"),
]


@pytest.mark.parametrize(("kind", "end", "details"), GOOD)
def test_what_the_vocabulary_knows_is_accepted(
    kind: str, end: datetime | None, details: dict[str, Any]
) -> None:
    assert validate_item(kind, START, end, details) == []


@pytest.mark.parametrize(("kind", "end", "details", "field", "code"), BAD)
def test_anything_else_is_refused_by_name(
    kind: str, end: datetime | None, details: dict[str, Any], field: str, code: str
) -> None:
    problems = validate_item(kind, START, end, details)
    assert (field, code) in [problem[:2] for problem in problems]
    assert all(problem.message for problem in problems)


def test_a_fact_file_may_state_the_tier_and_leave_out_where_a_fact_came_from() -> None:
    tier = {"region": "310101", "tier": "high", "tier_from": "2022-09-18T08:00:00+08:00"}
    assert validate_item("area_stay", START, None, tier, joined=True) == []
    assert validate_item("exposure", START, None, {"level": 1, "grade": "close"}, joined=True) == []


def test_a_listing_that_ends_before_it_starts_is_refused() -> None:
    tier = {"region": "310101", "tier": "high", "tier_from": 20, "tier_to": 20}
    [problem] = validate_item("area_stay", START, None, tier, joined=True)
    assert problem.field == "tier_to"


def test_a_value_is_never_repeated_in_the_sentence() -> None:
    [problem] = validate_item("test", START, None, {**TEST, "lab": "张三\n"})
    assert "张三" not in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "2022-09-18T12:00:00",
        "2022-09-18",
        "2022-09-18T12:00:00.5+08:00",
        "2022-13-18T12:00:00Z",
        "yesterday",
        "",
        None,
        True,
        1.5,
        datetime(2022, 9, 18, 4),  # noqa: DTZ001
    ],
)
def test_an_instant_needs_an_offset_and_whole_seconds(text: Any) -> None:
    with pytest.raises(InstantInvalid):
        parse_instant(text)


@pytest.mark.parametrize(
    "text", ["2022-09-18T12:00:00+08:00", "2022-09-18T04:00:00Z", "2022-09-18T04:00Z", START]
)
def test_the_same_instant_may_be_written_in_several_ways(text: Any) -> None:
    assert parse_instant(text) == 1663473600
