"""More boundary instants of the Shanghai rules of September 2022."""

import pytest

from healthcode.policy import Fact, decide
from healthcode.policy.files import read_fact_file
from tests.healthcode.given import (
    antigen,
    at,
    case,
    colour,
    decided,
    exposure,
    leg,
    pcr,
    screening,
    shanghai,
    stay,
)

CONTACT = exposure("09-18 12:00", "09-18 13:10")
# Recent enough that no absence interferes, too early to release a contact.
RECENT = pcr("09-22 09:00")
DAY_7 = pcr("09-25 10:00")
SINGLE = pcr("09-18 09:00", "positive")
TUBE = pcr("09-18 09:00", "positive", pool=10)
DUE = screening("09-18 06:00", "09-19 20:00", "09-19 22:00")
BEFORE = pcr("09-17 08:00")
ENDED_LATER = exposure("09-18 12:00", "09-20 09:00")
FROM_MACAO = leg("09-18 08:00", "09-18 11:00", "MAC")
MIDNIGHT = exposure("09-18 12:00", "09-19 00:00:00")
DISCHARGED = case("09-18 12:00", "09-28 10:00:00", "discharged")


def left(tier: str = "high", **listing: str) -> Fact:
    """A stay that ended in the evening of 18 September."""
    return stay("09-10 08:00", "09-18 20:00", tier, **listing)


TABLE: list[tuple[str, str, list[Fact], str]] = [
    # The release of a close contact on day 7.
    ("a pooled negative", "09-26 00:00:00", [CONTACT, pcr("09-25 10:00", pool=10)], "green"),
    (
        "a negative of the last second of day 7",
        "09-26 00:00:00",
        [CONTACT, pcr("09-25 23:59:59")],
        "green",
    ),
    (
        "an inconclusive sample of day 7",
        "09-26 00:00:00",
        [CONTACT, pcr("09-25 10:00", "inconclusive")],
        "red",
    ),
    (
        "an antigen negative of day 7",
        "09-26 00:00:00",
        [CONTACT, RECENT, antigen("09-25 10:00")],
        "red",
    ),
    ("a positive of day 7", "09-26 00:00:00", [CONTACT, pcr("09-25 10:00", "positive")], "red"),
    (
        "a second before the late negative",
        "09-28 08:59:59",
        [CONTACT, RECENT, pcr("09-28 09:00:00")],
        "red",
    ),
    (
        "a negative of day 21 at its sampling",
        "10-09 23:59:59",
        [CONTACT, pcr("10-09 23:59:59")],
        "green",
    ),
    ("lapsed, though never sampled since", "10-10 00:00:00", [CONTACT, RECENT], "yellow"),
    # Day 0 is the local day of the last contact.
    (
        "a last contact in the day's last second",
        "09-26 00:00:00",
        [exposure("09-18 12:00", "09-18 23:59:59"), DAY_7],
        "green",
    ),
    (
        "a last contact at midnight is the next day's",
        "09-26 23:59:59",
        [MIDNIGHT, DAY_7, pcr("09-26 10:00")],
        "red",
    ),
    ("and ends a day later", "09-27 00:00:00", [MIDNIGHT, pcr("09-26 10:00")], "green"),
    # An exposure that ended later than first known.
    (
        "it ended later: day 7 of the first end",
        "09-26 00:00:00",
        [CONTACT, ENDED_LATER, DAY_7],
        "red",
    ),
    (
        "it ended later: the negative is of day 5",
        "09-28 00:00:00",
        [CONTACT, ENDED_LATER, DAY_7],
        "red",
    ),
    (
        "it ended later: released on its own day 7",
        "09-28 00:00:00",
        [CONTACT, ENDED_LATER, pcr("09-27 10:00")],
        "green",
    ),
    # What a discharge closes.
    (
        "a positive sampled at the discharge",
        "09-28 10:00:00",
        [pcr("09-28 10:00:00", "positive"), DISCHARGED],
        "yellow",
    ),
    (
        "a positive sampled a second later",
        "09-28 11:00",
        [pcr("09-28 10:00:01", "positive"), DISCHARGED],
        "red",
    ),
    (
        "a contact that ended at the discharge",
        "09-28 10:00:00",
        [exposure("09-27 10:00", "09-28 10:00:00"), RECENT, DISCHARGED],
        "yellow",
    ),
    (
        "a contact that outlasts the discharge",
        "09-28 10:00:00",
        [exposure("09-27 10:00", "09-28 10:00:01"), RECENT, DISCHARGED],
        "red",
    ),
    (
        "a contact, a case, discharged",
        "10-20 12:00",
        [CONTACT, SINGLE, case("09-20 12:00", "10-05 10:00", "discharged"), pcr("10-19 09:00")],
        "green",
    ),
    # Pooled tubes.
    (
        "two pooled positives need a negative after each",
        "09-20 08:00",
        [TUBE, pcr("09-18 19:00"), pcr("09-19 09:00", "positive", pool=5)],
        "red",
    ),
    ("a second before the single negative", "09-18 18:59:59", [TUBE, pcr("09-18 19:00")], "red"),
    (
        "the least tube that is shared",
        "09-18 20:00",
        [pcr("09-18 09:00", "positive", pool=2), pcr("09-18 19:00")],
        "green",
    ),
    # Areas.
    (
        "lifted before leaving",
        "09-19 08:00",
        [left(tier_from="09-12 00:00", tier_to="09-15 00:00"), RECENT],
        "red",
    ),
    (
        "left at midnight: day 7 is a day later",
        "09-26 23:59:59",
        [stay("09-10 08:00", "09-19 00:00:00"), RECENT],
        "red",
    ),
    ("left medium, day 7", "09-25 23:59:59", [left("medium"), RECENT], "red"),
    ("left medium, day 8", "09-26 00:00:00", [left("medium"), RECENT], "green"),
    (
        "left before it was listed medium",
        "09-25 23:59:59",
        [left("medium", tier_from="09-22 08:00"), RECENT],
        "red",
    ),
    (
        "listed late, the days still run from leaving",
        "09-26 00:00:00",
        [left("medium", tier_from="09-22 08:00"), RECENT],
        "green",
    ),
    # Screening.
    (
        "a late sample, a second before",
        "09-25 07:59:59",
        [DUE, pcr("09-25 08:00"), BEFORE],
        "yellow",
    ),
    (
        "a late sample, at its sampling",
        "09-25 08:00:00",
        [DUE, pcr("09-25 08:00"), BEFORE],
        "green",
    ),
    (
        "a late sample after the campaign closed",
        "09-19 22:00:01",
        [DUE, pcr("09-19 22:00:01"), BEFORE],
        "green",
    ),
    (
        "an antigen test is no sample of a screening",
        "09-20 08:00",
        [DUE, antigen("09-19 08:00"), BEFORE],
        "yellow",
    ),
    (
        "one sample fulfils two screenings",
        "09-20 08:00",
        [DUE, screening("09-17 06:00", "09-19 12:00", "09-19 22:00"), pcr("09-18 06:00:00")],
        "green",
    ),
    # Entry: none is exempt.
    ("from Macao, day 7", "09-25 23:59:59", [FROM_MACAO, RECENT], "red"),
    ("from Macao, day 8", "09-26 00:00:00", [FROM_MACAO, RECENT], "green"),
    (
        "landing at midnight: day 7 is a day later",
        "09-26 23:59:59",
        [leg("09-18 20:00", "09-19 00:00:00", "JPN"), RECENT],
        "red",
    ),
    ("a negative does not shorten the days", "09-25 12:00", [FROM_MACAO, DAY_7], "red"),
    (
        "through a third country and home",
        "09-20 08:00",
        [leg("09-17 08:00", "09-17 20:00", "CHN", "HKG"), leg("09-18 08:00", "09-18 11:00", "HKG")],
        "red",
    ),
]


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_turns_at_the_published_instant(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert colour(now, *facts) == expected


def contact_and_test(sampled: str, reported: str) -> dict[str, object]:
    """A fact file of a close contact and a negative, at the first second of day 8."""
    return {
        "ruleset": "sh-2022-09-18",
        "now": "2022-09-26T00:00:00+08:00",
        "evidence": [
            {
                "kind": "exposure",
                "occurred_at": "2022-09-18T12:00:00+08:00",
                "ended_at": "2022-09-18T13:10:00+08:00",
                "details": {"level": 1, "grade": "close", "case": "c1", "setting": "zone"},
            },
            {
                "kind": "test",
                "occurred_at": f"2022-09-{sampled}+08:00",
                "reported_at": f"2022-09-{reported}+08:00",
                "details": {"method": "pcr", "result": "negative", "pool_size": 1},
            },
        ],
    }


@pytest.mark.parametrize(
    ("sampled", "reported", "expected"),
    [
        ("25T00:00:00", "25T23:00:00", "green"),
        # Known on day 7, sampled on day 6.
        ("24T23:59:59", "25T09:00:00", "red"),
        # Sampled on day 7, known on day 8.
        ("25T23:59:59", "26T00:00:00", "green"),
    ],
)
def test_the_clock_of_the_result_never_matters(sampled: str, reported: str, expected: str) -> None:
    file = read_fact_file(contact_and_test(sampled, reported))
    assert decide(file.facts, shanghai(), file.now).colour.word == expected


def test_a_mended_end_moves_every_instant_with_it() -> None:
    [reason] = decided("09-21 08:00", CONTACT, ENDED_LATER, pcr("09-21 07:00")).reasons
    assert (reason.since, reason.until, reason.earliest) == (
        at("09-20 09:00"),
        at("10-12 00:00"),
        at("09-28 00:00"),
    )


def test_days_8_to_10_end_with_day_10() -> None:
    last = decided("09-28 23:59:59", CONTACT, DAY_7)
    assert [o.what for o in last.obligations] == ["home_monitoring", "test"]
    assert (last.colour.word, last.review_at) == ("green", at("09-29 00:00"))
    assert decided("09-29 00:00:00", CONTACT, DAY_7).obligations == ()


def test_an_area_listed_later_colours_and_counts_from_leaving() -> None:
    left = stay("09-10 08:00", "09-18 20:00", tier_from="09-23 08:00")
    [reason] = decided("09-23 08:00", left, RECENT).reasons
    assert (reason.since, reason.until) == (at("09-18 20:00"), at("09-26 00:00"))
