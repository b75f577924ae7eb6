"""The national protocol, ninth edition: seven days, three more, areas that people left."""

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

RULES = compile_rules(load_named("cn-v9"))

CONTACT = exposure("07-01 12:00", "07-01 13:10")
SECONDARY = exposure("07-01 12:00", "07-01 13:10", "secondary")
CASUAL = exposure("07-01 12:00", "07-01 13:10", "casual")
NEGATIVE = pcr("06-30 09:00")
SINGLE = pcr("07-01 09:00", "positive")
TUBE = pcr("07-01 09:00", "positive", pool=10)
DISCHARGED = case("07-01 12:00", "07-09 10:00", "discharged")
EXCLUDED = case("07-01 12:00", "07-02 10:00", "excluded")
ENTRY = leg("07-01 08:00", "07-01 14:00", "JPN")
LEFT_HIGH = stay("06-25 08:00", "07-01 20:00")
LEFT_MEDIUM = stay("06-25 08:00", "07-01 20:00", "medium")
LISTED_LATE = stay("06-25 08:00", "07-01 20:00", tier_from="07-08 23:59:59")
LISTED_TOO_LATE = stay("06-25 08:00", "07-01 20:00", tier_from="07-09 00:00:00")

TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "07-02 08:00", [], "unassessed"),
    ("a negative", "07-02 08:00", [NEGATIVE], "green"),
    ("an inconclusive sample", "07-02 08:00", [pcr("07-01 08:00", "inconclusive")], "unassessed"),
    # Positives and cases.
    ("a single positive, negatives after it", "07-04 08:00", [SINGLE, pcr("07-03 08:00")], "red"),
    ("a single positive, excluded", "07-02 10:00:00", [SINGLE, EXCLUDED], "green"),
    ("a case in care", "07-02 08:00", [case("07-01 12:00")], "red"),
    ("a suspect", "07-02 08:00", [case("07-01 12:00", status="suspected")], "red"),
    ("a second before the discharge", "07-09 09:59:59", [SINGLE, DISCHARGED], "red"),
    ("discharged after an old positive", "07-09 10:00:00", [SINGLE, DISCHARGED], "green"),
    (
        "a positive after the discharge counts anew",
        "07-12 08:00",
        [DISCHARGED, pcr("07-11 08:00", "positive")],
        "red",
    ),
    ("a pooled positive", "07-01 10:00", [TUBE], "red"),
    ("then a single negative", "07-01 20:00:00", [TUBE, pcr("07-01 20:00:00")], "green"),
    ("a single negative sampled before", "07-01 20:00", [TUBE, pcr("07-01 08:59:59")], "red"),
    (
        "a negative sampled before the tube, known after it",
        "07-01 20:00",
        [TUBE, pcr("07-01 08:59:59")._replace(recorded_at=at("07-01 19:00"))],
        "red",
    ),
    ("an antigen positive", "07-02 08:00", [antigen("07-01 08:00", "positive")], "red"),
    (
        "a pool of two",
        "07-01 10:00",
        [pcr("07-01 09:00", "positive", pool=2), pcr("07-01 09:30", pool=2)],
        "red",
    ),
    (
        "then a single negative PCR",
        "07-02 08:00",
        [antigen("07-01 08:00", "positive"), pcr("07-01 20:00")],
        "green",
    ),
    # Close contacts.
    ("contact still going on", "07-31 12:00", [exposure("07-01 12:00", None)], "red"),
    ("day 7", "07-08 23:59:59", [CONTACT, NEGATIVE], "red"),
    ("day 8: home, and no double test", "07-09 00:00:00", [CONTACT, NEGATIVE], "yellow"),
    ("day 10", "07-11 23:59:59", [CONTACT, NEGATIVE], "yellow"),
    ("day 11", "07-12 00:00:00", [CONTACT, NEGATIVE], "green"),
    ("negatives shorten nothing", "07-05 08:00", [CONTACT, pcr("07-05 07:00")], "red"),
    ("a contact upgraded to a case", "07-20 08:00", [CONTACT, case("07-05 12:00")], "red"),
    ("the discharge closes the contact", "07-09 10:00:00", [CONTACT, DISCHARGED, SINGLE], "green"),
    ("an exclusion does not", "07-02 10:00:00", [CONTACT, EXCLUDED, NEGATIVE], "red"),
    # Contacts of contacts, and further away.
    ("secondary, day 7", "07-08 23:59:59", [SECONDARY, NEGATIVE], "red"),
    ("secondary, day 8", "07-09 00:00:00", [SECONDARY, NEGATIVE], "green"),
    ("casual", "07-02 08:00", [CASUAL, NEGATIVE], "green"),
    # Entry.
    ("in the air", "07-01 13:59:59", [ENTRY, NEGATIVE], "green"),
    ("entry, day 7", "07-08 23:59:59", [ENTRY, NEGATIVE], "red"),
    ("entry, day 8", "07-09 00:00:00", [ENTRY, NEGATIVE], "yellow"),
    ("entry, day 10", "07-11 23:59:59", [ENTRY, NEGATIVE], "yellow"),
    ("entry, day 11", "07-12 00:00:00", [ENTRY, NEGATIVE], "green"),
    ("from Hong Kong", "07-02 08:00", [leg("07-01 08:00", "07-01 11:00", "HKG")], "red"),
    # Areas.
    ("still in a high-risk area", "07-01 19:59:59", [LEFT_HIGH, NEGATIVE], "green"),
    ("left it", "07-01 20:00:00", [LEFT_HIGH, NEGATIVE], "red"),
    ("left it, day 7", "07-08 23:59:59", [LEFT_HIGH, NEGATIVE], "red"),
    ("left it, day 8", "07-09 00:00:00", [LEFT_HIGH, NEGATIVE], "green"),
    ("left a medium-risk area, day 7", "07-08 23:59:59", [LEFT_MEDIUM, NEGATIVE], "red"),
    ("left a medium-risk area, day 8", "07-09 00:00:00", [LEFT_MEDIUM, NEGATIVE], "green"),
    (
        "left a low-risk area",
        "07-02 08:00",
        [stay("06-25 08:00", "07-01 20:00", "low"), NEGATIVE],
        "green",
    ),
    ("listed in the last second of day 7", "07-08 23:59:59", [LISTED_LATE, NEGATIVE], "red"),
    ("listed on day 8", "07-09 08:00", [LISTED_TOO_LATE, NEGATIVE], "green"),
    (
        "missed a screening",
        "07-03 08:00",
        [screening("07-01 06:00", "07-02 20:00", "07-02 22:00"), NEGATIVE],
        "green",
    ),
]

GRADES: list[tuple[str, Edge, str]] = [
    ("a household", Edge("household"), "close"),
    ("an office, near, for 15 minutes", Edge("zone", 15, distance_m=0.8), "close"),
    ("an office, far", Edge("zone", 480, distance_m=4), "casual"),
    ("distance unknown, in close quarters", Edge("zone", 20, close_quarters=True), "close"),
    ("distance unknown, in an open hall", Edge("zone", 20), "casual"),
    ("the same row", Edge("flight", 90, rows_apart=0, vehicle="aircraft"), "close"),
    ("row unknown", Edge("flight", 90, vehicle="aircraft"), "casual"),
    ("unfiltered air", Edge("flight", 90, vehicle="aircraft_no_hepa"), "close"),
    ("a sealed carriage", Edge("train", 30, rows_apart=15, vehicle="train_sealed"), "close"),
    (
        "the same bay of an open train",
        Edge("train", 90, vehicle="train_open", same_compartment=True),
        "close",
    ),
    ("another bay", Edge("train", 90, vehicle="train_open", same_compartment=False), "casual"),
    ("the conductor", Edge("train", 90, vehicle="train_open", crew=True), "close"),
    ("three rows of an airy coach", Edge("coach", 60, rows_apart=3, vehicle="coach_open"), "close"),
    ("four rows", Edge("coach", 60, rows_apart=4, vehicle="coach_open"), "casual"),
    ("a city bus or the metro", Edge("metro", 45), "casual"),
    ("somewhere, near, for 15 minutes", Edge("other", 15, distance_m=1), "close"),
    ("somewhere, a little farther", Edge("other", 15, distance_m=1.5), "casual"),
    ("an office, a little farther than a metre", Edge("zone", 60, distance_m=1.5), "casual"),
    ("four rows of an aircraft", Edge("flight", 90, rows_apart=4, vehicle="aircraft"), "casual"),
    ("cabin crew of the section", Edge("flight", 90, vehicle="aircraft", crew=True), "close"),
    ("a sealed coach", Edge("coach", 90, vehicle="coach_sealed"), "close"),
    ("the driver of an airy coach", Edge("coach", 90, vehicle="coach_open", crew=True), "close"),
    ("a cabin", Edge("ship", 90, vehicle="ship"), "close"),
    ("a taxi", Edge("car", 10, vehicle="car"), "close"),
    ("a contact's household", Edge("household", hop=2), "secondary"),
    ("a contact's office", Edge("zone", 15, distance_m=1, hop=2), "secondary"),
    ("a contact's taxi", Edge("car", 30, vehicle="car", hop=2), "casual"),
]


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_ninth_edition(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert colour(now, *facts, rules=RULES) == expected


@pytest.mark.parametrize(
    ("edge", "expected"), [row[1:] for row in GRADES], ids=[row[0] for row in GRADES]
)
def test_an_encounter_is_graded_by_the_ninth_edition(edge: Edge, expected: str) -> None:
    assert grade(edge, RULES).grade == expected


def owed(now: str, *facts: Fact) -> list[tuple[str, int, int | None]]:
    return [(o.what, o.start, o.by) for o in decided(now, *facts, rules=RULES).obligations]


def sampling_days(now: str, *facts: Fact) -> list[int]:
    return [start for what, start, _ in owed(now, *facts) if what == "test"]


@pytest.mark.parametrize("began", [CONTACT, ENTRY], ids=["contact", "entry"])
def test_seven_days_at_a_site_owe_five_tests(began: Fact) -> None:
    assert ("central_isolation", began.ended_at, at("07-09 00:00")) in owed("07-01 20:00", began)
    days = [at(f"07-{day:02} 00:00") for day in (2, 3, 4, 6, 8)]
    assert sampling_days("07-01 20:00", began) == days


@pytest.mark.parametrize("began", [CONTACT, ENTRY], ids=["contact", "entry"])
def test_three_days_at_home_owe_one(began: Fact) -> None:
    assert owed("07-09 08:00", began) == [
        ("home_monitoring", at("07-09 00:00"), at("07-12 00:00")),
        ("test", at("07-11 00:00"), at("07-12 00:00")),
    ]


def test_secondary_contacts_stay_at_home_and_owe_three() -> None:
    assert ("home_isolation", SECONDARY.ended_at, at("07-09 00:00")) in owed(
        "07-01 20:00", SECONDARY
    )
    days = [at(f"07-{day:02} 00:00") for day in (2, 5, 8)]
    assert sampling_days("07-01 20:00", SECONDARY) == days


def test_a_high_risk_area_leads_to_a_site_and_a_medium_one_home() -> None:
    assert owed("07-02 08:00", LEFT_HIGH) == [
        ("central_isolation", LEFT_HIGH.ended_at, at("07-09 00:00"))
    ]
    assert owed("07-02 08:00", LEFT_MEDIUM) == [
        ("home_isolation", LEFT_MEDIUM.ended_at, at("07-09 00:00"))
    ]


@pytest.mark.parametrize("tier", ["high", "medium"])
def test_residents_stay_in_while_the_listing_lasts(tier: str) -> None:
    home = stay("06-01 08:00", None, tier, tier_from="07-01 00:00", tier_to="07-08 00:00")
    listed = ("stay_in_area", at("07-01 00:00"), at("07-08 00:00"))
    assert owed("07-07 23:59:59", home) == [listed]
    assert owed("07-08 00:00:00", home) == []
    assert colour("07-02 08:00", home, NEGATIVE, rules=RULES) == "green"


def test_residents_of_a_low_risk_area_owe_nothing() -> None:
    assert owed("07-02 08:00", stay("06-01 08:00", None, "low")) == []


def test_an_order_is_an_obligation_and_no_colour() -> None:
    order = fact("order", "07-01 08:00", "07-08 08:00", order="home_isolation")
    assert owed("07-02 08:00", order) == [("home_isolation", order.occurred_at, order.ended_at)]
    assert colour("07-02 08:00", order, NEGATIVE, rules=RULES) == "green"


def test_tracing_looks_back_two_days_and_on_until_isolation() -> None:
    contacts = RULES.ruleset.contacts
    assert contacts is not None
    assert (contacts.lookback_onset.days, contacts.lookback_sampling.days) == (2, 2)
    assert contacts.lookforward is None
    assert (contacts.window_hours, contacts.minimum_minutes) == (24, 1)
    assert contacts.second_hop is not None
    assert contacts.second_hop.grounds == ("household", "near-in-zone")


def test_no_colour_is_said_to_be_published() -> None:
    coloured = [(r, p) for r in RULES.ruleset.rules for p in r.phases if p.colour is not None]
    assert coloured
    assert not any(rule.verified and phase.verified for rule, phase in coloured)


def test_the_twenty_measures_begin_where_this_edition_ends() -> None:
    assert RULES.ruleset.valid_to == load_named("cn-20").valid_from
    assert RULES.ruleset.valid_from == at("06-28 00:00")
