"""Contacts as the European centre graded them in December 2020, at every boundary."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from healthcode.management.commands.decide import decide_file
from healthcode.policy import CompiledRules, Edge, compile_rules, decide, grade
from healthcode.policy.errors import NoColourPart
from healthcode.rules import load_named
from tracing.windows import infectious_until, infectious_window

SET = "ecdc-2020-12"


@cache
def rules() -> CompiledRules:
    return compile_rules(load_named(SET))


TABLE: list[tuple[str, Edge, str | None]] = [
    ("more than 15 minutes at 2 m", Edge("zone", 15.5, distance_m=2.0), "near"),
    ("exactly 15 minutes at 2 m", Edge("zone", 15, distance_m=2.0), None),
    ("an hour, a little farther than 2 m", Edge("zone", 60, distance_m=2.01), None),
    ("near outdoors", Edge("other", 20, distance_m=1.0, closed_space=False), "near"),
    ("near in a metro carriage", Edge("metro", 20, distance_m=1.0), "near"),
    ("near, whichever way they faced", Edge("zone", 20, distance_m=1, face_to_face=False), "near"),
    ("near, in masks", Edge("zone", 20, distance_m=1.0, masked=True), "near"),
    ("distance unknown in close quarters", Edge("zone", 16, close_quarters=True), "near"),
    ("the same for 15 minutes", Edge("zone", 15, close_quarters=True), None),
    ("distance unknown anywhere else", Edge("zone", 600), None),
    ("far, though in close quarters", Edge("zone", 60, distance_m=3, close_quarters=True), None),
    ("minutes unknown", Edge("zone", distance_m=0.5, close_quarters=True), None),
    ("a closed space for 16 minutes", Edge("zone", 16, closed_space=True), "closed-space"),
    ("a closed space for 15 minutes", Edge("zone", 15, closed_space=True), None),
    ("an open space", Edge("zone", 60, closed_space=False), None),
    ("a closed train carriage", Edge("train", 60, closed_space=True), "closed-space"),
    ("a train carriage, nothing else known", Edge("train", 60, vehicle="train_sealed"), None),
    ("a metro carriage, nothing else known", Edge("metro", 60), None),
    ("physical contact of a moment", Edge("other", 0.1, physical=True), "physical-contact"),
    ("physical contact, minutes unknown", Edge("zone", physical=True), "physical-contact"),
    ("no physical contact", Edge("zone", 60, physical=False), None),
    ("a household", Edge("household"), "household"),
    ("a quarter of an hour in a car", Edge("car", 15, vehicle="car"), None),
    ("longer in a car", Edge("car", 16, vehicle="car"), "car"),
    ("two rows", Edge("flight", 60, rows_apart=2, vehicle="aircraft"), "aircraft-seats"),
    ("three rows", Edge("flight", 60, rows_apart=3, vehicle="aircraft"), None),
    (
        "two rows without filters",
        Edge("flight", 60, 2, vehicle="aircraft_no_hepa"),
        "aircraft-seats",
    ),
    ("the kind of aircraft unknown", Edge("flight", 60, rows_apart=0), "aircraft-seats"),
    ("the vehicle unknown, and no flight", Edge("other", 60, rows_apart=0), None),
    ("row unknown", Edge("flight", 600, vehicle="aircraft"), None),
    ("an aircraft is no closed space here", Edge("flight", 600, 9, closed_space=True), None),
    ("crew of the section", Edge("flight", 60, vehicle="aircraft", crew=True), "aircraft-crew"),
    ("crew of another section", Edge("flight", 60, vehicle="aircraft", crew=False), None),
    ("a coach's driver", Edge("coach", 60, vehicle="coach_sealed", crew=True), None),
    ("nothing measured", Edge("other"), None),
]


@pytest.mark.parametrize(
    ("edge", "rule"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_an_encounter_is_graded(edge: Edge, rule: str | None) -> None:
    assert grade(edge, rules()) == ("close" if rule else "casual", 1, rule)


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_nobody_is_a_contact_of_a_contact(row: tuple[str, Edge, str | None]) -> None:
    assert grade(row[1]._replace(hop=2), rules())[:2] == ("casual", 2)


def test_minutes_add_up_within_24_hours_and_a_moment_is_looked_at() -> None:
    contacts = rules().ruleset.contacts
    assert contacts is not None
    assert (contacts.window_hours, contacts.minimum_minutes) == (24, 0)
    assert contacts.second_hop is None


def at(words: str) -> datetime:
    return datetime.fromisoformat(words)


@pytest.mark.parametrize("onset", ["2021-03-01T15:30:00+01:00", None])
def test_the_look_back_is_48_elapsed_hours(onset: str | None) -> None:
    window = infectious_window(
        onset_at=at(onset) if onset else None,
        sampled_at=at("2021-03-01T15:30:00+01:00"),
        isolated_at=None,
        confirmed_at=at("2021-03-02T10:00:00+01:00"),
        rules=rules(),
    )
    assert window.since == at("2021-02-27T15:30:00+01:00")
    assert window.until == at("2021-03-02T10:00:00+01:00")


def test_the_look_back_is_elapsed_hours_also_when_clocks_change() -> None:
    sampled = at("2021-03-29T10:00:00+02:00")  # one hour was skipped the night before
    window = infectious_window(
        onset_at=None, sampled_at=sampled, isolated_at=None, confirmed_at=sampled, rules=rules()
    )
    assert window.since == at("2021-03-27T09:00:00+01:00")


def test_the_look_forward_is_14_days_or_the_isolation() -> None:
    sampled = at("2021-03-01T15:30:00+01:00")
    isolated = at("2021-03-03T08:00:00+01:00")
    assert _until(sampled, None) == at("2021-03-16T00:00:00+01:00")
    assert _until(sampled, isolated) == isolated
    assert _until(sampled, at("2021-03-20T08:00:00+01:00")) == at("2021-03-16T00:00:00+01:00")


def _until(sampled: datetime, isolated: datetime | None) -> datetime | None:
    return infectious_until(onset_at=None, sampled_at=sampled, isolated_at=isolated, rules=rules())


def test_it_belongs_to_the_union_and_decides_no_colour() -> None:
    assert (rules().ruleset.scope, rules().ruleset.rules) == ("EUE", ())
    with pytest.raises(NoColourPart):
        decide([], rules(), 0)


def test_a_fact_file_that_names_it_is_refused_by_name(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(
        json.dumps({"ruleset": SET, "now": "2021-03-01T08:00:00+01:00", "evidence": []})
    )
    with pytest.raises(NoColourPart) as refused:
        decide_file(str(facts))
    assert refused.value.as_dict() == {
        "code": "ruleset_without_colours",
        "message": "This rule set has no colour part.",
        "details": {"ruleset": SET},
    }


def test_what_the_text_leaves_open_is_marked() -> None:
    ruleset = rules().ruleset
    assert ruleset.contacts is not None
    open_ = {rule.id for rule in ruleset.contacts.rules if not rule.verified}
    assert open_ == {"household", "car", "aircraft-seats"}
    assert all(why for _, why in ruleset.not_encoded)
