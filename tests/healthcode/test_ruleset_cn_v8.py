"""The national protocol, eighth edition: fourteen days, seven more, two laboratories."""

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
    screening,
    stay,
)

RULES = compile_rules(load_named("cn-v8"))

CONTACT = exposure("05-01 12:00", "05-01 13:10")
SECONDARY = exposure("05-01 12:00", "05-01 13:10", "secondary")
CASUAL = exposure("05-01 12:00", "05-01 13:10", "casual")
NEGATIVE = pcr("04-30 09:00")
TWO_LABS = [pcr("05-15 09:00", lab="a"), pcr("05-15 10:00:00", lab="b")]
LATE_LABS = [pcr("05-18 09:00", lab="a"), pcr("05-18 09:30:00", lab="b")]
# Sampled on day 13, known on day 14.
KNOWN_ON_DAY_14 = [
    pcr("05-14 23:59:59", lab="a")._replace(recorded_at=at("05-15 08:00")),
    pcr("05-15 00:30", lab="b"),
]
SINGLE = pcr("05-01 09:00", "positive")
TUBE = pcr("05-01 09:00", "positive", pool=10)
DISCHARGED = case("05-01 12:00", "05-12 10:00", "discharged")
EXCLUDED = case("05-01 12:00", "05-02 10:00", "excluded")
ENTRY = leg("05-01 08:00", "05-01 14:00", "JPN")

TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "05-02 08:00", [], "unassessed"),
    ("a negative", "05-02 08:00", [NEGATIVE], "green"),
    ("no text asks for a test every so many days", "06-20 08:00", [NEGATIVE], "green"),
    # Positives and cases.
    ("a single positive, negatives after it", "05-08 08:00", [SINGLE, *TWO_LABS], "red"),
    ("a single positive, excluded", "05-02 10:00:00", [SINGLE, EXCLUDED], "green"),
    ("a second before the exclusion", "05-02 09:59:59", [SINGLE, EXCLUDED], "red"),
    ("a case in care", "05-02 08:00", [case("05-01 12:00")], "red"),
    ("discharged after an old positive", "05-12 10:00:00", [SINGLE, DISCHARGED], "green"),
    ("a second before the discharge", "05-12 09:59:59", [SINGLE, DISCHARGED], "red"),
    ("a pooled positive", "05-01 10:00", [TUBE], "red"),
    ("then a single negative", "05-01 20:00:00", [TUBE, pcr("05-01 20:00:00")], "green"),
    ("then a pooled negative", "05-01 20:00", [TUBE, pcr("05-01 19:00", pool=10)], "red"),
    (
        "an antigen positive, then a single negative",
        "05-02 08:00",
        [antigen("05-01 08:00", "positive"), pcr("05-01 20:00")],
        "green",
    ),
    (
        "a pool of two",
        "05-01 10:00",
        [pcr("05-01 09:00", "positive", pool=2), pcr("05-01 09:30", pool=2)],
        "red",
    ),
    ("an antigen positive", "05-02 08:00", [antigen("05-01 08:00", "positive")], "red"),
    # Close contacts: day 14, and two laboratories within the hour.
    ("contact still going on", "06-30 12:00", [exposure("05-01 12:00", None)], "red"),
    ("day 14", "05-15 23:59:59", [CONTACT, *TWO_LABS], "red"),
    ("two laboratories at 1 h 0 s", "05-16 00:00:00", [CONTACT, *TWO_LABS], "yellow"),
    (
        "two laboratories at 1 h 1 s",
        "05-16 00:00:00",
        [CONTACT, pcr("05-15 09:00", lab="a"), pcr("05-15 10:00:01", lab="b")],
        "red",
    ),
    (
        "the same laboratory twice",
        "05-16 00:00:00",
        [CONTACT, pcr("05-15 09:00", lab="a"), pcr("05-15 09:30", lab="a")],
        "red",
    ),
    (
        "two laboratories nobody named",
        "05-16 00:00:00",
        [CONTACT, pcr("05-15 09:00"), pcr("05-15 09:30")],
        "red",
    ),
    (
        "one of the two inconclusive",
        "05-16 00:00:00",
        [CONTACT, pcr("05-15 09:00", lab="a"), pcr("05-15 09:00", "inconclusive", lab="b")],
        "red",
    ),
    ("a sample of day 13 known on day 14", "05-16 00:00:00", [CONTACT, *KNOWN_ON_DAY_14], "red"),
    ("sampled late", "05-18 09:29:59", [CONTACT, *LATE_LABS], "red"),
    ("released at the second sample", "05-18 09:30:00", [CONTACT, *LATE_LABS], "yellow"),
    ("day 21", "05-22 23:59:59", [CONTACT, *TWO_LABS], "yellow"),
    ("day 22", "05-23 00:00:00", [CONTACT, *TWO_LABS], "green"),
    ("never tested, day 28", "05-29 23:59:59", [CONTACT, NEGATIVE], "red"),
    ("never tested, day 29", "05-30 00:00:00", [CONTACT, NEGATIVE], "green"),
    ("a contact upgraded to a case", "05-25 08:00", [CONTACT, case("05-05 12:00")], "red"),
    ("the discharge closes the contact", "05-12 10:00", [CONTACT, SINGLE, DISCHARGED], "green"),
    ("an exclusion does not", "05-02 10:00", [CONTACT, NEGATIVE, EXCLUDED], "red"),
    # Contacts of contacts, and further away.
    ("secondary, day 7", "05-08 23:59:59", [SECONDARY, NEGATIVE], "red"),
    ("secondary, day 8", "05-09 00:00:00", [SECONDARY, NEGATIVE], "green"),
    ("secondary that became close", "05-10 08:00", [SECONDARY, CONTACT, NEGATIVE], "red"),
    ("casual", "05-02 08:00", [CASUAL, NEGATIVE], "green"),
    # Entry.
    ("in the air", "05-01 13:59:59", [ENTRY, NEGATIVE], "green"),
    ("entry, day 14", "05-15 23:59:59", [ENTRY, *TWO_LABS], "red"),
    ("entry, day 15", "05-16 00:00:00", [ENTRY, *TWO_LABS], "yellow"),
    ("entry, day 15, one sample", "05-16 00:00:00", [ENTRY, TWO_LABS[0]], "red"),
    (
        "entry, two laboratories at 1 h 1 s",
        "05-16 00:00:00",
        [ENTRY, pcr("05-15 09:00", lab="a"), pcr("05-15 10:00:01", lab="b")],
        "red",
    ),
    ("entry, never tested, day 28", "05-29 23:59:59", [ENTRY, NEGATIVE], "red"),
    ("entry, never tested, day 29", "05-30 00:00:00", [ENTRY, NEGATIVE], "green"),
    ("entry, day 21", "05-22 23:59:59", [ENTRY, *TWO_LABS], "yellow"),
    ("entry, day 22", "05-23 00:00:00", [ENTRY, *TWO_LABS], "green"),
    (
        "from Macao",
        "05-02 08:00",
        [leg("05-01 08:00", "05-01 09:00", "MAC"), NEGATIVE],
        "red",
    ),
    # What the edition leaves to the cities.
    (
        "left a high-risk area",
        "05-02 08:00",
        [stay("04-20 08:00", "05-01 20:00"), NEGATIVE],
        "green",
    ),
    ("lives in one", "05-02 08:00", [stay("04-20 08:00", None), NEGATIVE], "green"),
    (
        "missed a screening",
        "05-03 08:00",
        [screening("05-01 06:00", "05-02 20:00", "05-02 22:00"), NEGATIVE],
        "green",
    ),
]

GRADES: list[tuple[str, Edge, str]] = [
    ("a household", Edge("household"), "close"),
    ("a meal for 15 minutes, distance unknown", Edge("zone", 15, close_quarters=True), "close"),
    ("a meal for 14 minutes", Edge("zone", 14, close_quarters=True), "casual"),
    ("a market for two hours, distance unknown", Edge("zone", 120), "casual"),
    ("a metre apart", Edge("zone", 15, distance_m=1.0), "close"),
    ("farther than a metre", Edge("zone", 60, distance_m=1.01), "casual"),
    ("three rows of an aircraft", Edge("flight", 90, rows_apart=3, vehicle="aircraft"), "close"),
    ("four rows", Edge("flight", 90, rows_apart=4, vehicle="aircraft"), "casual"),
    ("its cabin crew", Edge("flight", 90, vehicle="aircraft", crew=True), "close"),
    ("unfiltered air", Edge("flight", 90, rows_apart=30, vehicle="aircraft_no_hepa"), "close"),
    ("a sealed carriage", Edge("train", 5, vehicle="train_sealed"), "close"),
    ("an open carriage", Edge("train", 90, vehicle="train_open"), "casual"),
    ("a sealed coach", Edge("coach", 90, rows_apart=12, vehicle="coach_sealed"), "close"),
    ("the driver of an airy coach", Edge("coach", 90, vehicle="coach_open", crew=True), "close"),
    ("a cabin", Edge("ship", 90, vehicle="ship"), "close"),
    ("an hour in the metro", Edge("metro", 60, close_quarters=True), "casual"),
    ("somewhere, near, for 15 minutes", Edge("other", 15, distance_m=1), "close"),
    ("somewhere, a little farther", Edge("other", 15, distance_m=1.5), "casual"),
    (
        "the same bay of an open train",
        Edge("train", 90, vehicle="train_open", same_compartment=True),
        "close",
    ),
    ("crew of an open train", Edge("train", 90, vehicle="train_open", crew=True), "close"),
    ("three rows of an airy coach", Edge("coach", 60, rows_apart=3, vehicle="coach_open"), "close"),
    ("four rows of an airy coach", Edge("coach", 60, rows_apart=4, vehicle="coach_open"), "casual"),
    ("a taxi", Edge("car", 10, vehicle="car"), "close"),
    ("a contact's household", Edge("household", hop=2), "secondary"),
    ("a contact's meal", Edge("zone", 15, close_quarters=True, hop=2), "secondary"),
    ("a contact's carriage", Edge("train", 90, vehicle="train_sealed", hop=2), "casual"),
]


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_eighth_edition(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert colour(now, *facts, rules=RULES) == expected


@pytest.mark.parametrize(
    ("edge", "expected"), [row[1:] for row in GRADES], ids=[row[0] for row in GRADES]
)
def test_an_encounter_is_graded_by_the_eighth_edition(edge: Edge, expected: str) -> None:
    assert grade(edge, RULES).grade == expected


def owed(now: str, *facts: Fact) -> list[tuple[str, int, int | None]]:
    return [(o.what, o.start, o.by) for o in decided(now, *facts, rules=RULES).obligations]


@pytest.mark.parametrize("began", [CONTACT, ENTRY], ids=["contact", "entry"])
def test_fourteen_days_at_a_site_owe_four_tests(began: Fact) -> None:
    assert owed("05-01 20:00", began) == [
        *[("test", at(f"05-{day:02} 00:00"), at(f"05-{day + 1:02} 00:00")) for day in (2, 5, 8)],
        ("central_isolation", began.ended_at, at("05-16 00:00")),
        ("test", at("05-15 00:00"), at("05-16 00:00")),
    ]


@pytest.mark.parametrize("began", [CONTACT, ENTRY], ids=["contact", "entry"])
def test_seven_days_at_home_owe_two_more(began: Fact) -> None:
    assert owed("05-16 08:00", began, *TWO_LABS) == [
        ("test", at("05-17 00:00"), at("05-18 00:00")),
        ("home_monitoring", at("05-16 00:00"), at("05-23 00:00")),
        ("test", at("05-22 00:00"), at("05-23 00:00")),
    ]


def test_without_two_laboratories_site_and_test_are_owed_until_they_lapse() -> None:
    assert sorted(owed("05-17 08:00", CONTACT, TWO_LABS[0])) == [
        ("central_isolation", at("05-16 00:00"), at("05-30 00:00")),
        ("test", at("05-16 00:00"), at("05-30 00:00")),
    ]


def test_secondary_contacts_stay_at_a_site_too() -> None:
    assert owed("05-02 08:00", SECONDARY) == [
        ("central_isolation", SECONDARY.ended_at, at("05-09 00:00"))
    ]


def test_an_order_is_an_obligation_and_no_colour() -> None:
    order = fact("order", "05-01 08:00", "05-08 08:00", order="stay_in_area")
    assert owed("05-02 08:00", order) == [("stay_in_area", order.occurred_at, order.ended_at)]
    assert colour("05-02 08:00", order, NEGATIVE, rules=RULES) == "green"


def test_tracing_looks_back_four_days_and_on_until_isolation() -> None:
    contacts = RULES.ruleset.contacts
    assert contacts is not None
    assert (contacts.lookback_onset.days, contacts.lookback_sampling.days) == (4, 4)
    assert contacts.lookforward is None
    assert (contacts.window_hours, contacts.minimum_minutes) == (24, 1)
    assert contacts.second_hop is not None
    assert contacts.second_hop.grounds == ("household", "near-in-zone")


def test_areas_listed_within_a_week_of_leaving_count() -> None:
    assert RULES.ruleset.lookahead_days == 7


def test_no_colour_is_said_to_be_published() -> None:
    coloured = [(r, p) for r in RULES.ruleset.rules for p in r.phases if p.colour is not None]
    assert coloured
    assert not any(rule.verified and phase.verified for rule, phase in coloured)


def test_the_ninth_edition_begins_where_this_one_ends() -> None:
    assert RULES.ruleset.valid_to == load_named("cn-v9").valid_from
    assert RULES.ruleset.scope == ""
