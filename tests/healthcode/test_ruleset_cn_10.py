"""The ten measures: five days at home and a negative of day five."""

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

RULES = compile_rules(load_named("cn-10"))

CONTACT = exposure("12-08 12:00", "12-08 13:10")
SECONDARY = exposure("12-08 12:00", "12-08 13:10", "secondary")
CASUAL = exposure("12-08 12:00", "12-08 13:10", "casual")
NEGATIVE = pcr("12-07 09:00")
DAY_5 = pcr("12-13 09:00")
SINGLE = pcr("12-08 09:00", "positive")
TUBE = pcr("12-08 09:00", "positive", pool=10)
DISCHARGED = case("12-08 12:00", "12-15 10:00", "discharged")
EXCLUDED = case("12-08 12:00", "12-09 10:00", "excluded")
ENTRY = leg("12-08 08:00", "12-08 14:00", "JPN")
LEFT_HIGH = stay("12-01 08:00", "12-08 20:00")
HIGH_CT_TWICE = [
    fact("test", day, method="pcr", result="positive", pool_size=1, ct=36)
    for day in ("12-14 09:00", "12-15 09:00")
]

TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "12-09 08:00", [], "unassessed"),
    ("a negative", "12-09 08:00", [NEGATIVE], "green"),
    ("a negative of three weeks ago", "12-28 08:00", [NEGATIVE], "green"),
    # Positives and cases, at home or in care.
    ("a single positive, negatives after it", "12-15 08:00", [SINGLE, DAY_5], "red"),
    ("a single positive, excluded", "12-09 10:00:00", [SINGLE, EXCLUDED], "green"),
    (
        "an open case without symptoms",
        "12-09 08:00",
        [case("12-08 12:00", status="asymptomatic")],
        "red",
    ),
    (
        "two samples of a high ct close no case",
        "12-15 20:00",
        [case("12-08 12:00"), *HIGH_CT_TWICE],
        "red",
    ),
    ("a second before the discharge", "12-15 09:59:59", [SINGLE, DISCHARGED], "red"),
    (
        "discharged after old positives",
        "12-15 10:00:00",
        [SINGLE, *HIGH_CT_TWICE, DISCHARGED],
        "green",
    ),
    ("a pooled positive", "12-08 10:00", [TUBE], "red"),
    ("then a single negative", "12-08 20:00:00", [TUBE, pcr("12-08 20:00:00")], "green"),
    ("then a pooled negative", "12-08 20:00", [TUBE, pcr("12-08 19:00", pool=10)], "red"),
    ("an antigen positive", "12-09 08:00", [antigen("12-08 08:00", "positive")], "red"),
    (
        "then a single negative PCR",
        "12-09 08:00",
        [antigen("12-08 08:00", "positive"), pcr("12-08 20:00")],
        "green",
    ),
    (
        "a pool of two",
        "12-08 10:00",
        [pcr("12-08 09:00", "positive", pool=2), pcr("12-08 09:30", pool=2)],
        "red",
    ),
    # Close contacts.
    ("contact still going on", "12-30 12:00", [exposure("12-08 12:00", None)], "red"),
    ("day 5, tested", "12-13 23:59:59", [CONTACT, DAY_5], "red"),
    ("day 6, tested on day 5", "12-14 00:00:00", [CONTACT, DAY_5], "green"),
    (
        "sampled in the first second of day 5",
        "12-14 00:00",
        [CONTACT, pcr("12-13 00:00:00")],
        "green",
    ),
    (
        "sampled in the last second of day 4, known on day 5",
        "12-14 00:00",
        [CONTACT, pcr("12-12 23:59:59")._replace(recorded_at=at("12-13 09:00"))],
        "red",
    ),
    ("day 6, not tested", "12-14 00:00:00", [CONTACT, NEGATIVE], "red"),
    ("released at a late sample", "12-16 09:00:00", [CONTACT, pcr("12-16 09:00:00")], "green"),
    ("a second before it", "12-16 08:59:59", [CONTACT, pcr("12-16 09:00:00")], "red"),
    ("never tested, day 19", "12-27 23:59:59", [CONTACT, NEGATIVE], "red"),
    ("never tested, day 20", "12-28 00:00:00", [CONTACT, NEGATIVE], "green"),
    ("a contact upgraded to a case", "12-20 08:00", [CONTACT, DAY_5, case("12-13 12:00")], "red"),
    ("the discharge closes the contact", "12-15 10:00:00", [CONTACT, SINGLE, DISCHARGED], "green"),
    ("an exclusion does not", "12-09 10:00:00", [CONTACT, NEGATIVE, EXCLUDED], "red"),
    # Nobody else is determined.
    ("secondary", "12-09 08:00", [SECONDARY, NEGATIVE], "green"),
    ("secondary, and nothing else known", "12-09 08:00", [SECONDARY], "unassessed"),
    ("casual", "12-09 08:00", [CASUAL, NEGATIVE], "green"),
    # Entry, as before.
    ("in the air", "12-08 13:59:59", [ENTRY, NEGATIVE], "green"),
    ("entry, day 8", "12-16 23:59:59", [ENTRY, NEGATIVE], "red"),
    ("entry, day 9", "12-17 00:00:00", [ENTRY, NEGATIVE], "green"),
    # Areas have no colour.
    ("left a high-risk area", "12-09 08:00", [LEFT_HIGH, NEGATIVE], "green"),
    ("lives in one", "12-08 08:00", [LEFT_HIGH, NEGATIVE], "green"),
]

GRADES: list[tuple[str, Edge, str]] = [
    ("a household", Edge("household"), "close"),
    ("a workshop, near", Edge("zone", 15, distance_m=0.9), "close"),
    ("a workshop, near but brief", Edge("zone", 14.9, distance_m=0.9), "casual"),
    ("a lift ride, distance unknown", Edge("zone", 2, close_quarters=True), "casual"),
    ("a meal, distance unknown", Edge("zone", 40, close_quarters=True), "close"),
    ("a hall, distance unknown", Edge("zone", 40), "casual"),
    ("two rows of an aircraft", Edge("flight", 90, rows_apart=2, vehicle="aircraft"), "close"),
    ("four rows", Edge("flight", 90, rows_apart=4, vehicle="aircraft"), "casual"),
    ("a sealed carriage", Edge("train", 30, vehicle="train_sealed"), "close"),
    (
        "a bay of an open train",
        Edge("train", 30, vehicle="train_open", same_compartment=True),
        "close",
    ),
    ("a sealed coach", Edge("coach", 90, vehicle="coach_sealed"), "close"),
    ("a cabin", Edge("ship", 90, vehicle="ship"), "close"),
    ("a taxi", Edge("car", 10, vehicle="car"), "close"),
    ("an hour in the metro", Edge("metro", 60, close_quarters=True), "casual"),
    ("somewhere, near, for 15 minutes", Edge("other", 15, distance_m=1), "close"),
    ("somewhere, a little farther", Edge("other", 15, distance_m=1.5), "casual"),
    ("an office, a little farther than a metre", Edge("zone", 60, distance_m=1.5), "casual"),
    ("cabin crew of the section", Edge("flight", 90, vehicle="aircraft", crew=True), "close"),
    ("unfiltered air", Edge("flight", 90, vehicle="aircraft_no_hepa"), "close"),
    ("crew of an open train", Edge("train", 90, vehicle="train_open", crew=True), "close"),
    ("three rows of an airy coach", Edge("coach", 60, rows_apart=3, vehicle="coach_open"), "close"),
    ("four rows of an airy coach", Edge("coach", 60, rows_apart=4, vehicle="coach_open"), "casual"),
    ("the driver of an airy coach", Edge("coach", 90, vehicle="coach_open", crew=True), "close"),
    ("a contact's household", Edge("household", hop=2), "casual"),
]


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_ten_measures(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert colour(now, *facts, rules=RULES) == expected


@pytest.mark.parametrize(
    ("edge", "expected"), [row[1:] for row in GRADES], ids=[row[0] for row in GRADES]
)
def test_an_encounter_is_graded_by_the_ten_measures(edge: Edge, expected: str) -> None:
    assert grade(edge, RULES).grade == expected


def owed(now: str, *facts: Fact) -> list[tuple[str, int, int | None]]:
    return [(o.what, o.start, o.by) for o in decided(now, *facts, rules=RULES).obligations]


def test_five_days_at_home_owe_the_test_of_day_5() -> None:
    home = ("home_isolation", CONTACT.ended_at, at("12-14 00:00"))
    test = ("test", at("12-13 00:00"), at("12-14 00:00"))
    assert owed("12-09 08:00", CONTACT) == [home, test]
    assert owed("12-13 10:00", CONTACT, DAY_5) == [home]


def test_after_day_5_only_the_test_is_missing() -> None:
    [reason] = decided("12-14 08:00", CONTACT, rules=RULES).reasons
    assert (reason.until, reason.earliest) == (at("12-28 00:00"), None)
    assert ("test", at("12-14 00:00"), at("12-28 00:00")) in owed("12-14 08:00", CONTACT)


def test_a_site_by_choice_is_an_order_beside_the_same_colour() -> None:
    order = fact("order", "12-08 20:00", "12-14 00:00", order="central_isolation")
    assert ("central_isolation", order.occurred_at, order.ended_at) in owed(
        "12-09 08:00", CONTACT, order
    )
    assert colour("12-14 00:00", CONTACT, DAY_5, order, rules=RULES) == "green"


def test_entry_owes_a_site_then_home_and_six_tests() -> None:
    assert owed("12-08 20:00", ENTRY) == [
        *[("test", at(f"12-{day:02} 00:00"), at(f"12-{day + 1} 00:00")) for day in (9, 10, 11)],
        ("central_isolation", ENTRY.ended_at, at("12-14 00:00")),
        ("test", at("12-13 00:00"), at("12-14 00:00")),
    ]
    assert owed("12-14 08:00", ENTRY) == [
        ("test", at("12-14 00:00"), at("12-15 00:00")),
        ("home_isolation", at("12-14 00:00"), at("12-17 00:00")),
        ("test", at("12-16 00:00"), at("12-17 00:00")),
    ]


def test_the_colour_of_an_entry_names_its_own_last_day() -> None:
    [reason] = decided("12-09 08:00", ENTRY, rules=RULES).reasons
    assert (reason.until, reason.earliest) == (at("12-17 00:00"), at("12-17 00:00"))


def test_residents_stay_in_while_the_listing_lasts() -> None:
    home = stay("12-01 08:00", None, tier_from="12-08 00:00", tier_to="12-13 00:00")
    listed = ("stay_in_area", at("12-08 00:00"), at("12-13 00:00"))
    assert owed("12-12 23:59:59", home) == [listed]
    assert owed("12-13 00:00:00", home) == []


def test_leaving_an_area_and_knowing_a_contact_owe_nothing() -> None:
    assert owed("12-09 08:00", LEFT_HIGH, SECONDARY) == []


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


def test_it_holds_from_7_december_for_32_days() -> None:
    ruleset = RULES.ruleset
    assert ruleset.valid_to is not None
    assert ruleset.valid_from == at("12-07 00:00")
    assert ruleset.valid_to - ruleset.valid_from == 32 * 24 * 3600
