"""Contacts as the United Kingdom graded them in June 2021, at every boundary."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from healthcode.management.commands.decide import decide_file
from healthcode.policy import CompiledRules, Edge, compile_rules, decide, grade
from healthcode.policy.errors import NoColourPart
from healthcode.rules import RuleSetInvalid, load_named, load_ruleset
from healthcode.rules.loading import FOLDER
from tracing.windows import Window, infectious_until, infectious_window

SET = "uk-2021-06"


@cache
def rules() -> CompiledRules:
    return compile_rules(load_named(SET))


FACING = "face-to-face"
METRE = "within-one-metre"
TWO_METRES = "within-two-metres"
TABLE: list[tuple[str, Edge, str | None]] = [
    ("a household needs no minutes", Edge("household"), "household"),
    ("face to face for a moment", Edge("zone", 0.1, distance_m=0.99, face_to_face=True), FACING),
    ("face to face, minutes unknown", Edge("other", distance_m=0.5, face_to_face=True), FACING),
    ("face to face at exactly a metre", Edge("zone", 0.1, distance_m=1, face_to_face=True), None),
    ("face to face, distance unknown", Edge("zone", 0.1, face_to_face=True), None),
    (
        "face to face in close quarters",
        Edge("zone", 0.1, face_to_face=True, close_quarters=True),
        FACING,
    ),
    ("not face to face, a moment", Edge("zone", 0.1, distance_m=0.5, face_to_face=False), None),
    ("not known to be face to face", Edge("zone", 0.1, distance_m=0.5), None),
    ("under a metre for exactly a minute", Edge("zone", 1, distance_m=0.99), METRE),
    ("under a metre for less", Edge("zone", 59 / 60, distance_m=0.99), None),
    ("exactly a metre for a minute", Edge("zone", 1, distance_m=1.0), None),
    ("exactly a metre for 16 minutes", Edge("zone", 16, distance_m=1.0), TWO_METRES),
    ("a minute in close quarters", Edge("zone", 1, close_quarters=True), METRE),
    ("minutes unknown in close quarters", Edge("zone", close_quarters=True), None),
    ("a minute, distance unknown", Edge("zone", 1), None),
    ("2 m for exactly 15 minutes", Edge("zone", 15, distance_m=2.0), None),
    ("2 m for more than 15 minutes", Edge("zone", 15.1, distance_m=2.0), TWO_METRES),
    ("the same in masks", Edge("zone", 15.1, distance_m=2.0, masked=True), TWO_METRES),
    ("more than 2 m for an hour", Edge("zone", 60, distance_m=2.01), None),
    ("far, though in close quarters", Edge("zone", 60, distance_m=3, close_quarters=True), None),
    ("an hour, distance unknown", Edge("zone", 60), None),
    ("2 m, minutes unknown", Edge("zone", distance_m=2.0), None),
    ("the same car", Edge("car", 5, vehicle="car"), "same-car-or-plane"),
    ("the same plane", Edge("flight", 90, 30, vehicle="aircraft"), "same-car-or-plane"),
    ("the plane's kind, row and minutes unknown", Edge("flight"), "same-car-or-plane"),
    ("the crew of the plane", Edge("flight", 90, crew=True), "same-car-or-plane"),
    ("the same coach", Edge("coach", 90, vehicle="coach_open"), "same-vehicle"),
    ("the same carriage", Edge("train", 90, 15, vehicle="train_sealed"), "same-vehicle"),
    ("the same cabin", Edge("ship", 90, vehicle="ship"), "same-vehicle"),
    ("the vehicle unknown", Edge("other", 90), None),
    ("a metro carriage", Edge("metro", 60), None),
    ("near in a metro carriage", Edge("metro", 16, distance_m=1.5), TWO_METRES),
    ("physical contact alone is not in the text", Edge("zone", 0.1, physical=True), None),
    ("a closed space alone neither", Edge("zone", 600, closed_space=True), None),
]


@pytest.mark.parametrize(
    ("edge", "rule"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_an_encounter_is_graded(edge: Edge, rule: str | None) -> None:
    assert grade(edge, rules()) == ("close" if rule else "casual", 1, rule)


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_nobody_is_a_contact_of_a_contact(row: tuple[str, Edge, str | None]) -> None:
    assert grade(row[1]._replace(hop=2), rules())[:2] == ("casual", 2)


def test_minutes_add_up_over_a_day_and_a_moment_is_looked_at() -> None:
    contacts = rules().ruleset.contacts
    assert contacts is not None
    assert (contacts.window_hours, contacts.minimum_minutes) == (24, 0)
    assert contacts.second_hop is None


def test_a_minimum_that_would_hide_a_minute_within_a_metre_is_refused() -> None:
    text = (FOLDER / f"{SET}.yaml").read_text(encoding="utf-8")
    with pytest.raises(RuleSetInvalid) as refused:
        load_ruleset(text.replace("minimum_minutes: 0", "minimum_minutes: 2"))
    assert "within-one-metre" in str(refused.value.as_dict())


def at(words: str) -> datetime:
    return datetime.fromisoformat(words)


def window(onset: str | None, sampled: str, confirmed: str) -> Window:
    return infectious_window(
        onset_at=at(onset) if onset else None,
        sampled_at=at(sampled),
        isolated_at=None,
        confirmed_at=at(confirmed),
        rules=rules(),
    )


def test_the_look_back_is_two_local_days_before_the_onset() -> None:
    found = window("2021-06-10T00:30:00+01:00", "2021-06-12T09:00:00Z", "2021-06-13T09:00:00Z")
    assert found.since == at("2021-06-08T00:00:00+01:00")
    assert found.until == at("2021-06-13T09:00:00Z")


def test_without_symptoms_the_sample_counts() -> None:
    found = window(None, "2021-06-12T09:00:00Z", "2021-06-13T09:00:00Z")
    assert found.since == at("2021-06-10T00:00:00+01:00")


def test_the_look_forward_ends_after_day_ten() -> None:
    found = window(None, "2021-06-12T09:00:00Z", "2021-06-30T09:00:00Z")
    assert found.until == at("2021-06-23T00:00:00+01:00")


def test_the_look_forward_counts_local_days_when_clocks_change() -> None:
    until = infectious_until(
        onset_at=None,
        sampled_at=at("2021-10-25T12:00:00+01:00"),
        isolated_at=None,
        rules=rules(),
    )
    assert until == at("2021-11-05T00:00:00+00:00")


def test_an_isolation_ends_it_sooner() -> None:
    isolated = at("2021-06-14T08:00:00+01:00")
    until = infectious_until(
        onset_at=None, sampled_at=at("2021-06-12T09:00:00Z"), isolated_at=isolated, rules=rules()
    )
    assert until == isolated


def test_it_belongs_to_the_kingdom_and_decides_no_colour() -> None:
    assert (rules().ruleset.scope, rules().ruleset.rules) == ("GBR", ())
    with pytest.raises(NoColourPart):
        decide([], rules(), 0)


def test_a_fact_file_that_names_it_is_refused_by_name(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(
        json.dumps({"ruleset": SET, "now": "2021-06-20T08:00:00+01:00", "evidence": []})
    )
    with pytest.raises(NoColourPart) as refused:
        decide_file(str(facts))
    assert refused.value.code == "ruleset_without_colours"
    assert refused.value.details == {"ruleset": SET}


def test_what_the_text_leaves_open_is_marked() -> None:
    ruleset = rules().ruleset
    assert ruleset.contacts is not None
    open_ = {rule.id for rule in ruleset.contacts.rules if not rule.verified}
    assert open_ == {"same-car-or-plane", "same-vehicle"}
    assert all(why for _, why in ruleset.not_encoded)
