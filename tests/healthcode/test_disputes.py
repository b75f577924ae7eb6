"""A status that does not follow is found within a day and shown grey until somebody has looked."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent, Citizen, User
from healthcode.colours import Colour, Outcome, Reason
from healthcode.models import Dispute, Evidence, ReplayRound
from healthcode.services import (
    clear_dispute,
    current_status,
    disputes,
    issue_live,
    judge_text,
    recolour_due,
    replay_statuses,
)
from tests.healthcode.recoloured import (
    DAY,
    NOW,
    colour,
    decided,
    delete_evidence,
    follows,
    forge_both,
    forge_history,
    forge_status,
    hand_in,
    history,
    officer,
    pcr,
    person,
    rules_in_force,
)
from tests.tracing import door

SOON = NOW + timedelta(minutes=1)
TOMORROW = NOW + DAY


@pytest.fixture(autouse=True)
def _stage(committed, tmp_path, settings) -> None:
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    rules_in_force()


@pytest.fixture
def anna() -> Citizen:
    """Red, with a single-tube positive."""
    who = person("E10000001")
    hand_in(pcr(who, "18 08:00", "negative", "a0"), pcr(who, "19 08:00", "positive", "a1"))
    decided(who)
    return who


def round_at(now) -> int:
    """A whole round, or what is left of it; how many were looked at."""
    return sum(iter(lambda: replay_statuses(now=now), 0))


def disputed() -> list[int]:
    """Whose status is in dispute."""
    open_ones = Dispute.objects.filter(cleared_at=None).order_by("citizen_id")
    return list(open_ones.values_list("citizen_id", flat=True))


def clear(who: Citizen, now=SOON) -> None:
    found = Dispute.objects.get(citizen_id=who.pk, cleared_at=None)
    clear_dispute(dispute_id=found.pk, by=officer(), now=now)


def test_nobody_is_disputed_where_everything_follows(anna):
    decided(person("E10000002"))
    person("E10000003")

    assert round_at(NOW) == 3
    assert disputed() == []
    last = ReplayRound.objects.get()
    assert (last.looked_at, last.disputed, last.finished_at) == (3, 0, NOW)


def test_the_trigger_wants_a_history_row_even_of_the_owner(anna):
    with pytest.raises(IntegrityError, match="A colour without its ColourChange"):
        forge_status(anna, colour=Colour.GREEN.value)


def test_a_colour_forged_together_with_its_history_is_found(anna):
    forge_both(anna, Colour.GREEN)
    assert colour(anna) == "green"

    round_at(SOON)

    assert disputed() == [anna.pk]
    assert Dispute.objects.get().change_id == history(anna)[-1].pk


def test_reasons_rewritten_in_the_status_alone_are_found(anna):
    forge_status(anna, decision={"colour": "red", "reasons": [], "obligations": []})

    round_at(NOW)

    assert disputed() == [anna.pk]


def test_reasons_rewritten_in_status_and_history_are_found(anna):
    decision = history(anna)[-1].decision
    [reason] = decision["reasons"]
    forged = decision | {"reasons": [reason | {"rule": "contact-close"}]}
    forge_both(anna, Colour.RED, decision=forged)

    round_at(SOON)

    assert disputed() == [anna.pk]


def test_a_record_rewritten_under_an_honest_status_is_found(anna):
    forge_history(anna, facts=[])

    round_at(NOW)

    assert disputed() == [anna.pk]


def test_a_colour_given_to_somebody_without_evidence_is_found(anna):
    decided(bo := person("E10000002"))
    said = history(anna)[-1].decision
    forge_both(bo, Colour.RED, decision=said)

    round_at(SOON)

    assert disputed() == [bo.pk]


def test_evidence_deleted_for_its_age_disputes_nobody(anna):
    delete_evidence(Evidence.objects.get(source_ref="a0"))

    round_at(NOW)

    assert disputed() == []


def test_a_disputed_code_is_grey_at_issue_and_at_the_door_until_it_is_cleared(anna):
    forge_both(anna, Colour.GREEN)
    shown = issue_live(citizen_id=anna.pk, now=SOON).text
    assert judge_text(text=shown, now=SOON).reason is Reason.GREEN
    round_at(SOON)

    grey, verdict = issue_live(citizen_id=anna.pk, now=SOON), judge_text(text=shown, now=SOON)

    assert (grey.colour, grey.decision) == (Colour.UNASSESSED, {})
    assert (verdict.outcome, verdict.colour, verdict.name) == (Outcome.GREY, None, "")
    assert current_status(citizen_id=anna.pk, now=SOON).colour is Colour.UNASSESSED
    assert colour(anna) == "green"  # what is stored stays, as evidence


def test_clearing_a_dispute_has_the_citizen_decided_anew(anna):
    forge_both(anna, Colour.GREEN)
    round_at(SOON)

    clear(anna)

    assert issue_live(citizen_id=anna.pk, now=SOON).colour is Colour.RED
    recolour_due(now=SOON)
    assert (disputed(), follows(anna, SOON)) == ([], True)
    assert [change.colour for change in history(anna)] == [Colour.RED, Colour.GREEN, Colour.RED]
    round_at(SOON + DAY)
    assert disputed() == []


def test_a_dispute_is_cleared_once_and_written_down(anna):
    forge_both(anna, Colour.GREEN)
    round_at(SOON)
    found = Dispute.objects.get()
    clear(anna)

    with pytest.raises(AlreadyDecided):
        clear_dispute(dispute_id=found.pk, by=officer(), now=SOON)
    with pytest.raises(AlreadyDecided):
        clear_dispute(dispute_id=10**9, by=officer(), now=SOON)
    said = AuditEvent.objects.filter(action="dispute.cleared").values_list("actor", "target")
    assert list(said) == [("user:wang", f"dispute:{found.pk}")]


def test_only_who_may_clears_a_dispute(anna):
    forge_both(anna, Colour.GREEN)
    round_at(SOON)

    with pytest.raises(NotPermitted):
        clear_dispute(
            dispute_id=Dispute.objects.get().pk,
            by=User.objects.create_user("li", password=None),
            now=SOON,
        )
    assert disputed() == [anna.pk]


def test_one_dispute_at_a_time_is_open_for_a_citizen(anna):
    forge_both(anna, Colour.GREEN)
    for now in (SOON, SOON + DAY):
        round_at(now)

    assert Dispute.objects.count() == 1
    with pytest.raises(IntegrityError, match="dispute_open_once"), transaction.atomic():
        Dispute.objects.create(citizen_id=anna.pk, found_at=SOON)


def test_a_dispute_leaves_an_audit_record_that_names_the_change_and_nobody(anna):
    forge_both(anna, Colour.GREEN)
    round_at(SOON)

    event = AuditEvent.objects.get(action="status.disputed")

    assert (event.actor, event.target) == ("system:replay", f"change:{history(anna)[-1].pk}")
    assert anna.ref not in str(vars(event))


def test_a_round_goes_on_where_it_stopped_and_the_next_begins_a_day_later(anna, monkeypatch):
    for number in range(2, 6):
        decided(person(f"E1000000{number}"))
    monkeypatch.setattr(disputes, "CHUNK", 2)

    parts = [replay_statuses(now=NOW), replay_statuses(now=TOMORROW), replay_statuses(now=TOMORROW)]

    assert parts == [2, 2, 1]
    assert ReplayRound.objects.get().finished_at is None
    assert replay_statuses(now=TOMORROW) == 0
    assert ReplayRound.objects.get().finished_at == TOMORROW


@pytest.mark.parametrize(("wait", "rounds"), [(DAY - timedelta(seconds=1), 1), (DAY, 2)])
def test_there_is_one_round_a_day(anna, wait, rounds):
    round_at(NOW)
    round_at(NOW + wait)

    assert ReplayRound.objects.count() == rounds


def test_a_citizen_born_behind_a_running_round_is_looked_at_by_it(anna, monkeypatch):
    monkeypatch.setattr(disputes, "CHUNK", 1)
    assert replay_statuses(now=NOW) == 1
    bo = person("E10000002")
    hand_in(pcr(bo, "19 08:00", "positive", "b1"))
    decided(bo)
    forge_both(bo, Colour.GREEN)

    assert round_at(SOON) == 1
    assert disputed() == [bo.pk]
