"""What was decided can be decided again, from the very rows that the record names."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.errors import UnknownCitizen
from accounts.models import Citizen, Region
from healthcode.colours import Colour
from healthcode.errors import NoActiveRules
from healthcode.models import ColourChange, Dispute, Evidence
from healthcode.services import (
    decision_at,
    list_area,
    replay_recorded,
    replay_statuses,
    retract_evidence,
)
from healthcode.services.replay import CHUNK
from tests.healthcode.recoloured import (
    NOW,
    at,
    colour,
    contact,
    decided,
    delete_evidence,
    forge_history,
    hand_in,
    history,
    item,
    officer,
    pcr,
    person,
    rules_in_force,
    source,
)

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def anna(committed) -> Citizen:
    """Red: a positive after a negative."""
    rules_in_force()
    who = person("E10000001")
    hand_in(pcr(who, "18 08:00", "negative", "a0"))
    decided(who)
    hand_in(pcr(who, "19 08:00", "positive", "a1"))
    decided(who)
    return who


def replayed(*arguments: str) -> tuple[dict[str, Any], int]:
    """The command's answer and exit code."""
    out = StringIO()
    try:
        call_command("replay", *arguments, stdout=out)
    except SystemExit as end:
        return json.loads(out.getvalue() or "{}"), end.code
    return json.loads(out.getvalue()), 0


def refused(*arguments: str) -> dict[str, Any]:
    """The error the command answers on stderr, with exit code 1."""
    err = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("replay", *arguments, stdout=StringIO(), stderr=err)
    assert end.value.code == 1
    return json.loads(err.getvalue())


@pytest.mark.slow
def test_every_recorded_decision_of_the_city_follows_from_its_facts_and_rules(city):
    answer, code = replayed()

    recorded = ColourChange.objects.count()
    assert recorded >= 3_000
    assert code == 0
    assert (answer["replayed"], answer["equal"], answer["different"]) == (recorded, recorded, [])
    assert answer["basis"] == "facts"


@pytest.mark.slow
def test_the_city_is_replayed_part_after_part_without_gap_or_overlap(city):
    seen: list[int] = []
    while part := replay_recorded(after=seen[-1] if seen else 0):
        assert len(part) <= CHUNK
        assert not any(again.differs or again.decision is None for again in part)
        seen += [again.record.change_id for again in part]

    assert seen == list(ColourChange.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.slow
def test_the_daily_round_goes_through_the_whole_city_and_disputes_nobody(city):
    tomorrow = timezone.now() + timedelta(days=1)

    assert sum(iter(lambda: replay_statuses(now=tomorrow), 0)) == 3_000
    assert not Dispute.objects.exists()


@pytest.mark.slow
def test_one_forged_row_in_the_city_is_found_by_its_number(city):
    red = ColourChange.objects.filter(colour=Colour.RED).order_by("pk").first()
    who = Citizen.objects.get(pk=red.citizen_id)
    forged = history(who)[-1]
    forge_history(who, decision=forged.decision | {"colour": "green", "reasons": []})

    answer, code = replayed()

    assert code == 1
    assert [found["change"] for found in answer["different"]] == [forged.pk]
    assert answer["different"][0]["recorded"]["colour"] == "green"
    assert answer["different"][0]["replayed"] == forged.decision
    assert answer["equal"] == answer["replayed"] - 1


@pytest.mark.parametrize("field", ["reasons", "obligations", "colour"])
def test_a_record_with_any_part_rewritten_differs(anna, field):
    decision = history(anna)[-1].decision
    forged = {"reasons": [], "obligations": [{"rule": "x"}], "colour": "yellow"}[field]
    forge_history(anna, decision=decision | {field: forged})

    assert [again.differs for again in replay_recorded(after=0)] == [False, True]


def test_a_record_whose_facts_were_taken_away_differs(anna):
    forge_history(anna, facts=[])

    assert [again.differs for again in replay_recorded(after=0)] == [False, True]


def test_evidence_deleted_since_is_said_and_is_no_difference(anna):
    first, second = history(anna)
    delete_evidence(row=newest_evidence(second))

    answer, code = replayed("--ref", anna.ref)

    assert code == 0
    assert (answer["equal"], answer["evidence_deleted_since"]) == (1, 1)
    assert answer["different"] == []
    assert [again.decision is None for again in replay_recorded(after=0)] == [False, True]
    assert first.facts != second.facts


def newest_evidence(change: ColourChange) -> Evidence:
    """The newest row of evidence that a record names."""
    return Evidence.objects.get(pk=change.facts[-1])


def test_a_record_stands_whatever_has_come_of_its_evidence_since(anna):
    bo = person("E10000002")
    hand_in(pcr(bo, "19 08:00", "positive", "a1", version=2), now=LATER)
    named = {"source": source(), "by": "source:lab", "reason": "弄错了", "now": LATER}
    retract_evidence(refs=[("a0", 1)], **named)
    decided(anna, bo, now=LATER)

    assert colour(anna) == "unassessed"
    assert [again.differs for again in replay_recorded(after=0)] == [False] * 4


def test_a_record_rests_on_the_listing_as_it_was_when_it_was_made(anna):
    Region.objects.get_or_create(code="310101", defaults={"name": "黄浦区", "level": 3})
    bo, named = person("E10000002"), {"listing": "L1", "region": "310101", "by": officer()}
    hand_in(item(bo, "area_stay", "10 08:00", "18 08:00", "s1", region="310101"))
    list_area(tier="high", tier_from=at("12 00:00"), tier_to=None, now=NOW, **named)
    decided(bo)
    listed = history(bo)[-1]
    list_area(tier="low", tier_from=at("12 00:00"), tier_to=None, now=LATER, **named)
    decided(bo, now=LATER)

    assert (listed.colour, len(listed.joined)) == (Colour.RED, 1)
    assert colour(bo) != "red"
    assert not any(again.differs for again in replay_recorded(after=0, ref=bo.ref))


def test_one_person_is_replayed_by_reference(anna):
    decided(bo := person("E10000002"))

    answer, _ = replayed("--ref", anna.ref)

    assert answer["replayed"] == len(history(anna)) == 2
    assert [again.record.citizen_id for again in replay_recorded(after=0, ref=bo.ref)] == [bo.pk]


def test_another_instant_is_answered_by_when_evidence_was_recorded(anna):
    """A contact of the 16th that was told at noon says nothing about ten o'clock."""
    hand_in(contact(anna, "16 08:00", "16 09:00", "c1"), now=LATER)

    before, code = replayed("--ref", anna.ref, "--at", NOW.isoformat())
    after, _ = replayed("--ref", anna.ref, "--at", LATER.isoformat())

    assert code == 0
    assert (before["basis"], after["basis"]) == ("recorded_at", "recorded_at")
    assert "Not a record" in before["basis_explained"]
    assert [r["rule"] for r in before["reasons"]] == ["first-positive"]
    assert [r["rule"] for r in after["reasons"]] == ["first-positive", "contact-close"]


def test_an_instant_before_anything_was_recorded_knows_no_evidence(anna):
    earlier = decision_at(ref=anna.ref, at=NOW - timedelta(seconds=1))

    assert (earlier["colour"], earlier["reasons"]) == ("unassessed", [])
    assert earlier["rules"].startswith("sh-2022-09-18@")


def test_a_correction_counts_from_when_it_was_recorded(anna):
    hand_in(pcr(anna, "19 08:00", "negative", "a1", version=2), now=LATER)

    told = [decision_at(ref=anna.ref, at=when)["colour"] for when in (NOW, LATER)]

    assert told == ["red", "green"]


def test_a_retraction_counts_from_when_it_was_made(anna):
    named = {"source": source(), "by": "source:lab", "reason": "弄错了", "now": LATER}
    retract_evidence(refs=[("a1", 1)], **named)

    told = [decision_at(ref=anna.ref, at=when)["colour"] for when in (NOW, LATER)]

    assert told == ["red", "green"]


def test_an_instant_without_rules_or_a_stranger_is_refused_in_the_one_shape(anna):
    long_ago = NOW - timedelta(days=30)

    for arguments, code in (
        (["--ref", "nobody"], "unknown_citizen"),
        (["--ref", "nobody", "--at", NOW.isoformat()], "unknown_citizen"),
        (["--ref", anna.ref, "--at", long_ago.isoformat()], "no_active_rules"),
    ):
        answer = refused(*arguments)
        assert set(answer) == {"code", "message", "details"}
        assert answer["code"] == code
    with pytest.raises(UnknownCitizen):
        decision_at(ref="nobody", at=NOW)
    with pytest.raises(NoActiveRules):
        decision_at(ref=anna.ref, at=long_ago)


def test_an_instant_needs_a_person_and_an_offset(anna):
    with pytest.raises(CommandError, match="--at needs --ref"):
        replayed("--at", NOW.isoformat())
    with pytest.raises(CommandError, match="offset"):
        replayed("--ref", anna.ref, "--at", "2022-09-19T10:00:00")
