"""The twenty measures: five days at a site, three at home, no contacts of contacts."""

import pytest

from healthcode.policy import Edge, Fact, compile_rules, grade
from healthcode.rules import load_named
from tests.healthcode.given import (
    antigen,
    at,
    case,
    colour,
    decided,
    exposure,
    fact,
    leg,
    pcr,
    stay,
)

RULES = compile_rules(load_named("cn-20"))

CONTACT = exposure("11-12 12:00", "11-12 13:10")
SECONDARY = exposure("11-12 12:00", "11-12 13:10", "secondary")
CASUAL = exposure("11-12 12:00", "11-12 13:10", "casual")
NEGATIVE = pcr("11-11 09:00")
SINGLE = pcr("11-12 09:00", "positive")
TUBE = pcr("11-12 09:00", "positive", pool=10)
DISCHARGED = case("11-12 12:00", "11-19 10:00", "discharged")
EXCLUDED = case("11-12 12:00", "11-13 10:00", "excluded")
ENTRY = leg("11-12 08:00", "11-12 14:00", "JPN")
LEFT_HIGH = stay("11-05 08:00", "11-12 20:00")
LEFT_MEDIUM = stay("11-05 08:00", "11-12 20:00", "medium")
HIGH_CT = fact("test", "11-12 15:00", method="pcr", result="positive", pool_size=1, ct=36)

TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "11-13 08:00", [], "unassessed"),
    ("a negative", "11-13 08:00", [NEGATIVE], "green"),
    # Positives and cases.
    ("a single positive, negatives after it", "11-15 08:00", [SINGLE, pcr("11-14 08:00")], "red"),
    ("a single positive, excluded", "11-13 10:00:00", [SINGLE, EXCLUDED], "green"),
    ("a case in care", "11-13 08:00", [case("11-12 12:00")], "red"),
    ("a second before the discharge", "11-19 09:59:59", [SINGLE, DISCHARGED], "red"),
    ("discharged after an old positive", "11-19 10:00:00", [SINGLE, DISCHARGED], "green"),
    ("a pooled positive", "11-12 10:00", [TUBE], "red"),
    ("then a single negative", "11-12 20:00:00", [TUBE, pcr("11-12 20:00:00")], "green"),
    ("a second before its sampling", "11-12 19:59:59", [TUBE, pcr("11-12 20:00:00")], "red"),
    ("then a pooled negative", "11-12 20:00", [TUBE, pcr("11-12 19:00", pool=10)], "red"),
    (
        "an antigen positive, then a single negative",
        "11-13 08:00",
        [antigen("11-12 08:00", "positive"), pcr("11-12 20:00")],
        "green",
    ),
    ("an entrant's positive of a high ct", "12-01 08:00", [ENTRY, HIGH_CT], "red"),
    (
        "a pool of two",
        "11-12 10:00",
        [pcr("11-12 09:00", "positive", pool=2), pcr("11-12 09:30", pool=2)],
        "red",
    ),
    ("an antigen positive", "11-13 08:00", [antigen("11-12 08:00", "positive")], "red"),
    # Close contacts: five days and three, in one colour.
    ("contact still going on", "12-05 12:00", [exposure("11-12 12:00", None)], "red"),
    ("day 5", "11-17 23:59:59", [CONTACT, NEGATIVE], "red"),
    ("day 6, at home", "11-18 00:00:00", [CONTACT, NEGATIVE], "red"),
    ("day 8", "11-20 23:59:59", [CONTACT, NEGATIVE], "red"),
    ("day 9", "11-21 00:00:00", [CONTACT, NEGATIVE], "green"),
    ("a contact upgraded to a case", "11-25 08:00", [CONTACT, case("11-15 12:00")], "red"),
    ("the discharge closes the contact", "11-19 10:00:00", [CONTACT, SINGLE, DISCHARGED], "green"),
    ("an exclusion does not", "11-13 10:00:00", [CONTACT, NEGATIVE, EXCLUDED], "red"),
    # Nobody else is determined.
    ("secondary", "11-13 08:00", [SECONDARY, NEGATIVE], "green"),
    ("secondary, and nothing else known", "11-13 08:00", [SECONDARY], "unassessed"),
    ("casual", "11-13 08:00", [CASUAL, NEGATIVE], "green"),
    # Entry.
    ("in the air", "11-12 13:59:59", [ENTRY, NEGATIVE], "green"),
    ("landed", "11-12 14:00:00", [ENTRY, NEGATIVE], "red"),
    ("entry, day 6, at home", "11-18 00:00:00", [ENTRY, NEGATIVE], "red"),
    ("entry, day 8", "11-20 23:59:59", [ENTRY, NEGATIVE], "red"),
    ("entry, day 9", "11-21 00:00:00", [ENTRY, NEGATIVE], "green"),
    # Areas: high, and no medium tier.
    ("left a high-risk area", "11-12 20:00:00", [LEFT_HIGH, NEGATIVE], "red"),
    ("left it, day 7", "11-19 23:59:59", [LEFT_HIGH, NEGATIVE], "red"),
    ("left it, day 8", "11-20 00:00:00", [LEFT_HIGH, NEGATIVE], "green"),
    ("left an area still called medium", "11-13 08:00", [LEFT_MEDIUM, NEGATIVE], "green"),
    ("lives in a high-risk area", "11-12 19:59:59", [LEFT_HIGH, NEGATIVE], "green"),
]

GRADES: list[tuple[str, Edge, str]] = [
    ("a household", Edge("household"), "close"),
    ("a classroom, near", Edge("zone", 45, distance_m=1), "close"),
    ("a classroom, far", Edge("zone", 45, distance_m=5), "casual"),
    ("karaoke, distance unknown", Edge("zone", 15, close_quarters=True), "close"),
    ("a supermarket, distance unknown", Edge("zone", 90), "casual"),
    ("somewhere, near", Edge("other", 15, distance_m=0.5), "close"),
    ("three rows of an aircraft", Edge("flight", 90, rows_apart=3, vehicle="aircraft"), "close"),
    ("four rows", Edge("flight", 90, rows_apart=4, vehicle="aircraft"), "casual"),
    ("a sealed carriage", Edge("train", 30, vehicle="train_sealed"), "close"),
    ("its crew in another carriage", Edge("train", 30, vehicle="train_open", crew=True), "close"),
    ("a sealed coach", Edge("coach", 90, rows_apart=12, vehicle="coach_sealed"), "close"),
    ("four rows of an airy coach", Edge("coach", 90, rows_apart=4, vehicle="coach_open"), "casual"),
    ("a cabin", Edge("ship", 90, vehicle="ship"), "close"),
    ("an hour in the metro", Edge("metro", 60, close_quarters=True), "casual"),
    ("somewhere, a little farther", Edge("other", 15, distance_m=1.5), "casual"),
    ("an office, a little farther than a metre", Edge("zone", 60, distance_m=1.5), "casual"),
    ("cabin crew of the section", Edge("flight", 90, vehicle="aircraft", crew=True), "close"),
    ("unfiltered air", Edge("flight", 90, vehicle="aircraft_no_hepa"), "close"),
    (
        "the same bay of an open train",
        Edge("train", 90, vehicle="train_open", same_compartment=True),
        "close",
    ),
    ("three rows of an airy coach", Edge("coach", 60, rows_apart=3, vehicle="coach_open"), "close"),
    ("the driver of an airy coach", Edge("coach", 90, vehicle="coach_open", crew=True), "close"),
    ("a taxi", Edge("car", 10, vehicle="car"), "close"),
    ("a contact's household", Edge("household", hop=2), "casual"),
    ("a contact's meal", Edge("zone", 15, close_quarters=True, hop=2), "casual"),
]


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_twenty_measures(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert colour(now, *facts, rules=RULES) == expected


@pytest.mark.parametrize(
    ("edge", "expected"), [row[1:] for row in GRADES], ids=[row[0] for row in GRADES]
)
def test_an_encounter_is_graded_by_the_twenty_measures(edge: Edge, expected: str) -> None:
    assert grade(edge, RULES).grade == expected


def owed(now: str, *facts: Fact) -> list[tuple[str, int, int | None]]:
    return [(o.what, o.start, o.by) for o in decided(now, *facts, rules=RULES).obligations]


def sampling_days(now: str, *facts: Fact) -> list[int]:
    return [start for what, start, _ in owed(now, *facts) if what == "test"]


@pytest.mark.parametrize("began", [CONTACT, ENTRY], ids=["contact", "entry"])
def test_five_days_at_a_site_owe_four_tests(began: Fact) -> None:
    assert ("central_isolation", began.ended_at, at("11-18 00:00")) in owed("11-12 20:00", began)
    days = [at(f"11-{day} 00:00") for day in (13, 14, 15, 17)]
    assert sampling_days("11-12 20:00", began) == days


@pytest.mark.parametrize("began", [CONTACT, ENTRY], ids=["contact", "entry"])
def test_three_days_at_home_owe_two(began: Fact) -> None:
    assert owed("11-18 08:00", began) == [
        ("test", at("11-18 00:00"), at("11-19 00:00")),
        ("home_isolation", at("11-18 00:00"), at("11-21 00:00")),
        ("test", at("11-20 00:00"), at("11-21 00:00")),
    ]


@pytest.mark.parametrize("began", [CONTACT, ENTRY], ids=["contact", "entry"])
def test_the_colour_names_its_own_last_day_not_that_of_the_site(began: Fact) -> None:
    [reason] = decided("11-13 08:00", began, rules=RULES).reasons
    assert (reason.until, reason.earliest) == (at("11-21 00:00"), at("11-21 00:00"))


def test_leaving_a_high_risk_area_owes_four_tests_at_home() -> None:
    assert ("home_isolation", LEFT_HIGH.ended_at, at("11-20 00:00")) in owed(
        "11-12 21:00", LEFT_HIGH
    )
    days = [at(f"11-{day} 00:00") for day in (13, 15, 17, 19)]
    assert sampling_days("11-12 21:00", LEFT_HIGH) == days


def test_residents_stay_in_while_the_listing_lasts() -> None:
    home = stay("11-01 08:00", None, tier_from="11-12 00:00", tier_to="11-17 00:00")
    listed = ("stay_in_area", at("11-12 00:00"), at("11-17 00:00"))
    assert owed("11-16 23:59:59", home) == [listed]
    assert owed("11-17 00:00:00", home) == []
    assert owed("11-13 08:00", stay("11-01 08:00", None, "medium")) == []


def test_a_contact_of_a_contact_owes_nothing() -> None:
    assert owed("11-13 08:00", SECONDARY) == []


def test_tracing_looks_back_two_days_and_no_further_than_one_hop() -> None:
    contacts = RULES.ruleset.contacts
    assert contacts is not None
    assert (contacts.lookback_onset.days, contacts.lookback_sampling.days) == (2, 2)
    assert contacts.lookforward is None
    assert (contacts.window_hours, contacts.minimum_minutes) == (24, 1)
    assert contacts.second_hop is None


def test_areas_listed_within_a_week_of_leaving_count() -> None:
    assert RULES.ruleset.lookahead_days == 7


def test_no_colour_is_said_to_be_published() -> None:
    coloured = [(r, p) for r in RULES.ruleset.rules for p in r.phases if p.colour is not None]
    assert coloured
    assert not any(rule.verified and phase.verified for rule, phase in coloured)


def test_what_is_left_out_says_why() -> None:
    left_out = dict(RULES.ruleset.not_encoded)
    for words in ("Ct", "登机前", "闭环"):
        assert any(words in text and why for text, why in left_out.items())


def test_the_ten_measures_begin_where_the_twenty_end() -> None:
    assert RULES.ruleset.valid_to == load_named("cn-10").valid_from
    assert RULES.ruleset.valid_from == at("11-11 00:00")
