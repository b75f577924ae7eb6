"""What comes next: a green that is promised is green, and nothing before it is."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthcode.colours import Colour
from healthcode.policy import CompiledRules, Fact, Outlook, compile_rules, decide, outlook
from healthcode.policy.instants import DAY, HOUR
from healthcode.policy.outlook import DAYS_AHEAD
from healthcode.rules import load_named
from tests.healthcode.given import (
    antigen,
    at,
    case,
    exposure,
    leg,
    numbered,
    pcr,
    screening,
    shanghai,
    stay,
    trial,
)

SETS = ("sh-2022-09-18", "sh-2022-04-26", "cn-v8", "cn-v9", "cn-20", "cn-10", "guangdong-2022")
NOW = "09-19 10:00"
LONG = """
rules:
  - id: long
    when: {exposure: {grade: close}}
    clock: ended_at
    phases: [{colour: red, days: 90}]
    text: {zh-hans: 说明, en: words}
    release: {zh-hans: 解除, en: release}
"""


@cache
def rules_of(name: str) -> CompiledRules:
    return compile_rules(load_named(name))


def ahead(*facts: Fact, now: str = NOW, rules: CompiledRules | None = None) -> Outlook:
    return outlook(numbered(*facts), rules or shanghai(), at(now))


def test_who_is_green_could_be_green_now_and_turns_yellow_without_a_test():
    seen = ahead(pcr("09-18 08:00"))

    assert [(step.at, step.colour) for step in seen.steps] == [(at("09-26 00:00"), Colour.YELLOW)]
    assert (seen.green_at, seen.soonest_green) == (None, at(NOW))


def test_a_stranger_needs_nothing_but_a_test():
    assert ahead() == Outlook((), None, at(NOW))


@pytest.mark.parametrize(
    "held", [pcr("09-18 08:00", "positive", 10), antigen("09-18 08:00", "positive")]
)
def test_what_a_single_tube_negative_ends_may_end_now(held):
    seen = ahead(held)

    assert (seen.green_at, seen.soonest_green) == (None, at(NOW))


def test_a_single_tube_positive_has_no_date():
    seen = ahead(pcr("09-18 08:00", "positive"))

    assert (seen.green_at, seen.soonest_green) == (None, None)


@pytest.mark.parametrize("status", ["confirmed", "asymptomatic", "suspected"])
def test_an_open_case_has_no_date_whatever_else_ends(status):
    seen = ahead(case("09-18 08:00", status=status), exposure("09-10 08:00", "09-10 09:00"))

    assert (seen.green_at, seen.soonest_green) == (None, None)


def test_a_close_contact_is_green_after_day_seven_with_a_test_and_after_day_twenty_one_without():
    seen = ahead(exposure("09-18 12:00", "09-18 13:00"), pcr("09-18 08:00"))

    assert seen.soonest_green == at("09-26 00:00")
    assert seen.green_at is None  # by then a week has gone without a test
    assert [step.colour for step in seen.steps] == [Colour.YELLOW]
    assert seen.steps[0].at == at("10-10 00:00")


def test_a_contact_that_goes_on_has_no_date():
    seen = ahead(exposure("09-18 12:00", None), pcr("09-18 08:00"))

    assert (seen.green_at, seen.soonest_green) == (None, None)


def test_of_several_reasons_the_last_decides_the_date():
    entered = leg("09-16 08:00", "09-16 12:00", "JPN")
    seen = ahead(entered, exposure("09-18 12:00", "09-18 13:00", "secondary"), pcr("09-19 08:00"))

    assert seen.green_at == seen.soonest_green == at("09-26 00:00")


def test_a_discharge_is_yellow_and_then_green():
    ended = case("09-10 08:00", "09-18 12:00", "discharged")
    seen = ahead(ended, pcr("09-10 08:00", "positive"), pcr("09-19 08:00"))

    assert seen.green_at == seen.soonest_green == at("09-26 00:00")


def test_a_missed_screening_may_end_now_with_a_sample():
    seen = ahead(pcr("09-15 08:00"), screening("09-16 00:00", "09-18 00:00", "09-20 00:00"))

    assert seen.soonest_green == at(NOW)


def test_someone_who_left_a_high_risk_area_is_green_a_week_later():
    seen = ahead(stay("09-15 08:00", "09-18 08:00"), pcr("09-19 08:00"))

    assert seen.green_at == seen.soonest_green == at("09-26 00:00")


def test_two_negatives_a_day_apart_are_soonest_a_day_from_now():
    seen = ahead(exposure("09-18 12:00", "09-18 13:00", "casual"), rules=rules_of("guangdong-2022"))

    assert seen.soonest_green is not None
    assert seen.soonest_green >= at(NOW) + DAY
    assert seen.soonest_green <= at(NOW) + DAY + HOUR


def test_what_lies_too_far_ahead_has_no_soonest_date():
    seen = ahead(exposure("09-18 12:00", "09-18 13:00"), rules=trial(LONG))

    assert DAYS_AHEAD == 60
    assert seen.soonest_green is None


DAYS = [f"09-{day:02}" for day in range(8, 22)]
CLOCKS = ["00:00", "08:00", "12:30", "23:59"]
instants = st.builds(
    lambda day, clock: f"{day} {clock}", st.sampled_from(DAYS), st.sampled_from(CLOCKS)
)
spans = st.tuples(instants, instants).map(sorted).filter(lambda span: span[0] < span[1])
open_spans = st.one_of(spans, instants.map(lambda start: [start, None]))
results = st.sampled_from(["positive", "negative", "negative", "inconclusive"])
FACTS = st.one_of(
    st.builds(pcr, instants, results, st.sampled_from([1, 1, 10])),
    st.builds(antigen, instants, results),
    st.builds(
        lambda span, grade: exposure(*span, grade),
        open_spans,
        st.sampled_from(["close", "secondary", "casual"]),
    ),
    st.builds(lambda span: leg(*span, "JPN"), spans),
    st.builds(
        lambda span, tier: stay(*span, tier), spans, st.sampled_from(["low", "medium", "high"])
    ),
    st.builds(
        lambda span, status: case(*span, status), spans, st.sampled_from(["discharged", "excluded"])
    ),
    st.builds(lambda span: screening(span[0], span[1], span[1]), spans),
)
# Assessed once, so that waiting alone may lead to green.
PEOPLE = st.lists(FACTS, max_size=4).map(lambda facts: numbered(*facts, pcr("09-08 00:00")))


def moments(facts: list[Fact], now: int, until: int) -> list[int]:
    """The instants before another at which a colour may turn, and their neighbours."""
    turns = {now, *(now + hour * HOUR for hour in range(0, (until - now) // HOUR + 1, 7))}
    turns |= {
        shanghai().calendar.midnight(shanghai().calendar.day_of(now) + day) for day in range(60)
    }
    turns |= {end for known in facts for end in (known.occurred_at, known.ended_at) if end}
    near = {turn + shift for turn in turns for shift in (-1, 0, 1)}
    return sorted(instant for instant in near if now <= instant < until)


@given(PEOPLE, st.sampled_from(SETS), instants)
@settings(max_examples=300)
def test_a_promised_green_is_green_and_nothing_before_it_is(facts, name, words):
    rules, now = rules_of(name), at(words)
    green_at = outlook(facts, rules, now).green_at
    if green_at is None or decide(facts, rules, now).colour is Colour.GREEN:
        return

    assert decide(facts, rules, green_at).colour is Colour.GREEN
    for instant in moments(facts, now, green_at):
        assert decide(facts, rules, instant).colour is not Colour.GREEN


@given(PEOPLE, st.sampled_from(SETS), instants)
@settings(max_examples=300)
def test_tests_never_make_it_later_than_waiting_does(facts, name, words):
    rules, now = rules_of(name), at(words)
    seen = outlook(facts, rules, now)

    if seen.green_at is not None:
        assert seen.soonest_green is not None
        assert seen.soonest_green <= seen.green_at


@given(PEOPLE, st.sampled_from(SETS), instants)
@settings(max_examples=100)
def test_an_open_case_never_has_a_date(facts, name, words):
    seen = outlook([*facts, case("09-08 00:00")], rules_of(name), at(words))

    assert (seen.green_at, seen.soonest_green) == (None, None)


@given(PEOPLE, st.sampled_from(SETS), instants)
@settings(max_examples=100)
def test_the_steps_are_the_colours_at_their_instants_in_order_and_each_another(facts, name, words):
    rules, now = rules_of(name), at(words)
    steps = outlook(facts, rules, now).steps
    before = (now, decide(facts, rules, now).colour)

    for step in steps:
        assert step.at > before[0]
        assert step.colour is not before[1]
        assert decide(facts, rules, step.at).colour is step.colour
        assert decide(facts, rules, step.at - 1).colour is before[1]
        before = step
