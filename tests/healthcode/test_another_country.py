"""A made-up set of another country, whose clocks change twice a year, needs no code of its own.

Clocks there: 25 September 2022 has 23 hours (2:00 becomes 3:00, +12:00 becomes +13:00) and
2 April 2023 has 25 (3:00 becomes 2:00, +13:00 becomes +12:00).
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import healthcode
from healthcode.management.commands.decide import decide_file
from healthcode.policy import (
    CompiledRules,
    Decision,
    Edge,
    Fact,
    compile_rules,
    decide,
    decision_to_json,
    fact_from_item,
    grade,
)
from healthcode.policy.instants import HOUR, parse_instant
from healthcode.rules import load_ruleset
from tracing.windows import infectious_window

NAME = "nz-made-up"
TEXT = f"""
id: {NAME}
title: {{zh-hans: 另一国家的试验规则, en: Trial rules of another country}}
scope: NZL
valid_from: "2022-09-01T00:00:00+12:00"
calendar: Pacific/Auckland
sources: ["made up for this test"]
obligations:
  test: {{zh-hans: 请做一次核酸检测, en: Please take a PCR test}}
  home_isolation: {{zh-hans: 请居家隔离, en: Please stay at home}}
rules:
  - id: close
    when: {{exposure: {{grade: close}}}}
    phases:
      - {{colour: red, place: home_isolation, days: 5, test_days: [5]}}
      - {{colour: yellow, days: 2}}
    text: {{zh-hans: 您是密切接触者, en: You are a close contact}}
    release: {{zh-hans: 七天后解除, en: Ends after seven days}}
  - id: second-hand
    when: {{exposure: {{grade: secondary}}}}
    phases: [{{colour: red, days: 5}}]
    release_needs: {{test: {{method: pcr, result: negative}}, from_day: 5, lapses_day: 7}}
    text: {{zh-hans: 您是次密切接触者, en: You met a close contact}}
    release: {{zh-hans: 第五天起检测阴性即解除, en: Ends with a negative test from day five on}}
  - id: general
    when: {{exposure: {{grade: casual}}}}
    phases: [{{colour: red, hours: 12}}, {{colour: yellow, hours: 24}}]
    text: {{zh-hans: 您是一般接触者, en: You are a casual contact}}
    release: {{zh-hans: 三十六小时后解除, en: Ends after 36 hours}}
  - id: arrival
    when: {{travel: {{entry: {{into: NZL, exempt: [AUS], third_country_days: 14}}}}}}
    phases: [{{colour: red, days: 7}}]
    released_by: {{test: {{method: pcr, result: negative}}, count: 2, gap_hours: 24}}
    text: {{zh-hans: 您刚刚入境, en: You arrived from abroad}}
    release: {{zh-hans: 两次阴性或七天后解除, en: Ends with two negatives or after seven days}}
  - id: unwell
    when: {{health_report: {{symptoms: any}}}}
    phases: [{{colour: yellow, days: 10}}]
    released_by: {{health_report: {{symptoms: none}}, consecutive_days: 3}}
    text: {{zh-hans: 您报告了症状, en: You reported symptoms}}
    release: {{zh-hans: 连续三天无症状即解除, en: Ends after three days in a row without symptoms}}
contacts:
  lookback: {{onset: {{days: 2}}, sampling: {{hours: 48}}}}
  lookforward: {{days: 7}}
  window_hours: 24
  minimum_minutes: 1
  rules:
    - {{id: household, when: {{setting: household}}, grade: close}}
"""


@cache
def rules(calendar: str = "Pacific/Auckland") -> CompiledRules:
    return compile_rules(load_ruleset(TEXT.replace("Pacific/Auckland", calendar)))


def contact(last: str, grade: str = "close") -> Fact:
    """A contact that ended in the second after it began."""
    level = 2 if grade == "secondary" else 1
    details = {"level": level, "grade": grade, "case": "c1", "setting": "other"}
    end = parse_instant(last)
    return fact_from_item("exposure", end - 1, end, details)


def pcr(sampled: str) -> Fact:
    details = {"method": "pcr", "result": "negative", "pool_size": 1}
    return fact_from_item("test", sampled, None, details)


def leg(departed: str, arrived: str, origin: str, to: str = "NZL") -> Fact:
    details = {"mode": "flight", "from_country": origin, "to_country": to}
    return fact_from_item("travel", departed, arrived, details)


def report(at: str, *symptoms: str) -> Fact:
    return fact_from_item("health_report", at, None, {"symptoms": list(symptoms)})


def decided(now: str, *facts: Fact) -> Decision:
    return decide([f._replace(id=i) for i, f in enumerate(facts)], rules(), parse_instant(now))


KNOWN = pcr("2022-09-01T08:00:00+12:00")
SPRING = contact("2022-09-20T12:00:00+12:00")
AUTUMN = contact("2023-03-28T12:00:00+13:00")
SECOND = contact("2022-09-20T12:00:00+12:00", "secondary")
NIGHT = contact("2022-09-24T20:00:00+12:00", "casual")
LONG_NIGHT = contact("2023-04-01T20:00:00+13:00", "casual")
EARLY = contact("2023-04-02T02:30:00+13:00")
LATE = contact("2023-04-02T02:30:00+12:00")  # an hour after EARLY, the same on the wall
FROM_SYDNEY = leg("2022-09-24T08:00:00+10:00", "2022-09-24T13:00:00+12:00", "AUS")
FROM_BEIJING = leg("2022-09-23T00:00:00+08:00", "2022-09-23T18:00:00+12:00", "CHN")
IN_THE_NIGHT = leg("2022-09-24T14:00:00Z", "2022-09-24T14:10:00Z", "FJI")  # the 25th, 3:10
IN_AUTUMN = leg("2023-03-31T00:00:00Z", "2023-03-31T06:00:00Z", "CHN")
HOME = leg("2022-09-23T00:00:00Z", "2022-09-23T12:00:00Z", "NZL", "CHN")
DAY_14 = leg("2022-09-10T00:00:00+12:00", "2022-09-10T09:00:00Z", "IDN", "AUS")
DAY_15 = leg("2022-09-09T23:59:59+12:00", "2022-09-10T09:00:00Z", "IDN", "AUS")
NOON = pcr("2022-09-24T12:00:00+12:00")
AUTUMN_NOON = pcr("2023-04-01T12:00:00+13:00")
COUGH = report("2022-09-24T07:00:00+12:00", "cough")
AUTUMN_COUGH = report("2023-03-31T07:00:00+13:00", "cough")
IN_A_ROW = [
    report("2022-09-24T23:30:00+12:00"),
    report("2022-09-25T23:30:00+13:00"),
    report("2022-09-26T00:30:00+13:00"),
]
TWICE = [
    report("2023-04-01T08:00:00+13:00"),
    report("2023-04-02T02:30:00+13:00"),
    report("2023-04-02T02:30:00+12:00"),
]

MIDNIGHT_ZONES = ["America/Santiago", "Africa/Cairo", "America/Havana"]

TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nothing known", "2022-09-25T12:00:00+13:00", [], "unassessed"),
    ("a negative", "2022-09-25T12:00:00+13:00", [KNOWN], "green"),
    # Days are local: the fifth has 23 hours in spring and 25 in autumn.
    ("day 5 of 23 hours", "2022-09-25T23:59:59+13:00", [SPRING], "red"),
    ("day 6 at 0:00, not at 1:00", "2022-09-26T00:00:00+13:00", [SPRING], "yellow"),
    ("day 7, its last second", "2022-09-27T23:59:59+13:00", [SPRING], "yellow"),
    ("day 8", "2022-09-28T00:00:00+13:00", [SPRING, KNOWN], "green"),
    ("the last hour of a day of 25", "2023-04-02T23:00:00+12:00", [AUTUMN], "red"),
    ("its last second", "2023-04-02T23:59:59+12:00", [AUTUMN], "red"),
    ("the day after", "2023-04-03T00:00:00+12:00", [AUTUMN], "yellow"),
    ("the first 2:30 is of the long day", "2023-04-07T23:59:59+12:00", [EARLY], "red"),
    ("and so is the second", "2023-04-08T00:00:00+12:00", [LATE], "yellow"),
    ("between the two", "2023-04-02T02:00:00+12:00", [EARLY, LATE], "red"),
    # Hours are elapsed time, whatever the clocks say.
    ("12 hours of a short night", "2022-09-25T08:59:59+13:00", [NIGHT], "red"),
    ("12 hours are over at 9:00", "2022-09-25T09:00:00+13:00", [NIGHT], "yellow"),
    ("36 hours of a short day", "2022-09-26T08:59:59+13:00", [NIGHT], "yellow"),
    ("36 hours are over", "2022-09-26T09:00:00+13:00", [NIGHT, KNOWN], "green"),
    ("12 hours of a long night", "2023-04-02T06:59:59+12:00", [LONG_NIGHT], "red"),
    ("12 hours are over at 7:00", "2023-04-02T07:00:00+12:00", [LONG_NIGHT], "yellow"),
    ("36 hours of a long day", "2023-04-03T06:59:59+12:00", [LONG_NIGHT], "yellow"),
    ("36 hours are over there too", "2023-04-03T07:00:00+12:00", [LONG_NIGHT, KNOWN], "green"),
    # Entry into that country, and into no other.
    ("from China", "2022-09-24T08:00:00+12:00", [FROM_BEIJING], "red"),
    ("day 7, across the change", "2022-09-30T23:59:59+13:00", [FROM_BEIJING], "red"),
    ("day 8 after arrival", "2022-10-01T00:00:00+13:00", [FROM_BEIJING, KNOWN], "green"),
    ("the day of arrival is the local one", "2022-10-02T23:59:59+13:00", [IN_THE_NIGHT], "red"),
    ("and ends with it", "2022-10-03T00:00:00+13:00", [IN_THE_NIGHT, KNOWN], "green"),
    ("to China", "2022-09-24T08:00:00+12:00", [HOME, KNOWN], "green"),
    ("from an exempt country", "2022-09-25T08:00:00+13:00", [FROM_SYDNEY, KNOWN], "green"),
    ("14 days after a third one", "2022-09-25T08:00:00+13:00", [DAY_14, FROM_SYDNEY], "red"),
    ("a second more", "2022-09-25T08:00:00+13:00", [DAY_15, FROM_SYDNEY, KNOWN], "green"),
    # Releases: gaps are elapsed hours, days in a row are local ones.
    (
        "noon to noon of a short day is 23 hours",
        "2022-09-25T20:00:00+13:00",
        [FROM_BEIJING, NOON, pcr("2022-09-25T12:00:00+13:00")],
        "red",
    ),
    (
        "an hour later it is 24",
        "2022-09-25T20:00:00+13:00",
        [FROM_BEIJING, NOON, pcr("2022-09-25T13:00:00+13:00")],
        "green",
    ),
    (
        "noon to eleven of a long day is 24",
        "2023-04-02T20:00:00+12:00",
        [IN_AUTUMN, AUTUMN_NOON, pcr("2023-04-02T11:00:00+12:00")],
        "green",
    ),
    ("three days in a row", "2022-09-26T00:30:00+13:00", [COUGH, *IN_A_ROW, KNOWN], "green"),
    ("2:30 twice is one day", "2023-04-02T20:00:00+12:00", [AUTUMN_COUGH, *TWICE], "yellow"),
    (
        "sampled at 0:00 of a short day 5",
        "2022-09-26T00:00:00+13:00",
        [SECOND, pcr("2022-09-25T00:00:00+12:00")],
        "green",
    ),
    (
        "sampled a second before",
        "2022-09-27T23:59:59+13:00",
        [SECOND, pcr("2022-09-24T23:59:59+12:00")],
        "red",
    ),
    ("without a sample it lapses", "2022-09-28T00:00:00+13:00", [SECOND, KNOWN], "green"),
]


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_colour_follows_from_the_text_alone(now: str, facts: list[Fact], expected: str) -> None:
    assert decided(now, *facts).colour.word == expected


def test_a_decision_speaks_in_local_time() -> None:
    answer = decision_to_json(decided("2022-09-24T12:00:00+12:00", SPRING), rules())
    [reason] = answer["reasons"]
    assert (reason["since"], reason["until"]) == (
        "2022-09-20T12:00:00+12:00",
        "2022-09-26T00:00:00+13:00",
    )
    assert answer["review_at"] == "2022-09-26T00:00:00+13:00"


@pytest.mark.parametrize(
    ("now", "fact", "hours"),
    [("2022-09-25T08:00:00+13:00", SPRING, 23), ("2023-04-02T08:00:00+12:00", AUTUMN, 25)],
)
def test_a_test_is_owed_on_a_day_as_long_as_it_is(now: str, fact: Fact, hours: int) -> None:
    [owed] = [one for one in decided(now, fact).obligations if one.what == "test"]
    assert owed.by is not None
    assert owed.by - owed.start == hours * HOUR


# Lord Howe's clocks change by half an hour; Santiago's, Cairo's and Havana's around midnight, so
# that a day begins at 1:00, or 23:00 or 0:00 comes twice.
@pytest.mark.parametrize(
    "zone", ["Pacific/Auckland", "Australia/Lord_Howe", *MIDNIGHT_ZONES, "Asia/Kathmandu"]
)
def test_every_day_begins_at_its_first_instant(zone: str) -> None:
    calendar = rules(zone).calendar
    first = calendar.day_of(parse_instant("2022-01-01T12:00:00Z"))
    for day in range(first, first + 3 * 365):
        midnight = calendar.midnight(day)
        assert (calendar.day_of(midnight - 1), calendar.day_of(midnight)) == (day - 1, day)
        assert calendar.end_of_day(midnight, 0) == calendar.midnight(day + 1)


def test_encounters_are_graded_and_a_window_is_drawn_by_its_calendar() -> None:
    assert grade(Edge("household"), rules()) == ("close", 1, "household")
    sampled = datetime.fromisoformat("2022-09-26T10:00:00+13:00")
    said: dict[str, Any] = {"isolated_at": None, "confirmed_at": sampled, "rules": rules()}
    by_onset = infectious_window(onset_at=sampled, sampled_at=sampled, **said)
    by_sample = infectious_window(onset_at=None, sampled_at=sampled, **said)
    assert by_onset.since == datetime.fromisoformat("2022-09-24T00:00:00+12:00")
    assert by_sample.since == datetime.fromisoformat("2022-09-24T09:00:00+12:00")


def test_the_command_decides_by_a_file_put_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{NAME}.yaml").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr("healthcode.rules.loading.FOLDER", tmp_path)
    item = {
        "kind": "travel",
        "occurred_at": "2022-09-22T12:00:00-07:00",
        "ended_at": "2022-09-25T01:30:00+12:00",
        "details": {"mode": "flight", "from_country": "USA", "to_country": "NZL"},
    }
    facts = tmp_path / "facts.json"
    facts.write_text(
        json.dumps({"ruleset": NAME, "now": "2022-09-25T08:00:00+13:00", "evidence": [item]})
    )
    answer = decide_file(str(facts))
    assert (answer["colour"], answer["review_at"]) == ("red", "2022-10-03T00:00:00+13:00")


def test_the_program_names_neither_the_country_nor_its_clocks() -> None:
    folder = Path(healthcode.__file__).parent
    for program in folder.rglob("*.py"):
        text = program.read_text(encoding="utf-8")
        assert "NZL" not in text, program
        assert "Auckland" not in text, program
