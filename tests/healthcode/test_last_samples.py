"""The last sample beside a colour: by its own instant, never by when it was heard of."""

from datetime import timedelta

import pytest

from accounts.models import Citizen
from healthcode.services import current_status, facts_of, judge_text, recolour_due
from tests.healthcode.recoloured import NOW, at, decided, hand_in, pcr, person, rules_in_force
from tests.tracing import door


@pytest.fixture
def anna(db, tmp_path, settings) -> Citizen:
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    rules_in_force()
    return person("E10000001")


def test_a_sample_a_little_ahead_counts_when_its_instant_comes(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "b0"), pcr(anna, "19 10:05", "negative", "b1"))
    decided(anna)
    assert current_status(citizen_id=anna.pk, now=NOW).last_negative_at == at("18 08:00")
    recolour_due(now=NOW + timedelta(hours=1))
    soon = current_status(citizen_id=anna.pk, now=NOW + timedelta(hours=1))
    assert soon.last_negative_at == at("19 10:05")


def test_a_sample_taken_after_a_scan_does_not_meet_the_venues_rule_at_it(anna):
    hand_in(pcr(anna, "13 08:00", "negative", "b0"))
    decided(anna)
    shown, later = door.code(anna), NOW + timedelta(hours=2)
    hand_in(pcr(anna, "19 11:00", "negative", "b1"), now=later)
    verdict = judge_text(text=shown, now=later, as_at=NOW, negative_within_hours=48)
    assert (verdict.outcome, verdict.reason) == ("CHECK", "RULE")


def test_a_fact_is_known_from_the_second_in_which_it_was_recorded(anna):
    hand_in(pcr(anna, "18 08:00", "negative", "b0"), now=NOW + timedelta(milliseconds=700))
    [fact] = facts_of([anna.pk])[anna.pk]
    assert fact.recorded_at == int(NOW.timestamp())
