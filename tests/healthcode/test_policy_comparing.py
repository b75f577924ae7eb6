"""Two decisions about many people, counted: who turns worse, who better, and by which rule."""

import json

import pytest

from healthcode.colours import Colour
from healthcode.policy import Comparison, Decision, Fact, Reason
from healthcode.policy.comparing import EXAMPLES, LARGEST
from healthcode.policy.instants import DAY
from healthcode.policy.ruleset import Text
from tests.healthcode.given import at, exposure, fact, pcr, screening, stay

NOW = at("09-19 10:00")
WORDS = Text("说明", "words")
GREY, GREEN, YELLOW, RED = Colour


def decision(colour: Colour, *rules: str) -> Decision:
    """A decision by these rules, worst first."""
    reasons = tuple(Reason(colour, rule, 1, NOW, None, None, WORDS, WORDS) for rule in rules)
    return Decision(colour, reasons, (), None)


def compared(*pairs: tuple[Decision, Decision], region: str = "310106") -> Comparison:
    """One person of a region for each pair of decisions."""
    comparison = Comparison()
    for before, after in pairs:
        comparison.add(region, before, after, [], NOW)
    return comparison


def cause(before: Decision, after: Decision) -> str:
    [change] = compared((before, after)).counts
    return change.rule


@pytest.mark.parametrize(
    ("before", "after", "worse", "better"),
    [
        (GREEN, YELLOW, 1, 0),
        (GREEN, RED, 1, 0),
        (YELLOW, RED, 1, 0),
        (RED, YELLOW, 0, 1),
        (YELLOW, GREEN, 0, 1),
        (RED, RED, 0, 0),
        *[(GREY, colour, 0, 0) for colour in Colour],
        *[(colour, GREY, 0, 0) for colour in Colour],
    ],
)
def test_worse_and_better_follow_the_order_and_unassessed_stands_outside(
    before, after, worse, better
):
    report = compared((decision(before), decision(after))).report()
    assert (report["worse"], report["better"]) == (worse, better)
    assert report["by_region"][0]["worse"] == worse
    assert report["matrix"][before.word][after.word] == 1


def test_the_share_is_of_everybody_looked_at():
    well = decision(GREEN)
    report = compared((well, well), (well, well), (well, decision(RED, "a")), (well, well)).report()
    assert report["worse_share"] == 0.25
    assert Comparison().report()["worse_share"] == 0.0


def test_behind_a_worse_colour_stands_its_worst_rule():
    assert cause(decision(YELLOW, "a"), decision(RED, "b", "a")) == "b"
    assert cause(decision(GREEN), decision(GREEN)) == ""


def test_behind_a_better_colour_stands_the_rule_that_no_longer_holds():
    assert cause(decision(RED, "a", "b"), decision(YELLOW, "b")) == "a"
    assert cause(decision(RED, "a", "b"), decision(YELLOW, "a", "c")) == "b"
    assert cause(decision(RED, "a"), decision(YELLOW, "a")) == "a"
    assert cause(decision(RED, "a"), decision(GREY)) == "a"


def test_other_reasons_for_the_same_colour_are_counted_apart():
    report = compared(
        (decision(RED, "a"), decision(RED, "b")), (decision(RED, "a"), decision(RED, "a"))
    ).report()
    assert (report["reasons_only"], report["worse"], report["examples"]) == (1, 0, [])


def test_regions_are_told_apart_and_stand_in_order():
    comparison = Comparison()
    for region, colour in [("310115", RED), ("310106", YELLOW), ("310115", GREEN)]:
        comparison.add(region, decision(GREEN), decision(colour, "a"), [], NOW)
    regions = comparison.report()["by_region"]
    told = [(row["region"], row["people"], row["worse"]) for row in regions]
    assert told == [("310106", 1, 1), ("310115", 2, 1)]


def test_reasons_stand_by_how_many_people_they_move():
    few, many = (decision(GREEN), decision(RED, "few")), (decision(GREEN), decision(RED, "many"))
    reasons = compared(few, many, many).report()["by_reason"]
    assert [(row["rule"], row["people"]) for row in reasons] == [("many", 2), ("few", 1)]


def test_only_the_largest_changes_are_told_and_a_few_examples_of_each():
    pairs = [
        (decision(GREEN), decision(RED, f"r{number:02}"))
        for number in range(LARGEST + 1)
        for _ in range(number + 1)
    ]
    report = compared(*pairs).report()
    assert [row["people"] for row in report["largest"]] == list(range(LARGEST + 1, 1, -1))
    assert len(report["examples"]) == 1 + LARGEST * EXAMPLES
    assert len(report["by_reason"]) == LARGEST + 1


def test_from_what_was_counted_so_far_one_can_go_on():
    pairs = [
        (decision(GREEN), decision(RED, "a")),
        (decision(RED, "a"), decision(YELLOW, "b")),
        (decision(RED, "a"), decision(RED, "b")),
        (decision(GREEN), decision(RED, "a")),
        (decision(GREEN), decision(RED, "a")),
    ]
    whole = compared(*pairs)
    for cut in range(len(pairs) + 1):
        kept = json.loads(json.dumps(compared(*pairs[:cut]).to_json()))
        resumed = Comparison.from_json(kept)
        for before, after in pairs[cut:]:
            resumed.add("310106", before, after, [], NOW)
        assert resumed.report() == whole.report()
    assert Comparison.from_json({}).report() == Comparison().report()


def example(*facts: Fact) -> list[dict[str, object]]:
    """The evidence as an example tells it."""
    comparison = Comparison()
    comparison.add("310106", decision(GREEN), decision(RED, "a"), facts, NOW)
    [kept] = comparison.report()["examples"]
    evidence: list[dict[str, object]] = kept["evidence"]
    return evidence


def test_an_example_tells_whole_days_and_what_rules_read():
    [told] = example(pcr("09-17 09:00", "positive", pool=10, lab="L7"))
    assert told == {
        "kind": "test",
        "days_ago": 2,
        "ended_days_ago": None,
        "details": {"method": "pcr", "result": "positive", "pool_size": 10},
    }


@pytest.mark.parametrize(
    "told",
    [
        exposure("09-10 10:00", "09-10 11:00"),
        stay("09-10 10:00", None, tier_from="09-11 00:00"),
        screening("09-10 10:00", "09-11 10:00", "09-12 10:00"),
        fact("order", "09-10 10:00", "09-12 10:00", order="home_isolation", issued_by="江宁路"),
        fact("vaccination", "09-10 10:00", dose=1, product="某苗"),
        fact("companion", "09-10 10:00", "09-10 11:00", grid="g1"),
        fact("case", "09-10 10:00", status="confirmed", onset="2022-09-08T10:00:00+08:00"),
        fact(
            "travel",
            "09-10 10:00",
            "09-10 14:00",
            mode="flight",
            service="MU5101",
            from_country="THA",
            to_country="CHN",
            to_region="310115",
            seat="12A",
        ),
    ],
    ids=lambda told: told.kind,
)
def test_no_example_holds_an_identifier_a_place_or_an_instant(told):
    words = json.dumps(example(told), ensure_ascii=False)
    secrets = ["c1", "310101", "k1", "江宁路", "某苗", "g1", "2022", "MU5101", "310115", "12A"]
    assert [secret for secret in [*secrets, str(told.occurred_at // DAY)] if secret in words] == []


def test_a_planned_fact_lies_in_negative_days():
    [told] = example(fact("order", "09-21 10:00", "09-22 10:00", order="home_isolation"))
    assert (told["days_ago"], told["ended_days_ago"]) == (-2, -3)
