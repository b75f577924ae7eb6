"""The published Guangdong rules of 2022: yellow ends at the second of two PCR tests."""

from functools import cache

import pytest

from healthcode.policy import CompiledRules, Decision, Fact, compile_rules, decide
from healthcode.policy.files import read_fact_file
from healthcode.rules import load_named
from tests.healthcode.given import (
    antigen,
    at,
    case,
    decided,
    exposure,
    fact,
    leg,
    pcr,
    screening,
    stay,
)

CASUAL = exposure("04-10 12:00", "04-10 13:10", "casual")
CLOSE = exposure("04-10 12:00", "04-10 13:10")
SECONDARY = exposure("04-10 12:00", "04-10 13:10", "secondary")
FIRST = pcr("04-11 09:00:00")
PAIR = (FIRST, pcr("04-12 09:00:00"))
KNOWN = pcr("04-01 09:00")
LEFT = stay("04-05 08:00", "04-10 20:00", "medium")
THERE = stay("04-05 08:00", None, "high")
SINGLE = pcr("04-11 09:00", "positive")
TUBE = pcr("04-11 09:00", "positive", pool=10)
ANTIGEN = antigen("04-11 09:00", "positive")
DISCHARGED = case("04-11 12:00", "04-25 10:00", "discharged")
FROM_JAPAN = leg("04-10 08:00", "04-10 14:00", "JPN")
FROM_HONG_KONG = leg("04-10 08:00", "04-10 14:00", "HKG")
FROM_MACAO = leg("04-10 08:00", "04-10 14:00", "MAC")
DUE = screening("04-10 06:00", "04-11 20:00", "04-11 22:00")
COMPANION = fact("companion", "04-10 08:00", "04-10 09:00", grid="g")


def casual(end: str | None, case_id: str = "c1") -> Fact:
    """A casual contact since noon of 10 April."""
    return exposure("04-10 12:00", end, "casual", case_id)


def left(tier: str = "high", **listing: str) -> Fact:
    """A stay that ended in the evening of 10 April."""
    return stay("04-05 08:00", "04-10 20:00", tier, **listing)


def to_macao(departed: str) -> Fact:
    """A flight to Macao from a third country."""
    return leg(departed, "04-05 20:00", "PRT", "MAC")


def there(**listing: str) -> Fact:
    """A stay that goes on."""
    return stay("04-05 08:00", None, **listing)


TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "04-11 08:00", [], "unassessed"),
    ("a negative", "04-11 08:00", [KNOWN], "green"),
    # Casual contacts.
    ("a casual contact at once", "04-10 12:00:00", [CASUAL, KNOWN], "yellow"),
    ("no test", "05-31 12:00", [CASUAL], "yellow"),
    ("one negative", "04-20 08:00", [CASUAL, FIRST], "yellow"),
    ("the second after 23:59:59", "04-20 08:00", [CASUAL, FIRST, pcr("04-12 08:59:59")], "yellow"),
    ("the second after 24:00:00", "04-12 09:00:00", [CASUAL, *PAIR], "green"),
    ("a second before it is sampled", "04-12 08:59:59", [CASUAL, *PAIR], "yellow"),
    ("the second after 72:00:00", "04-14 09:00:00", [CASUAL, FIRST, pcr("04-14 09:00")], "green"),
    ("the second after 72:00:01", "04-20 08:00", [CASUAL, FIRST, pcr("04-14 09:00:01")], "yellow"),
    (
        "too late for the first, in time for a third",
        "04-15 09:00:01",
        [CASUAL, FIRST, pcr("04-14 09:00:01"), pcr("04-15 09:00:01")],
        "green",
    ),
    (
        "the first and the third of three",
        "04-12 09:00:00",
        [CASUAL, *PAIR, pcr("04-11 21:00")],
        "green",
    ),
    ("released stays released", "05-20 08:00", [CASUAL, *PAIR], "green"),
    (
        "pooled negatives are negatives",
        "04-13 08:00",
        [CASUAL, pcr("04-11 09:00", pool=10), pcr("04-12 09:00", pool=20)],
        "green",
    ),
    ("an antigen test is no PCR", "04-13 08:00", [CASUAL, FIRST, antigen("04-12 09:00")], "yellow"),
    (
        "an inconclusive second",
        "04-13 08:00",
        [CASUAL, FIRST, pcr("04-12 09:00", "inconclusive")],
        "yellow",
    ),
    (
        "a sample of the last contact's instant does not count",
        "04-13 08:00",
        [CASUAL, pcr("04-10 13:10:00"), pcr("04-11 13:10:00")],
        "yellow",
    ),
    (
        "one of the second after does",
        "04-13 08:00",
        [CASUAL, pcr("04-10 13:10:01"), pcr("04-11 13:10:01")],
        "green",
    ),
    ("contact that goes on is not tested away", "04-13 08:00", [casual(None), *PAIR], "yellow"),
    ("it ended later than first known", "04-13 08:00", [casual("04-11 10:00"), *PAIR], "yellow"),
    (
        "another contact later",
        "04-13 08:00",
        [CASUAL, *PAIR, casual("04-12 11:00", "c2")],
        "yellow",
    ),
    # Stays in a listed county.
    ("left a listed county", "04-10 20:00:00", [LEFT, KNOWN], "yellow"),
    ("left a high-risk county", "04-11 08:00", [left(), KNOWN], "yellow"),
    ("left and tested twice", "04-12 09:00:00", [LEFT, *PAIR], "green"),
    (
        "tested once before leaving",
        "04-13 08:00",
        [LEFT, pcr("04-10 19:59:59"), pcr("04-12 09:00")],
        "yellow",
    ),
    ("left an unlisted county", "04-11 08:00", [left("low"), KNOWN], "green"),
    ("in a listed county", "04-11 08:00", [THERE, KNOWN], "yellow"),
    ("in a listed county, tested twice", "04-12 09:00:00", [THERE, *PAIR], "green"),
    ("not yet listed", "04-10 23:59:59", [there(tier_from="04-11 00:00"), KNOWN], "green"),
    ("once it is listed", "04-11 00:00:00", [there(tier_from="04-11 00:00"), KNOWN], "yellow"),
    ("once it is lifted", "04-15 00:00:00", [there(tier_to="04-15 00:00"), KNOWN], "green"),
    ("listed on day 7", "04-17 23:59:59", [left(tier_from="04-17 23:59:59"), KNOWN], "yellow"),
    ("listed on day 8", "04-18 08:00", [left(tier_from="04-18 00:00"), KNOWN], "green"),
    # Red.
    (
        "a single positive, then two negatives",
        "04-20 08:00",
        [SINGLE, pcr("04-12 09:00"), pcr("04-13 09:00")],
        "red",
    ),
    ("a pooled positive", "04-11 10:00", [TUBE], "red"),
    ("pooled, then a single negative", "04-11 20:00", [TUBE, pcr("04-11 19:00")], "green"),
    ("pooled, then pooled", "04-11 20:00", [TUBE, pcr("04-11 19:00", pool=10)], "red"),
    ("a single negative of the same instant", "04-11 20:00", [TUBE, FIRST], "red"),
    ("an antigen positive", "04-11 10:00", [ANTIGEN], "red"),
    ("an antigen positive, then PCR", "04-11 20:00", [ANTIGEN, pcr("04-11 19:00")], "green"),
    ("a PCR negative of the same instant", "04-11 20:00", [ANTIGEN, FIRST], "red"),
    ("a contact upgraded to a case", "04-13 08:00", [CASUAL, *PAIR, case("04-13 07:00")], "red"),
    ("discharged after an old positive", "04-25 10:00:00", [SINGLE, CASUAL, DISCHARGED], "green"),
    ("a second before the discharge", "04-25 09:59:59", [SINGLE, CASUAL, DISCHARGED], "red"),
    ("close, day 14", "04-24 23:59:59", [CLOSE, KNOWN], "red"),
    ("close, day 15", "04-25 00:00:00", [CLOSE, KNOWN], "yellow"),
    ("close, day 21", "05-01 23:59:59", [CLOSE, KNOWN], "yellow"),
    ("close, day 22", "05-02 00:00:00", [CLOSE, KNOWN], "green"),
    ("two tests do not end a close contact", "04-13 08:00", [CLOSE, *PAIR], "red"),
    ("secondary, day 7", "04-17 23:59:59", [SECONDARY, KNOWN], "red"),
    ("secondary, day 8", "04-18 00:00:00", [SECONDARY, KNOWN], "green"),
    ("entry, day 14", "04-24 23:59:59", [FROM_JAPAN, KNOWN], "red"),
    ("entry, day 15", "04-25 00:00:00", [FROM_JAPAN, KNOWN], "yellow"),
    ("entry, day 21", "05-01 23:59:59", [FROM_JAPAN, KNOWN], "yellow"),
    ("entry, day 22", "05-02 00:00:00", [FROM_JAPAN, KNOWN], "green"),
    ("from Hong Kong", "04-11 08:00", [FROM_HONG_KONG, KNOWN], "red"),
    ("from Macao", "04-11 08:00", [FROM_MACAO, KNOWN], "green"),
    (
        "from Macao, abroad that week",
        "04-11 08:00",
        [to_macao("04-03 00:00:00"), FROM_MACAO, KNOWN],
        "red",
    ),
    (
        "from Macao, abroad before it",
        "04-11 08:00",
        [to_macao("04-02 23:59:59"), FROM_MACAO, KNOWN],
        "green",
    ),
    # No class.
    ("a missed screening", "04-12 08:00", [DUE, KNOWN], "green"),
    ("a companion", "04-12 08:00", [COMPANION, KNOWN], "green"),
    ("yellow and red", "04-11 08:00", [LEFT, CLOSE], "red"),
]


@cache
def guangdong() -> CompiledRules:
    """The published set of 2022."""
    return compile_rules(load_named("guangdong-2022"))


def decision(now: str, *facts: Fact) -> Decision:
    """The decision under the Guangdong rules."""
    return decided(now, *facts, rules=guangdong())


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_guangdong_text(
    now: str, facts: list[Fact], expected: str
) -> None:
    assert decision(now, *facts).colour.word == expected


def test_the_two_tests_are_owed_until_they_are_there() -> None:
    [owed] = decision("04-11 10:00", CASUAL, FIRST).obligations
    assert (owed.what, owed.rule, owed.start, owed.by) == (
        "test",
        "contact-casual",
        at("04-10 12:00"),
        None,
    )
    assert decision("04-12 09:00", CASUAL, *PAIR).obligations == ()


def test_after_the_first_negative_the_earliest_end_is_a_day_later() -> None:
    [reason] = decision("04-11 10:00", CASUAL, FIRST).reasons
    assert (reason.since, reason.until, reason.earliest) == (
        at("04-10 13:10"),
        None,
        at("04-12 09:00"),
    )


def test_without_a_negative_no_earliest_end_is_known() -> None:
    [reason] = decision("04-11 10:00", CASUAL, KNOWN).reasons
    assert (reason.until, reason.earliest) == (None, None)


def test_every_yellow_ends_with_the_same_two_tests() -> None:
    yellow = [rule for rule in guangdong().ruleset.rules if rule.owes]
    assert [rule.id for rule in yellow] == ["contact-casual", "county-left", "county-resident"]
    assert all(rule.released_by == yellow[0].released_by for rule in yellow)


def test_leaving_begins_another_pair_of_tests() -> None:
    tested = (pcr("04-07 09:00"), pcr("04-08 09:00"))
    assert decision("04-10 19:59:59", LEFT, *tested).colour.word == "green"
    [reason] = decision("04-10 20:00:00", LEFT, *tested).reasons
    assert (reason.rule, reason.since) == ("county-left", at("04-10 20:00"))


def test_the_clock_of_the_result_never_matters() -> None:
    def negative(sampled: str, reported: str) -> dict[str, object]:
        return {
            "kind": "test",
            "occurred_at": f"2022-04-{sampled}+08:00",
            "reported_at": f"2022-04-{reported}+08:00",
            "details": {"method": "pcr", "result": "negative", "pool_size": 1},
        }

    contact = {
        "kind": "exposure",
        "occurred_at": "2022-04-10T12:00:00+08:00",
        "ended_at": "2022-04-10T13:10:00+08:00",
        "details": {"level": 1, "grade": "casual", "case": "c1", "setting": "zone"},
    }
    # Sampled an hour apart and reported a day apart; then the other way round.
    near = [
        negative("11T09:00:00", "11T12:00:00"),
        negative("11T10:00:00", "12T12:00:00"),
    ]
    apart = [
        negative("11T09:00:00", "12T11:00:00"),
        negative("12T09:00:00", "12T12:00:00"),
    ]
    for tests, expected in ((near, "yellow"), (apart, "green")):
        file = read_fact_file(
            {
                "ruleset": "guangdong-2022",
                "now": "2022-04-13T08:00:00+08:00",
                "evidence": [contact, *tests],
            }
        )
        assert decide(file.facts, guangdong(), file.now).colour.word == expected


def test_all_the_evidence_is_unverified_and_the_orders_are_not() -> None:
    ruleset = guangdong().ruleset
    assert [rule.id for rule in ruleset.rules if rule.verified] == ["ordered"]


def test_it_is_a_province_with_a_beginning_and_an_end() -> None:
    ruleset = guangdong().ruleset
    assert (ruleset.scope, ruleset.contacts) == ("440000", None)
    assert (ruleset.valid_from, ruleset.valid_to) == (at("04-01 00:00"), at("06-28 00:00"))
    assert all(why for _, why in ruleset.not_encoded)
