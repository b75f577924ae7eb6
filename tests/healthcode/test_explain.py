"""Why a citizen has their colour, what would end it, and how it came to be."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.errors import UnknownCitizen
from accounts.models import Citizen
from healthcode.colours import Colour
from healthcode.errors import NoActiveRules
from healthcode.services import explain_citizen, mark_due, outlook_of, record_evidence
from healthcode.services.explain import MOST_CHANGES
from tests.healthcode.recoloured import (
    DAY,
    NOW,
    at,
    colour,
    contact,
    decided,
    hand_in,
    history,
    item,
    pcr,
    person,
    rules_in_force,
    source,
    status,
)
from tests.journeys import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna() -> Citizen:
    return person("E10000001")


def explained(who: Citizen, now=NOW) -> dict[str, Any]:
    """The answer, which is plain JSON."""
    answer = explain_citizen(ref=who.ref, now=now)
    assert json.loads(json.dumps(answer)) == answer
    return answer


def test_a_contact_reads_the_reason_the_evidence_and_the_day_it_ends(anna):
    rows = hand_in(
        pcr(anna, "18 08:00", "negative", "a0"), contact(anna, "18 12:00", "18 13:00", "c1")
    )

    answer = explained(anna)

    [reason] = answer["reasons"]
    assert (answer["colour"], reason["rule"]) == ("red", "contact-close")
    assert reason["evidence"] == rows[1].pk
    assert reason["since"] == at("18 13:00").isoformat()
    assert [told["id"] for told in answer["evidence"]] == [row.pk for row in rows]
    assert answer["evidence"][1]["details"]["grade"] == "close"
    assert answer["stands"] is True


def test_a_contact_may_be_green_when_day_seven_is_over_if_tested_on_it(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "a0"), contact(anna, "18 12:00", "18 13:00", "c1"))

    ahead = explained(anna)["outlook"]

    assert ahead["soonest_green"] == at("26 00:00").isoformat()
    assert ahead["green_at"] is None or ahead["green_at"] > ahead["soonest_green"]


def test_a_secondary_contact_reads_when_it_ends_by_itself(anna):
    hand_in(pcr(anna, "19 08:00", "negative", "a0"))
    hand_in(contact(anna, "17 12:00", "17 13:00", "c1", level=2, grade="secondary"))

    ahead = explained(anna)["outlook"]

    assert ahead["steps"][0] == {"at": at("25 00:00").isoformat(), "colour": "green"}
    assert ahead["green_at"] == ahead["soonest_green"] == at("25 00:00").isoformat()


def test_an_open_case_has_no_date_and_says_so(anna):
    hand_in(item(anna, "case", "19 08:00", None, "k1", status="confirmed"))

    answer = explained(anna)

    assert answer["colour"] == "red"
    assert answer["reasons"][0]["until"] is None
    assert answer["outlook"] == {"steps": [], "green_at": None, "soonest_green": None}


def test_who_is_green_may_be_green_now(anna):
    hand_in(pcr(anna, "19 08:00", "negative", "a0"))

    answer = explained(anna)

    assert (answer["colour"], answer["reasons"]) == ("green", [])
    assert answer["outlook"]["soonest_green"] == NOW.isoformat()
    assert answer["outlook"]["steps"] == [{"at": at("27 00:00").isoformat(), "colour": "yellow"}]


def test_a_stranger_is_unassessed_for_no_reason(anna):
    answer = explained(anna)

    assert (answer["colour"], answer["reasons"], answer["evidence"]) == ("unassessed", [], [])


def test_explaining_decides_first_whoever_is_due(anna):
    hand_in(pcr(anna, "19 08:00", "positive", "a1"))
    assert colour(anna) == "unassessed"

    answer = explained(anna)

    assert (answer["colour"], answer["stands"], colour(anna)) == ("red", True, "red")


def test_the_history_tells_each_change_newest_first(anna):
    [negative] = hand_in(pcr(anna, "18 08:00", "negative", "a0"))
    decided(anna, now=NOW - DAY / 2)
    [positive] = hand_in(pcr(anna, "19 08:00", "positive", "a1"))
    decided(anna)

    told = explained(anna)["history"]

    assert [(step["from"], step["to"]) for step in told] == [
        ("green", "red"),
        ("unassessed", "green"),
    ]
    assert [step["facts"] for step in told] == [[negative.pk, positive.pk], [negative.pk]]
    assert [step["reasons"] for step in told] == [["first-positive"], []]
    assert [step["change"] for step in told] == [change.pk for change in reversed(history(anna))]


def test_of_a_long_history_the_latest_changes_are_told(anna):
    for turn in range(MOST_CHANGES + 2):
        result = "positive" if turn % 2 else "negative"
        hand_in(pcr(anna, "19 08:00", result, "a1", version=turn + 1))
        decided(anna)

    told = explained(anna)["history"]

    assert len(told) == MOST_CHANGES
    assert told[0]["change"] == history(anna)[-1].pk


def test_whom_a_brake_holds_back_reads_that_the_stored_colour_does_not_stand(anna, settings):
    hand_in(pcr(anna, "18 08:00", "negative", "a0"))
    decided(anna)
    settings.HEALTHCODE_WORSE_PER_MINUTE = 0
    hand_in(pcr(anna, "19 08:00", "positive", "a1"))

    answer = explained(anna)

    assert (answer["colour"], answer["stands"]) == ("red", False)
    assert (colour(anna), status(anna).held_by is not None) == ("green", True)


def test_explaining_changes_nothing_for_whoever_is_not_due(anna, django_assert_max_num_queries):
    hand_in(pcr(anna, "19 08:00", "positive", "a1"))
    decided(anna)
    before = vars(status(anna)) | {"_state": None}

    with django_assert_max_num_queries(12):
        explained(anna)

    assert vars(status(anna)) | {"_state": None} == before
    assert len(history(anna)) == 1


def test_superseded_and_retracted_evidence_is_not_told(anna):
    hand_in(pcr(anna, "19 08:00", "positive", "a1"), pcr(anna, "18 08:00", "negative", "a0"))
    [kept] = hand_in(pcr(anna, "19 08:00", "negative", "a1", version=2))
    gone = pcr(anna, "18 08:00", "negative", "a0", version=2, retracted=True)
    record_evidence(items=[gone], source=source(), by="source:lab", now=NOW)

    assert [told["id"] for told in explained(anna)["evidence"]] == [kept.pk]


def test_no_identity_is_in_the_answer():
    zhang = world.resident(world.ZHANG_SAN, "张三", "13800000001")
    hand_in(pcr(zhang, "19 08:00", "positive", "a1"))

    said = json.dumps(explained(zhang), ensure_ascii=False)

    for told in ("张三", world.ZHANG_SAN, "13800000001", zhang.document_fingerprint.hex()):
        assert told not in said
    assert "document" not in said


def test_the_command_answers_what_the_service_does(anna):
    sampled = timezone.now().replace(microsecond=0) - timedelta(days=1)
    fresh = pcr(anna, "19 08:00", "positive", "a1")
    record_evidence(
        items=[type(fresh)(**vars(fresh) | {"occurred_at": sampled, "reported_at": sampled})],
        source=source(),
        by="source:lab",
        now=sampled,
    )
    out = StringIO()

    call_command("explain", anna.ref, stdout=out)

    answer = json.loads(out.getvalue())
    assert (answer["ref"], answer["colour"]) == (anna.ref, "red")
    assert set(answer) >= {"reasons", "obligations", "outlook", "evidence", "history", "stands"}


def test_an_unknown_reference_gives_the_one_error_shape_and_exit_code_one(capsys):
    err = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("explain", "nobody", stderr=err)

    answer = json.loads(err.getvalue())
    assert end.value.code == 1
    assert (set(answer), answer["code"]) == ({"code", "message", "details"}, "unknown_citizen")
    assert capsys.readouterr().out == ""
    with pytest.raises(UnknownCitizen):
        explain_citizen(ref="nobody", now=NOW)


def test_where_no_rules_are_in_force_there_is_no_explanation(anna):
    with pytest.raises(NoActiveRules):
        explain_citizen(ref=anna.ref, now=NOW - timedelta(days=30))


def test_the_outlook_of_a_citizen_is_the_one_that_is_explained(anna):
    hand_in(contact(anna, "18 12:00", "18 13:00", "c1"))
    mark_due(citizen_ids=[anna.pk], now=NOW)

    ahead = outlook_of(citizen=anna, now=NOW)

    assert ahead.soonest_green == int(at("26 00:00").timestamp())
    assert all(step.colour in Colour for step in ahead.steps)
