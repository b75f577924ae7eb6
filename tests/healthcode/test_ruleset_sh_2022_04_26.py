"""The published Shanghai rules of April 2022, case by case, with their boundary instants."""

from functools import cache

import pytest

from healthcode.policy import CompiledRules, Decision, Edge, Fact, compile_rules, decide, grade
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

CONTACT = exposure("05-01 12:00", "05-01 13:10")
SECONDARY = exposure("05-01 12:00", "05-01 13:10", "secondary")
KNOWN = pcr("05-01 07:00")
SINGLE = pcr("05-01 09:00", "positive")
TUBE = pcr("05-01 09:00", "positive", pool=10)
OPEN = case("05-16 12:00")
DISCHARGED = case("05-01 12:00", "05-20 10:00", "discharged")
EXCLUDED = case("05-01 14:00", "05-02 10:00", "excluded")
ENTRY = leg("05-01 08:00", "05-01 14:00", "JPN")
FROM_MACAO = leg("05-10 08:00", "05-10 14:00", "MAC")
LEFT_HIGH = stay("04-20 08:00", "05-01 20:00", "high")
LEFT_MEDIUM = stay("04-20 08:00", "05-01 20:00", "medium")
DUE = screening("05-01 06:00", "05-02 20:00", "05-02 22:00")


def listed_later(tier_from: str, tier: str = "high") -> Fact:
    """Left on 1 May an area that was listed afterwards."""
    return stay("04-20 08:00", "05-01 20:00", tier, tier_from=tier_from)


TABLE: list[tuple[str, str, list[Fact], str]] = [
    ("nobody knows anything", "05-02 08:00", [], "unassessed"),
    ("a negative", "05-02 08:00", [KNOWN], "green"),
    ("no line speaks of a month without a sample", "06-02 08:00", [KNOWN], "green"),
    # Single-tube positives and cases.
    ("a single positive at its sampling", "05-01 09:00:00", [SINGLE], "red"),
    ("negatives do not end it", "05-09 09:00", [SINGLE, pcr("05-03 09:00")], "red"),
    ("a confirmed case", "05-17 08:00", [OPEN], "red"),
    ("an asymptomatic case", "05-17 08:00", [case("05-16 12:00", status="asymptomatic")], "red"),
    ("a suspected case", "05-17 08:00", [case("05-16 12:00", status="suspected")], "red"),
    ("a suspect until excluded", "05-02 09:59:59", [EXCLUDED, KNOWN], "red"),
    ("a suspect excluded", "05-02 10:00:00", [EXCLUDED, KNOWN], "green"),
    ("a case until discharged", "05-20 09:59:59", [SINGLE, DISCHARGED], "red"),
    ("discharged after an old positive", "05-20 10:00:00", [SINGLE, DISCHARGED], "green"),
    (
        "a positive after discharge counts anew",
        "05-25 10:00",
        [SINGLE, DISCHARGED, pcr("05-25 09:00", "positive")],
        "red",
    ),
    # Pooled tubes: the whole tube is red until one's own test.
    ("a pooled positive", "05-01 10:00", [TUBE], "red"),
    ("then a pooled negative", "05-01 20:00", [TUBE, pcr("05-01 19:00", pool=10)], "red"),
    ("then a single negative", "05-01 19:00:00", [TUBE, pcr("05-01 19:00")], "green"),
    ("before its sampling", "05-01 18:59:59", [TUBE, pcr("05-01 19:00")], "red"),
    ("a single negative of the same instant", "05-01 20:00", [TUBE, pcr("05-01 09:00")], "red"),
    ("then a single positive", "05-01 20:00", [TUBE, pcr("05-01 19:00", "positive")], "red"),
    ("an antigen positive", "05-02 08:00", [antigen("05-01 08:00", "positive")], "red"),
    (
        "a PCR negative of the same instant",
        "05-01 20:00",
        [antigen("05-01 08:00", "positive"), pcr("05-01 08:00")],
        "red",
    ),
    (
        "an antigen positive, then a single PCR negative",
        "05-02 08:00",
        [antigen("05-01 08:00", "positive"), pcr("05-01 12:00")],
        "green",
    ),
    # Close contacts: 14 days red, then 7 days yellow, whatever is tested.
    ("a contact at once", "05-01 12:00:00", [CONTACT, KNOWN], "red"),
    ("contact, day 14", "05-15 23:59:59", [CONTACT, KNOWN], "red"),
    ("contact, day 15", "05-16 00:00:00", [CONTACT, KNOWN], "yellow"),
    ("contact, day 21", "05-22 23:59:59", [CONTACT, KNOWN], "yellow"),
    ("contact, day 22", "05-23 00:00:00", [CONTACT, KNOWN], "green"),
    ("contact, day 22, never tested", "05-23 00:00:00", [CONTACT], "unassessed"),
    ("a negative does not shorten it", "05-10 08:00", [CONTACT, pcr("05-09 08:00")], "red"),
    (
        "the last contact in the day's last second",
        "05-16 00:00:00",
        [exposure("05-01 12:00", "05-01 23:59:59"), KNOWN],
        "yellow",
    ),
    (
        "the last contact at midnight is the next day's",
        "05-16 23:59:59",
        [exposure("05-01 12:00", "05-02 00:00:00"), KNOWN],
        "red",
    ),
    ("a contact that goes on", "06-30 12:00", [exposure("05-01 12:00", None), KNOWN], "red"),
    (
        "it ended later than first known",
        "05-18 12:00",
        [CONTACT, exposure("05-01 12:00", "05-04 09:00"), KNOWN],
        "red",
    ),
    ("a yellow contact becomes a case", "05-16 12:00:00", [CONTACT, OPEN], "red"),
    ("the discharge closes the contact", "05-20 10:00:00", [CONTACT, SINGLE, DISCHARGED], "green"),
    ("an exclusion does not", "05-02 10:00:00", [CONTACT, EXCLUDED, KNOWN], "red"),
    # Contacts of contacts.
    ("secondary, at once", "05-01 12:00:00", [SECONDARY, KNOWN], "yellow"),
    ("secondary, day 7", "05-08 23:59:59", [SECONDARY, KNOWN], "yellow"),
    ("secondary, day 8", "05-09 00:00:00", [SECONDARY, KNOWN], "green"),
    ("casual", "05-02 08:00", [exposure("05-01 12:00", "05-01 13:10", "casual"), KNOWN], "green"),
    # Entry.
    ("in the air", "05-01 13:59:59", [ENTRY, KNOWN], "green"),
    ("landed", "05-01 14:00:00", [ENTRY, KNOWN], "red"),
    ("entry, day 14", "05-15 23:59:59", [ENTRY, KNOWN], "red"),
    ("entry, day 15", "05-16 00:00:00", [ENTRY, KNOWN], "green"),
    ("from Hong Kong", "05-10 15:00", [leg("05-10 08:00", "05-10 11:00", "HKG"), KNOWN], "red"),
    ("from Taiwan", "05-10 15:00", [leg("05-10 08:00", "05-10 11:00", "TWN"), KNOWN], "red"),
    ("from Macao", "05-10 15:00", [FROM_MACAO, KNOWN], "green"),
    (
        "from Macao, a third country left at the week's first second",
        "05-10 15:00",
        [leg("05-03 00:00:00", "05-03 09:00", "PRT", "MAC"), FROM_MACAO, KNOWN],
        "red",
    ),
    (
        "from Macao, a third country left a second earlier",
        "05-10 15:00",
        [leg("05-02 23:59:59", "05-03 09:00", "PRT", "MAC"), FROM_MACAO, KNOWN],
        "green",
    ),
    (
        "to Macao and back from home",
        "05-10 15:00",
        [leg("05-08 08:00", "05-08 11:00", "CHN", "MAC"), FROM_MACAO, KNOWN],
        "green",
    ),
    # Areas.
    ("left a high-risk area", "05-01 20:00:00", [LEFT_HIGH, KNOWN], "red"),
    ("high, day 14", "05-15 23:59:59", [LEFT_HIGH, KNOWN], "red"),
    ("high, day 15", "05-16 00:00:00", [LEFT_HIGH, KNOWN], "green"),
    ("medium, day 14", "05-15 23:59:59", [LEFT_MEDIUM, KNOWN], "yellow"),
    ("medium, day 15", "05-16 00:00:00", [LEFT_MEDIUM, KNOWN], "green"),
    ("low", "05-02 08:00", [stay("04-20 08:00", "05-01 20:00", "low"), KNOWN], "green"),
    ("still there", "05-02 08:00", [stay("04-20 08:00", None), KNOWN], "green"),
    ("not yet listed", "05-08 23:59:58", [listed_later("05-08 23:59:59"), KNOWN], "green"),
    ("listed on day 7", "05-08 23:59:59", [listed_later("05-08 23:59:59"), KNOWN], "red"),
    ("listed on day 8", "05-09 08:00", [listed_later("05-09 00:00:00"), KNOWN], "green"),
    (
        "first medium, then high",
        "05-06 08:00",
        [LEFT_MEDIUM, listed_later("05-06 08:00"), KNOWN],
        "red",
    ),
    # Screening.
    ("a screening is on", "05-02 19:59:59", [DUE, pcr("04-30 08:00")], "green"),
    ("a screening is missed", "05-02 20:00:00", [DUE, pcr("04-30 08:00")], "yellow"),
    ("a sample at its opening", "05-03 08:00", [DUE, pcr("05-01 06:00:00")], "green"),
    ("a late sample", "05-09 08:00:00", [DUE, pcr("05-09 08:00", "inconclusive"), KNOWN], "green"),
    ("day 14 after the deadline", "05-16 23:59:59", [DUE, pcr("04-30 08:00")], "yellow"),
    ("it lapses", "05-17 00:00:00", [DUE, pcr("04-30 08:00")], "green"),
    # Never a colour, and the worst one.
    (
        "an order and a companion",
        "05-02 08:00",
        [
            fact("order", "05-01 08:00", "05-08 08:00", order="home_isolation"),
            fact("companion", "05-01 08:00", "05-01 09:00", grid="g"),
            KNOWN,
        ],
        "green",
    ),
    ("yellow and red", "05-02 08:00", [LEFT_MEDIUM, CONTACT], "red"),
]


@cache
def april() -> CompiledRules:
    """The published set of April 2022."""
    return compile_rules(load_named("sh-2022-04-26"))


def decision(now: str, *facts: Fact) -> Decision:
    """The decision under the April rules."""
    return decided(now, *facts, rules=april())


@pytest.mark.parametrize(
    ("now", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_colour_follows_from_the_april_text(now: str, facts: list[Fact], expected: str) -> None:
    assert decision(now, *facts).colour.word == expected


def test_a_close_contact_reads_the_end_of_the_phase_it_is_in() -> None:
    [red] = decision("05-02 08:00", CONTACT).reasons
    assert (red.since, red.until, red.earliest) == (
        at("05-01 13:10"),
        at("05-16 00:00"),
        at("05-16 00:00"),
    )
    [yellow] = decision("05-16 08:00", CONTACT).reasons
    assert (yellow.rule, yellow.since, yellow.until) == (
        "contact-close",
        at("05-01 13:10"),
        at("05-23 00:00"),
    )


def test_a_close_contact_is_looked_at_again_when_red_turns_yellow() -> None:
    tested = pcr("05-15 09:00")
    assert decision("05-15 12:00", CONTACT, tested).review_at == at("05-16 00:00")
    assert decision("05-22 12:00", CONTACT, pcr("05-22 09:00")).review_at == at("05-23 00:00")


@pytest.mark.parametrize(
    ("now", "days"), [("05-01 20:00", ("02", "05", "08", "15")), ("05-16 08:00", ("17", "22"))]
)
def test_test_days_are_counted_inside_their_phase(now: str, days: tuple[str, ...]) -> None:
    owed = [o for o in decision(now, CONTACT, KNOWN).obligations if o.what == "test"]
    assert [o.start for o in owed] == [at(f"05-{day} 00:00") for day in days]


def test_an_entrant_past_red_stays_home_without_a_colour() -> None:
    after = decision("05-17 08:00", ENTRY, KNOWN)
    assert after.reasons == ()
    assert [(o.what, o.by) for o in after.obligations] == [("home_monitoring", at("05-23 00:00"))]


def test_the_clock_of_the_result_never_matters() -> None:
    item = {"kind": "test", "occurred_at": "2022-05-01T09:00:00+08:00"}
    pooled = {"method": "pcr", "result": "positive", "pool_size": 10, "tube": "T"}
    single = {"method": "pcr", "result": "negative", "pool_size": 1}
    early = {
        **item,
        "occurred_at": "2022-05-01T08:59:59+08:00",
        "reported_at": "2022-05-02T09:00:00+08:00",
        "details": single,
    }
    late = {**item, "occurred_at": "2022-05-01T09:00:01+08:00", "details": single}
    for retest, expected in ((early, "red"), (late, "green")):
        file = read_fact_file(
            {
                "ruleset": "sh-2022-04-26",
                "now": "2022-05-03T08:00:00+08:00",
                "evidence": [{**item, "details": pooled}, retest],
            }
        )
        assert decide(file.facts, april(), file.now).colour.word == expected


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        (Edge("household"), "close"),
        (Edge("zone", 15, close_quarters=True), "close"),
        (Edge("zone", 14, close_quarters=True), "casual"),
        (Edge("flight", 90, rows_apart=3, vehicle="aircraft"), "close"),
        (Edge("flight", 90, rows_apart=4, vehicle="aircraft"), "casual"),
        (Edge("train", 5, rows_apart=15, vehicle="train_sealed"), "close"),
        (Edge("metro", 60, close_quarters=True), "casual"),
        (Edge("household", hop=2), "secondary"),
    ],
)
def test_an_encounter_is_graded(edge: Edge, expected: str) -> None:
    assert grade(edge, april()).grade == expected


def test_tracing_looks_back_four_days() -> None:
    contacts = april().ruleset.contacts
    assert contacts is not None
    assert (contacts.lookback_onset.days, contacts.lookback_sampling.days) == (4, 4)


def test_the_two_shanghai_texts_meet_without_a_gap() -> None:
    spring, autumn = april().ruleset, load_named("sh-2022-09-18")
    assert spring.valid_from == at("04-26 00:00")
    assert (spring.scope, spring.valid_to) == (autumn.scope, autumn.valid_from)
    assert autumn.valid_to is None


def test_every_length_is_unverified_as_the_list_states_none() -> None:
    ruleset = april().ruleset
    lengths = [phase for rule in ruleset.rules for phase in rule.phases if phase.days]
    assert lengths
    assert not any(phase.verified for phase in lengths)
    assert {rule.id for rule in ruleset.rules if not rule.verified} == {"antigen-positive", "entry"}


def test_what_the_april_list_leaves_out_says_why() -> None:
    left_out = dict(april().ruleset.not_encoded)
    assert all(left_out.values())
    assert {"出院病例", "七天内无核酸采样记录赋黄码"} <= set(left_out)
