"""The published Shanghai rules of September 2022, case by case, with their boundary instants."""

import pytest

from healthcode.policy import Fact
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

CONTACT = exposure("09-18 12:00", "09-18 13:10")
SECONDARY = exposure("09-18 12:00", "09-18 13:10", "secondary")
# Recent enough that no absence interferes, too early to release a contact.
RECENT = pcr("09-22 09:00")
DAY_7 = pcr("09-25 10:00")
SINGLE = pcr("09-18 09:00", "positive")
TUBE = pcr("09-18 09:00", "positive", pool=10)
OPEN = case("09-18 12:00")
DISCHARGED = case("09-18 12:00", "09-28 10:00", "discharged")
EXCLUDED = case("09-18 12:00", "09-19 10:00", "excluded")
ENTRY = leg("09-18 08:00", "09-18 14:00", "JPN")
LEFT = stay("09-10 08:00", "09-18 20:00")
DUE = screening("09-18 06:00", "09-19 20:00", "09-19 22:00")
NEGATIVE = pcr("09-18 07:00")

TABLE: list[tuple[str, str, list[Fact], str]] = [
    # Nothing known, and the least that is.
    ("nobody knows anything", "09-20 08:00", [], "unassessed"),
    ("an antigen test alone is no PCR", "09-20 08:00", [antigen("09-19 08:00")], "unassessed"),
    ("a negative", "09-20 08:00", [NEGATIVE], "green"),
    ("a sample still to come", "09-18 06:59:59", [NEGATIVE], "unassessed"),
    ("a sample taken this second", "09-18 07:00:00", [NEGATIVE], "green"),
    (
        "an inconclusive sample alone",
        "09-18 08:00",
        [pcr("09-18 07:00", "inconclusive")],
        "unassessed",
    ),
    (
        "a vaccination",
        "09-20 08:00",
        [fact("vaccination", "09-01 09:00", dose=3, product="x")],
        "unassessed",
    ),
    # Seven days without a sample.
    ("day 7 without a sample", "09-25 23:59:59", [NEGATIVE], "green"),
    ("day 8 without a sample", "09-26 00:00:00", [NEGATIVE], "yellow"),
    (
        "an inconclusive sample ends the absence",
        "09-26 09:00",
        [NEGATIVE, pcr("09-26 08:00", "inconclusive")],
        "green",
    ),
    ("an antigen test does not", "09-26 09:00", [NEGATIVE, antigen("09-26 08:00")], "yellow"),
    # Single-tube positives and cases.
    ("a single positive", "09-18 09:00:00", [SINGLE], "red"),
    ("negatives do not end it", "09-24 09:00", [SINGLE, RECENT, pcr("09-23 09:00")], "red"),
    ("an exclusion does", "09-19 10:00:00", [SINGLE, EXCLUDED], "green"),
    ("but not a second before", "09-19 09:59:59", [SINGLE, EXCLUDED], "red"),
    ("a suspect before the exclusion", "09-19 09:59:59", [EXCLUDED, NEGATIVE], "red"),
    ("a suspect excluded", "09-19 10:00:00", [EXCLUDED, NEGATIVE], "green"),
    (
        "a positive after the exclusion counts anew",
        "09-19 12:00",
        [SINGLE, EXCLUDED, pcr("09-19 11:00", "positive")],
        "red",
    ),
    ("an open case", "09-20 08:00", [OPEN], "red"),
    ("a suspected case", "09-20 08:00", [case("09-18 12:00", status="suspected")], "red"),
    ("an asymptomatic case", "09-20 08:00", [case("09-18 12:00", status="asymptomatic")], "red"),
    ("a discharged case before its discharge", "09-28 09:59:59", [DISCHARGED], "red"),
    ("discharged after an old positive", "09-28 10:00:00", [SINGLE, DISCHARGED], "yellow"),
    ("day 7 after discharge", "10-05 23:59:59", [SINGLE, DISCHARGED, pcr("10-03 09:00")], "yellow"),
    ("day 8 after discharge", "10-06 00:00:00", [SINGLE, DISCHARGED, pcr("10-03 09:00")], "green"),
    ("another open case still holds", "09-28 11:00", [DISCHARGED, case("09-20 08:00")], "red"),
    (
        "a positive after discharge counts anew",
        "09-30 11:00",
        [SINGLE, DISCHARGED, pcr("09-30 10:00", "positive")],
        "red",
    ),
    # Pooled tubes and antigen tests.
    ("a pooled positive", "09-18 10:00", [TUBE], "red"),
    ("then a pooled negative", "09-18 20:00", [TUBE, pcr("09-18 19:00", pool=10)], "red"),
    ("then a single negative", "09-18 20:00", [TUBE, pcr("09-18 19:00")], "green"),
    ("a single negative of the same instant", "09-18 20:00", [TUBE, pcr("09-18 09:00")], "red"),
    ("a single negative sampled before", "09-18 20:00", [TUBE, pcr("09-18 08:00")], "red"),
    (
        "an inconclusive single sample",
        "09-18 20:00",
        [TUBE, pcr("09-18 19:00", "inconclusive")],
        "red",
    ),
    (
        "released stays released",
        "09-20 20:00",
        [TUBE, pcr("09-18 19:00"), pcr("09-20 08:00", "inconclusive")],
        "green",
    ),
    (
        "a pooled positive that turns out single",
        "09-18 20:00",
        [TUBE, pcr("09-18 19:00", "positive")],
        "red",
    ),
    ("an antigen positive", "09-20 08:00", [antigen("09-19 08:00", "positive")], "red"),
    (
        "then a single PCR negative",
        "09-19 21:00",
        [antigen("09-19 08:00", "positive"), pcr("09-19 20:00")],
        "green",
    ),
    (
        "then an antigen negative",
        "09-19 21:00",
        [antigen("09-19 08:00", "positive"), antigen("09-19 20:00")],
        "red",
    ),
    # Close contacts: the clock is the last contact.
    ("a contact at once", "09-18 12:00:00", [CONTACT], "red"),
    ("day 7, negative sampled on day 7", "09-25 23:59:59", [CONTACT, DAY_7], "red"),
    ("day 8, negative sampled on day 7", "09-26 00:00:00", [CONTACT, DAY_7], "green"),
    (
        "negative sampled at the first second of day 7",
        "09-26 00:00:00",
        [CONTACT, pcr("09-25 00:00:00")],
        "green",
    ),
    (
        "negative sampled at the last second of day 6",
        "09-26 00:00:00",
        [CONTACT, pcr("09-24 23:59:59")],
        "red",
    ),
    (
        "no negative: red goes on",
        "10-09 23:59:59",
        [CONTACT, pcr("10-08 09:00", "inconclusive")],
        "red",
    ),
    (
        "until it lapses after day 21",
        "10-10 00:00:00",
        [CONTACT, RECENT, pcr("10-09 09:00")],
        "green",
    ),
    (
        "a late negative ends it at its sampling",
        "09-28 09:00:00",
        [CONTACT, pcr("09-28 09:00:00")],
        "green",
    ),
    ("days 8 to 10 are not yellow", "09-27 12:00", [CONTACT, DAY_7], "green"),
    ("contact that goes on", "12-01 12:00", [exposure("09-18 12:00", None)], "red"),
    (
        "a later contact starts the clock anew",
        "09-27 12:00",
        [CONTACT, exposure("09-20 12:00", "09-20 13:00", case="c2"), DAY_7],
        "red",
    ),
    ("a contact upgraded to a case", "09-20 08:00", [CONTACT, OPEN], "red"),
    (
        "the discharge closes the exposure",
        "10-06 00:00:00",
        [CONTACT, SINGLE, DISCHARGED, pcr("10-03 09:00")],
        "green",
    ),
    ("an exclusion does not", "09-20 00:00:00", [CONTACT, EXCLUDED, RECENT], "red"),
    (
        "an exposure after discharge counts anew",
        "09-30 12:00",
        [DISCHARGED, exposure("09-29 12:00", "09-29 13:00")],
        "red",
    ),
    # Secondary and casual contacts.
    ("secondary, day 7", "09-25 23:59:59", [SECONDARY, RECENT], "red"),
    ("secondary, day 8", "09-26 00:00:00", [SECONDARY, RECENT], "green"),
    (
        "casual",
        "09-19 08:00",
        [exposure("09-18 12:00", "09-18 13:10", "casual"), NEGATIVE],
        "green",
    ),
    # Entry.
    ("in the air", "09-18 13:59:59", [ENTRY, NEGATIVE], "green"),
    ("landed", "09-18 14:00:00", [ENTRY, NEGATIVE], "red"),
    ("entry, day 7", "09-25 23:59:59", [ENTRY, RECENT], "red"),
    ("entry, day 8", "09-26 00:00:00", [ENTRY, RECENT], "green"),
    ("from Hong Kong", "09-19 08:00", [leg("09-18 08:00", "09-18 11:00", "HKG")], "red"),
    ("from Taiwan", "09-19 08:00", [leg("09-18 08:00", "09-18 11:00", "TWN")], "red"),
    (
        "from Macao: the autumn text exempts nobody",
        "09-19 08:00",
        [leg("09-18 08:00", "09-18 11:00", "MAC")],
        "red",
    ),
    ("at home", "09-19 08:00", [leg("09-18 08:00", "09-18 11:00", "CHN"), NEGATIVE], "green"),
    (
        "leaving the country",
        "09-19 08:00",
        [leg("09-18 08:00", "09-18 11:00", "CHN", "JPN"), NEGATIVE],
        "green",
    ),
    # Areas.
    ("still there", "09-18 12:00", [stay("09-10 08:00", None), NEGATIVE], "green"),
    ("left a high-risk area", "09-18 20:00:00", [LEFT, NEGATIVE], "red"),
    ("left, day 7", "09-25 23:59:59", [LEFT, RECENT], "red"),
    ("left, day 8", "09-26 00:00:00", [LEFT, RECENT], "green"),
    (
        "left a medium-risk area",
        "09-19 08:00",
        [stay("09-10 08:00", "09-18 20:00", "medium"), NEGATIVE],
        "red",
    ),
    (
        "left a low-risk area",
        "09-19 08:00",
        [stay("09-10 08:00", "09-18 20:00", "low"), NEGATIVE],
        "green",
    ),
    (
        "listed within a week of leaving",
        "09-23 08:00",
        [stay("09-10 08:00", "09-18 20:00", tier_from="09-23 08:00"), RECENT],
        "red",
    ),
    (
        "not a second before it was listed",
        "09-23 07:59:59",
        [stay("09-10 08:00", "09-18 20:00", tier_from="09-23 08:00"), RECENT],
        "green",
    ),
    (
        "listed on day 7, its last second",
        "09-25 23:59:59",
        [stay("09-10 08:00", "09-18 20:00", tier_from="09-25 23:59:59"), RECENT],
        "red",
    ),
    (
        "listed on day 8",
        "09-26 08:00",
        [stay("09-10 08:00", "09-18 20:00", tier_from="09-26 00:00:00"), RECENT],
        "green",
    ),
    (
        "lifting the tier stops nothing",
        "09-20 08:00",
        [
            stay("09-10 08:00", "09-18 20:00", tier_from="09-12 00:00", tier_to="09-19 00:00"),
            RECENT,
        ],
        "red",
    ),
    (
        "lifted before arriving",
        "09-19 08:00",
        [
            stay("09-10 08:00", "09-18 20:00", tier_from="09-01 00:00", tier_to="09-10 08:00"),
            NEGATIVE,
        ],
        "green",
    ),
    # Screening.
    ("a screening is on", "09-19 19:59:59", [DUE, pcr("09-17 08:00")], "green"),
    ("a screening is missed", "09-19 20:00:00", [DUE, pcr("09-17 08:00")], "yellow"),
    ("a sample at the opening fulfils it", "09-20 08:00", [DUE, pcr("09-18 06:00:00")], "green"),
    ("a sample before the opening does not", "09-20 08:00", [DUE, pcr("09-18 05:59:59")], "yellow"),
    (
        "so does a late one",
        "09-25 08:00",
        [DUE, pcr("09-25 08:00", "inconclusive"), pcr("09-17 08:00")],
        "green",
    ),
    ("a missed screening nobody is assessed by", "09-20 08:00", [DUE], "yellow"),
    ("day 14 after the deadline", "10-03 23:59:59", [DUE], "yellow"),
    ("it lapses", "10-04 00:00:00", [DUE], "unassessed"),
    # Orders and companions are never a colour.
    (
        "an order",
        "09-19 08:00",
        [fact("order", "09-18 08:00", "09-25 08:00", order="home_isolation"), NEGATIVE],
        "green",
    ),
    (
        "a companion",
        "09-19 08:00",
        [fact("companion", "09-18 08:00", "09-18 09:00", grid="g"), NEGATIVE],
        "green",
    ),
    # The more severe wins.
    ("yellow and red", "09-20 08:00", [DUE, CONTACT], "red"),
]


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_published_text(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert colour(now, *facts) == expected


def test_a_close_contact_reads_since_until_and_earliest() -> None:
    [reason] = decided("09-20 08:00", CONTACT, pcr("09-19 09:00", pool=10)).reasons
    assert (reason.rule, reason.evidence) == ("contact-close", 0)
    assert reason.since == at("09-18 13:10")
    assert reason.until == at("10-10 00:00")
    assert reason.earliest == at("09-26 00:00")


def test_with_its_last_negative_a_contact_knows_the_end() -> None:
    [reason] = decided("09-25 11:00", CONTACT, DAY_7).reasons
    assert (reason.until, reason.earliest) == (at("09-26 00:00"), at("09-26 00:00"))


def test_after_its_days_only_the_test_is_missing() -> None:
    [reason] = decided("09-27 11:00", CONTACT, RECENT).reasons
    assert (reason.until, reason.earliest) == (at("10-10 00:00"), None)


def test_a_running_contact_has_no_end_yet() -> None:
    [reason] = decided("09-20 08:00", exposure("09-18 12:00", None)).reasons
    assert (reason.since, reason.until, reason.earliest) == (at("09-18 12:00"), None, None)


def test_a_positive_has_no_end_but_the_record() -> None:
    [reason] = decided("09-20 08:00", SINGLE).reasons
    assert (reason.until, reason.earliest) == (None, None)


def test_test_days_are_owed_until_sampled() -> None:
    owed = [
        o
        for o in decided("09-20 08:00", CONTACT, pcr("09-19 09:00")).obligations
        if o.what == "test"
    ]
    assert [o.start for o in owed] == [at(f"09-{day} 00:00") for day in (20, 21, 23, 25)]
    assert [o.by for o in owed] == [at(f"09-{day} 00:00") for day in (21, 22, 24, 26)]


def test_a_day_gone_before_the_fact_was_recorded_is_not_owed() -> None:
    late = CONTACT._replace(recorded_at=at("09-20 07:00"))
    owed = [o for o in decided("09-22 08:00", late).obligations if o.what == "test"]
    assert [o.start for o in owed] == [at(f"09-{day} 00:00") for day in (20, 21, 23, 25)]


def test_an_overdue_day_is_settled_by_a_late_sample() -> None:
    known = CONTACT._replace(recorded_at=at("09-18 20:00"))
    owed = decided("09-22 08:00", known, pcr("09-22 07:00")).obligations
    assert [o.start for o in owed if o.what == "test"] == [at("09-23 00:00"), at("09-25 00:00")]


def test_days_8_to_10_owe_a_test_and_monitoring() -> None:
    decision = decided("09-26 08:00", CONTACT, DAY_7)
    assert decision.reasons == ()
    assert [(o.what, o.start, o.by) for o in decision.obligations] == [
        ("home_monitoring", at("09-26 00:00"), at("09-29 00:00")),
        ("test", at("09-28 00:00"), at("09-29 00:00")),
    ]


def test_a_contact_past_its_days_owes_the_releasing_test() -> None:
    owed = decided("09-27 08:00", CONTACT, RECENT).obligations
    assert ("test", at("09-26 00:00"), at("10-10 00:00")) in [(o.what, o.start, o.by) for o in owed]


def test_a_screening_is_owed_from_its_opening() -> None:
    decision = decided("09-18 08:00", DUE, pcr("09-17 08:00"))
    assert [(o.what, o.start, o.by) for o in decision.obligations] == [
        ("test", at("09-18 06:00"), at("09-19 20:00"))
    ]
    assert decision.review_at == at("09-19 20:00")


def test_an_order_is_an_obligation_for_as_long_as_it_runs() -> None:
    order = fact("order", "09-18 08:00", "09-25 08:00", order="home_isolation")
    decision = decided("09-19 08:00", order, NEGATIVE)
    assert [(o.what, o.by) for o in decision.obligations] == [("home_isolation", at("09-25 08:00"))]
    assert decision.review_at == at("09-25 08:00")


def test_every_rule_that_holds_is_a_reason_worst_first() -> None:
    decision = decided("09-20 08:00", DUE, SECONDARY, CONTACT, OPEN, pcr("09-10 08:00"))
    assert [reason.rule for reason in decision.reasons] == [
        "case-in-care",
        "contact-close",
        "contact-secondary",
        "no-test-for-7-days",
        "screening-missed",
    ]


def test_an_absence_points_to_no_evidence() -> None:
    [reason] = decided("09-27 08:00", NEGATIVE).reasons
    assert (reason.evidence, reason.since, reason.until) == (None, at("09-18 07:00"), None)


def test_equal_facts_are_one_and_the_first_is_named() -> None:
    [reason] = decided("09-20 08:00", RECENT, CONTACT, CONTACT).reasons
    assert reason.evidence == 1


def test_touching_contacts_are_one_contact() -> None:
    first = exposure("09-18 12:00", "09-18 12:30")
    second = exposure("09-18 12:30", "09-18 13:10")
    assert [r.since for r in decided("09-20 08:00", first, second).reasons] == [at("09-18 13:10")]


def test_a_fact_to_come_makes_a_review() -> None:
    assert decided("09-18 06:00", NEGATIVE).review_at == at("09-18 07:00")


def test_green_is_reviewed_when_the_sample_grows_old() -> None:
    assert decided("09-20 08:00", NEGATIVE).review_at == at("09-26 00:00")


def test_nothing_known_needs_no_review() -> None:
    assert decided("09-20 08:00").review_at is None


def test_an_unstated_pool_is_read_the_careful_way() -> None:
    positive = fact("test", "09-18 09:00", method="pcr", result="positive")
    negative = fact("test", "09-18 19:00", method="pcr", result="negative")
    [reason] = decided("09-18 10:00", positive).reasons
    assert reason.rule == "first-positive"
    assert colour("09-18 20:00", TUBE, negative) == "red"
