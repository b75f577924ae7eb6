"""Each element of the rule language, with the instants at which it turns."""

import pytest

from healthcode.policy import Fact, decide
from healthcode.policy.errors import NoColourPart
from healthcode.policy.instants import Calendar
from tests.healthcode.given import (
    at,
    case,
    colour,
    decided,
    exposure,
    fact,
    leg,
    pcr,
    stay,
    trial,
)
from tests.healthcode.language import EVERYTHING

KNOWN = pcr("08-30 08:00")
LONG_AGO = pcr("08-01 08:00")


def rule(body: str) -> str:
    """A rule set of one rule."""
    words = "text: {zh-hans: 说明, en: words}, release: {zh-hans: 解除, en: release}"
    return f"rules:\n  - {{id: only, {body}, {words}}}\n"


TWO_TESTS = rule(
    "when: {exposure: {grade: casual}}, phases: [{colour: yellow}], "
    "released_by: {test: {method: pcr, result: negative}, count: 2, gap_hours: 24,"
    " within_hours: 72}"
)
TWO_LABS = rule(
    "when: {exposure: {grade: close}}, phases: [{colour: red, days: 14}], "
    "release_needs: {test: {method: pcr, result: negative}, count: 2, within_hours: 1,"
    " distinct: lab, from_day: 14, lapses_day: 28}"
)
SEVEN_REPORTS = rule(
    "when: {travel: {entry: {into: CHN}}}, phases: [{colour: yellow}], "
    "released_by: {health_report: {symptoms: none}, consecutive_days: 7}"
)
MACAO = rule(
    "when: {travel: {entry: {into: CHN, exempt: [MAC], third_country_days: 7}}}, "
    "phases: [{colour: red, days: 14}]"
)
RESIDENTS = rule("when: {area_stay: {tier: high, left: false}}, phases: [{colour: red}]")
ARRIVED = rule(
    "when: {area_stay: {tier: [high, medium], left: true, outside_scope: true}}, "
    "phases: [{colour: red, days: 14}]"
)
HOURS = rule("when: {exposure: {grade: close}}, phases: [{colour: red, hours: 36}]")
LOW_CT = rule(
    "when: {test: {result: positive, method: pcr, ct: {below: 35, unknown: true}}}, "
    "phases: [{colour: red}]"
)
TWO_PHASES = rule(
    "when: {exposure: {grade: close}}, phases: [{colour: red, days: 14}, {colour: yellow, days: 7}]"
)
CASUAL = exposure("09-01 12:00", "09-01 13:00", "casual")
CLOSE = exposure("09-01 12:00", "09-01 13:00")
MACAO_LEG = leg("09-10 08:00", "09-10 10:00", "MAC")


def report(day: str, *symptoms: str) -> Fact:
    return fact("health_report", f"{day} 08:00", symptoms=list(symptoms))


def reports(*days: int) -> list[Fact]:
    return [report(f"09-{day:02}") for day in days]


TABLE: list[tuple[str, str, str, list[Fact], str]] = [
    (
        "two tests 24 h apart",
        TWO_TESTS,
        "09-03 09:00:00",
        [CASUAL, pcr("09-02 09:00"), pcr("09-03 09:00:00")],
        "green",
    ),
    (
        "a second too close",
        TWO_TESTS,
        "09-03 09:00",
        [CASUAL, pcr("09-02 09:00"), pcr("09-03 08:59:59")],
        "yellow",
    ),
    (
        "72 h apart at the most",
        TWO_TESTS,
        "09-05 09:00",
        [CASUAL, pcr("09-02 09:00"), pcr("09-05 09:00:00")],
        "green",
    ),
    (
        "a second too far",
        TWO_TESTS,
        "09-05 09:30",
        [CASUAL, pcr("09-02 09:00"), pcr("09-05 09:00:01")],
        "yellow",
    ),
    (
        "any two of three",
        TWO_TESTS,
        "09-05 09:30",
        [CASUAL, pcr("09-02 09:00"), pcr("09-04 09:00"), pcr("09-05 09:00:01")],
        "green",
    ),
    (
        "the first before the clock",
        TWO_TESTS,
        "09-02 14:00",
        [CASUAL, pcr("09-01 12:30"), pcr("09-02 13:00")],
        "yellow",
    ),
    (
        "two labs within the hour",
        TWO_LABS,
        "09-16 00:00",
        [CLOSE, pcr("09-15 09:00", lab="a"), pcr("09-15 10:00", lab="b")],
        "green",
    ),
    (
        "two labs at once",
        TWO_LABS,
        "09-16 00:00",
        [CLOSE, pcr("09-15 09:00", lab="a"), pcr("09-15 09:00", lab="b")],
        "green",
    ),
    (
        "one lab twice",
        TWO_LABS,
        "09-16 00:00",
        [CLOSE, pcr("09-15 09:00", lab="a"), pcr("09-15 10:00", lab="a")],
        "red",
    ),
    (
        "labs unknown",
        TWO_LABS,
        "09-16 00:00",
        [CLOSE, pcr("09-15 09:00"), pcr("09-15 10:00")],
        "red",
    ),
    (
        "more than an hour apart",
        TWO_LABS,
        "09-16 00:00",
        [CLOSE, pcr("09-15 09:00", lab="a"), pcr("09-15 10:00:01", lab="b")],
        "red",
    ),
    (
        "six reports in a row",
        SEVEN_REPORTS,
        "09-16 20:00",
        [leg("09-10 01:00", "09-10 06:00", "JPN"), *reports(10, 11, 12, 13, 14, 15)],
        "yellow",
    ),
    (
        "seven reports in a row",
        SEVEN_REPORTS,
        "09-16 20:00",
        [leg("09-10 01:00", "09-10 06:00", "JPN"), *reports(10, 11, 12, 13, 14, 15, 16), KNOWN],
        "green",
    ),
    (
        "a day missed",
        SEVEN_REPORTS,
        "09-17 20:00",
        [leg("09-10 01:00", "09-10 06:00", "JPN"), *reports(10, 11, 12, 14, 15, 16, 17)],
        "yellow",
    ),
    (
        "a day with fever",
        SEVEN_REPORTS,
        "09-16 20:00",
        [
            leg("09-10 01:00", "09-10 06:00", "JPN"),
            *reports(10, 11, 12, 14, 15, 16),
            report("09-13", "fever"),
        ],
        "yellow",
    ),
    ("Macao is exempt", MACAO, "09-11 08:00", [MACAO_LEG, KNOWN], "green"),
    (
        "not after a third country",
        MACAO,
        "09-11 08:00",
        [leg("09-05 08:00", "09-05 12:00", "JPN", "MAC"), MACAO_LEG, KNOWN],
        "red",
    ),
    (
        "a third country too long ago",
        MACAO,
        "09-11 08:00",
        [leg("09-02 08:00", "09-02 12:00", "JPN", "MAC"), MACAO_LEG, KNOWN],
        "green",
    ),
    (
        "Hong Kong is a third place",
        MACAO,
        "09-11 08:00",
        [leg("09-05 08:00", "09-05 12:00", "HKG", "MAC"), MACAO_LEG, KNOWN],
        "red",
    ),
    (
        "a trip to Macao from home is none",
        MACAO,
        "09-11 08:00",
        [leg("09-09 08:00", "09-09 12:00", "CHN", "MAC"), MACAO_LEG, KNOWN],
        "green",
    ),
    (
        "residents",
        RESIDENTS,
        "09-12 08:00",
        [stay("09-01 08:00", None, tier_from="09-10 00:00")],
        "red",
    ),
    (
        "listed later",
        RESIDENTS,
        "09-09 23:59:59",
        [stay("09-01 08:00", None, tier_from="09-10 00:00"), KNOWN],
        "green",
    ),
    (
        "lifted",
        RESIDENTS,
        "09-15 00:00:00",
        [stay("09-01 08:00", None, tier_from="09-10 00:00", tier_to="09-15 00:00"), KNOWN],
        "green",
    ),
    (
        "left",
        RESIDENTS,
        "09-12 08:00:00",
        [stay("09-01 08:00", "09-12 08:00", tier_from="09-10 00:00"), KNOWN],
        "green",
    ),
    (
        "left before it was listed",
        RESIDENTS,
        "09-12 08:00",
        [stay("09-01 08:00", "09-09 08:00", tier_from="09-10 00:00"), KNOWN],
        "green",
    ),
    (
        "from an area inside the scope",
        ARRIVED,
        "09-12 08:00",
        [stay("09-01 08:00", "09-10 08:00"), KNOWN],
        "green",
    ),
    (
        "from an area elsewhere",
        ARRIVED,
        "09-12 08:00",
        [fact("area_stay", "09-01 08:00", "09-10 08:00", region="110101", tier="medium")],
        "red",
    ),
    (
        "listed on day 7, its last second",
        ARRIVED,
        "09-20 08:00",
        [
            fact(
                "area_stay",
                "09-01 08:00",
                "09-10 08:00",
                region="110101",
                tier="medium",
                tier_from="09-17 23:59:59",
            )
        ],
        "red",
    ),
    (
        "listed on day 8",
        ARRIVED,
        "09-20 08:00",
        [
            fact(
                "area_stay",
                "09-01 08:00",
                "09-10 08:00",
                region="110101",
                tier="medium",
                tier_from="09-18 00:00:00",
            ),
            KNOWN,
        ],
        "green",
    ),
    ("hours are elapsed time", HOURS, "09-03 00:59:59", [CLOSE], "red"),
    ("36 hours after", HOURS, "09-03 01:00:00", [CLOSE, KNOWN], "green"),
    (
        "a low ct",
        LOW_CT,
        "09-03 08:00",
        [fact("test", "09-01 08:00", method="pcr", result="positive", pool_size=1, ct=34.9)],
        "red",
    ),
    (
        "a high ct",
        LOW_CT,
        "09-03 08:00",
        [fact("test", "09-01 08:00", method="pcr", result="positive", pool_size=1, ct=35)],
        "green",
    ),
    ("a ct unknown", LOW_CT, "09-03 08:00", [pcr("09-01 08:00", "positive")], "red"),
    ("fourteen days red", TWO_PHASES, "09-15 23:59:59", [CLOSE], "red"),
    ("then yellow", TWO_PHASES, "09-16 00:00:00", [CLOSE], "yellow"),
    ("for seven days", TWO_PHASES, "09-22 23:59:59", [CLOSE], "yellow"),
    ("then green", TWO_PHASES, "09-23 00:00:00", [CLOSE, KNOWN], "green"),
]


@pytest.mark.parametrize(
    ("body", "now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_an_element_of_the_language_means_what_it_says(
    body: str, now: str, facts: list[Fact], expected: str
) -> None:
    assert colour(now, *facts, rules=trial(body)) == expected


def test_the_second_test_has_an_earliest_instant() -> None:
    [reason] = decided("09-02 12:00", CASUAL, pcr("09-02 09:00"), rules=trial(TWO_TESTS)).reasons
    assert (reason.until, reason.earliest) == (None, at("09-03 09:00"))


def test_a_first_test_too_long_ago_has_no_successor() -> None:
    [reason] = decided("09-06 12:00", CASUAL, pcr("09-02 09:00"), rules=trial(TWO_TESTS)).reasons
    assert reason.earliest is None


def test_a_test_that_grows_too_old_leaves_the_later_one_to_wait_for() -> None:
    rules = trial(TWO_TESTS.replace("within_hours: 72", "within_hours: 40"))
    facts = [CASUAL, pcr("09-02 00:00"), pcr("09-02 20:00")]
    before = decided("09-03 06:00", *facts, rules=rules)
    assert before.reasons[0].earliest is None
    assert before.review_at == at("09-03 16:00:01")
    after = decided("09-03 16:00:01", *facts, rules=rules)
    assert after.reasons[0].earliest == at("09-03 20:00")


def test_a_stay_that_ends_before_its_colour_is_looked_at_again() -> None:
    rules = trial(
        rule(
            "when: {exposure: {grade: close}}, "
            "phases: [{colour: red, days: 3, place: central_isolation}], "
            "released_by: {test: {method: antigen, result: negative}}, "
            "release_needs: {test: {method: pcr, result: negative}, from_day: 3, lapses_day: 9}"
        )
    )
    assert decided("09-03 12:00", CLOSE, rules=rules).review_at == at("09-05 00:00")


def test_a_phase_ends_where_the_next_begins() -> None:
    red = decided("09-05 12:00", CLOSE, rules=trial(TWO_PHASES))
    yellow = decided("09-17 12:00", CLOSE, rules=trial(TWO_PHASES))
    assert (red.reasons[0].until, red.review_at) == (at("09-16 00:00"), at("09-16 00:00"))
    assert yellow.reasons[0].until == at("09-23 00:00")


def test_a_daily_report_is_owed_until_it_is_made() -> None:
    rules = trial(EVERYTHING)
    labs = [pcr("09-04 09:00", lab="a"), pcr("09-04 09:00", lab="b")]
    before = decided("09-05 12:00", CLOSE, *labs, rules=rules)
    after = decided("09-05 12:00", CLOSE, *labs, report("09-05"), rules=rules)
    assert [o.by for o in before.obligations if o.what == "report"] == [at("09-06 00:00")]
    assert [o for o in after.obligations if o.what == "report"] == []
    assert before.review_at == after.review_at == at("09-06 00:00")


def test_a_companion_owes_two_tests_and_keeps_the_colour() -> None:
    companion = fact("companion", "09-01 12:00", "09-01 13:00", grid="g")
    recent = pcr("09-01 12:30")
    decision = decided("09-02 12:00", companion, recent, rules=trial(EVERYTHING))
    assert decision.colour.word == "green"
    assert [(o.what, o.rule) for o in decision.obligations] == [("test", "companion")]
    done = [pcr("09-02 09:00"), pcr("09-03 09:00")]
    assert decided("09-03 12:00", companion, *done, rules=trial(EVERYTHING)).obligations == ()


def test_a_set_that_only_grades_contacts_decides_nothing() -> None:
    contacts = """contacts:
  lookback: {onset: {days: 2}, sampling: {days: 2}}
  lookforward: until_isolated
  window_hours: 24
  minimum_minutes: 0
  rules: [{id: household, when: {setting: household}, grade: close}]
"""
    with pytest.raises(NoColourPart):
        decide([], trial(contacts), 0)


def test_a_zone_with_changing_offsets_has_its_own_midnights() -> None:
    berlin = Calendar("Europe/Berlin")
    noon = 1667041200  # 2022-10-29 13:00 there; the next night is 25 hours long
    ends = [berlin.end_of_day(noon, days) for days in range(3)]
    assert [ends[1] - ends[0], ends[2] - ends[1]] == [25 * 3600, 24 * 3600]
    assert berlin.iso(ends[0]) == "2022-10-30T00:00:00+02:00"


def test_a_case_between_two_episodes_is_only_its_own() -> None:
    first = case("09-01 08:00", "09-05 08:00", "discharged")
    second = case("09-20 08:00", "09-25 08:00", "discharged")
    old = pcr("09-01 07:00", "positive")
    new = pcr("09-19 08:00", "positive")
    assert colour("09-19 12:00", old, first, new, rules=trial(EVERYTHING)) == "red"
    facts = [old, first, new, second, pcr("10-01 08:00")]
    assert colour("10-03 00:00", *facts, rules=trial(EVERYTHING)) == "green"


def test_nothing_counts_before_it_is_known_to_have_happened() -> None:
    assert colour("09-01 07:00", LONG_AGO, CLOSE, rules=trial(TWO_PHASES)) == "green"
    assert decided("09-01 07:00", LONG_AGO, CLOSE, rules=trial(TWO_PHASES)).review_at == at(
        "09-01 12:00"
    )
