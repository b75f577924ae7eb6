"""Forgeries that leave no fault in the one row that is looked at, and records nobody can read."""

import json
from datetime import timedelta
from time import sleep

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from accounts.models import AuditEvent, Citizen
from healthcode.colours import Colour
from healthcode.models import Dispute, ReplayRound
from healthcode.services import clear_dispute, issue_live, judge_text, recolour_due, replay_statuses
from tests.healthcode.recoloured import (
    DAY,
    NOW,
    contact,
    decided,
    forge_both,
    forge_history,
    forge_status,
    hand_in,
    officer,
    other_connections,
    pcr,
    person,
    rules_in_force,
    status,
)
from tests.tracing import door


@pytest.fixture(autouse=True)
def _stage(committed, tmp_path, settings) -> None:
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    rules_in_force()


@pytest.fixture
def anna() -> Citizen:
    """Red, with a single-tube positive after a negative."""
    who = person("E10000001")
    hand_in(pcr(who, "18 07:00", "negative", "a0"), pcr(who, "18 08:00", "positive", "a1"))
    decided(who)
    return who


def disputed(now=NOW) -> int:
    """How many disputes are open after a round."""
    while replay_statuses(now=now):
        pass
    return Dispute.objects.filter(cleared_at=None).count()


def test_an_honest_status_is_not_disputed(anna):
    assert disputed() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"rules": "sh-2022-09-18@000000000000"},
        {"rules": "sh"},
        {"facts": [None]},
        {"facts": {}},
        {"joined": ["risk_area:99"]},
        {"joined": ["x:1"]},
        {"decision": []},
    ],
)
def test_a_record_that_cannot_be_read_is_disputed_and_stops_nobody(anna, fields):
    forge_history(anna, **fields)
    assert disputed() == 1


def test_the_command_names_a_record_that_cannot_be_read(anna, capsys):
    forge_history(anna, rules="sh-2022-09-18@000000000000")
    with pytest.raises(SystemExit):
        call_command("replay")
    said = json.loads(capsys.readouterr().out)
    assert [found["replayed"] for found in said["different"]] == [None]


def test_a_record_resting_on_somebody_elses_evidence_is_found(anna):
    bo = person("E10000002")
    [row] = hand_in(pcr(bo, "18 08:00", "negative", "b0"))
    decided(bo)
    forge_both(anna, Colour.GREEN, facts=[row.pk], decision=status(bo).decision)
    assert disputed() == 1


def test_a_record_that_leaves_a_fact_out_is_found():
    who = person("E10000003")
    negative, _ = hand_in(
        pcr(who, "18 07:00", "negative", "c0"), pcr(who, "18 08:00", "positive", "c1")
    )
    decided(who)
    forge_both(who, Colour.GREEN, facts=[negative.pk])
    assert disputed() == 1


def test_a_record_of_evidence_that_never_was_is_found(anna):
    forge_both(anna, Colour.GREEN, facts=[10**9])
    assert disputed() == 1


@pytest.mark.parametrize("fields", [{"last_negative_at": NOW}, {"due_at": NOW + 90 * DAY}])
def test_a_forged_status_without_a_forged_colour_is_found(anna, fields):
    forge_status(anna, **fields)
    assert disputed() == 1


def test_forged_obligations_are_found(anna):
    forge_status(anna, decision=status(anna).decision | {"obligations": [{"rule": "x"}]})
    assert disputed() == 1


def test_a_status_that_would_never_be_looked_at_again_is_found():
    who = person("E10000004")
    hand_in(contact(who, "16 08:00", "16 09:00", "c"))
    decided(who)
    forge_status(who, due_at=None)
    assert disputed() == 1


def test_what_was_disputed_wrongly_is_settled_by_a_new_record(anna):
    forge_history(anna, facts=[])
    disputed()
    clear_dispute(dispute_id=Dispute.objects.get().pk, by=officer(), now=NOW)
    recolour_due(now=NOW)
    assert disputed(NOW + DAY) == 0


def test_a_dispute_that_stands_is_written_down_once(anna):
    forge_history(anna, facts=[])
    disputed()
    disputed(NOW + DAY)
    assert AuditEvent.objects.filter(action="status.disputed").count() == 1


def test_whoever_outlives_their_history_is_not_disputed():
    who = person("E10000005")
    hand_in(pcr(who, "18 08:00", "negative", "d0"))
    decided(who)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE healthcode_colourchange DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM healthcode_colourchange")
        cursor.execute("ALTER TABLE healthcode_colourchange ENABLE TRIGGER USER")
    assert disputed() == 0


def test_two_workers_at_the_turn_of_the_day_begin_one_round(anna):
    disputed()
    tomorrow = NOW + DAY + timedelta(hours=1)
    with other_connections() as other:
        with transaction.atomic():
            replay_statuses(now=tomorrow)
            meanwhile = other(replay_statuses, now=tomorrow)
            sleep(0.3)
        meanwhile.result(20)
    assert ReplayRound.objects.count() == 2


def test_a_late_scan_of_a_disputed_code_does_not_pass(anna):
    forge_both(anna, Colour.GREEN, now=NOW + timedelta(minutes=1))
    shown = issue_live(citizen_id=anna.pk, now=NOW + timedelta(minutes=2)).text
    disputed(NOW + timedelta(minutes=3))
    verdict = judge_text(
        text=shown, now=NOW + timedelta(minutes=4), as_at=NOW + timedelta(minutes=2)
    )
    assert (verdict.outcome, verdict.reason) == ("GREY", "UNASSESSED")
