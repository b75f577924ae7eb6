"""Close contacts as the United States defined them in October 2020, at every boundary."""

import json
from datetime import datetime
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from healthcode.management.commands.decide import Command, decide_file
from healthcode.policy import CompiledRules, Edge, compile_rules, decide, grade
from healthcode.policy.errors import NoColourPart
from healthcode.rules import RuleSetInvalid, load_named, load_ruleset
from healthcode.rules.loading import FOLDER
from tracing.windows import infectious_until, infectious_window

SET = "us-cdc-2020-10"


@cache
def rules() -> CompiledRules:
    return compile_rules(load_named(SET))


NEAR = "within-six-feet"
TABLE: list[tuple[str, Edge, str | None]] = [
    ("exactly 15 minutes within six feet", Edge("zone", 15, distance_m=1.82), NEAR),
    ("less than 15 minutes", Edge("zone", 14.9, distance_m=1.0), None),
    ("a moment face to face", Edge("zone", 1, distance_m=0.5, face_to_face=True), None),
    ("1.83 m", Edge("zone", 60, distance_m=1.83), None),
    ("exactly six feet", Edge("zone", 60, distance_m=1.8288), None),
    ("a hair less than six feet", Edge("zone", 60, distance_m=1.8287), NEAR),
    ("2 m", Edge("zone", 600, distance_m=2.0), None),
    ("near outdoors", Edge("other", 15, distance_m=1.0, closed_space=False), NEAR),
    ("near in the metro", Edge("metro", 15, distance_m=1.0), NEAR),
    ("distance unknown in close quarters", Edge("zone", 15, close_quarters=True), NEAR),
    ("the same for 14 minutes", Edge("zone", 14, close_quarters=True), None),
    ("distance unknown anywhere else", Edge("zone", 600), None),
    ("far, though in close quarters", Edge("zone", 60, distance_m=3, close_quarters=True), None),
    ("minutes unknown", Edge("zone", distance_m=0.5, close_quarters=True), None),
    ("both masked, a metre apart", Edge("zone", 15, distance_m=1.0, masked=True), NEAR),
    ("both masked indoors", Edge("zone", 15, distance_m=1.5, masked=True, closed_space=True), NEAR),
    ("a closed space alone", Edge("zone", 600, closed_space=True), None),
    ("physical contact alone", Edge("zone", 1, physical=True), None),
    ("a household", Edge("household"), "household"),
    ("a quarter of an hour in a car", Edge("car", 15, vehicle="car"), "car"),
    ("less in a car", Edge("car", 14, vehicle="car"), None),
    ("a car, minutes unknown", Edge("car", vehicle="car"), None),
    ("the same row of a plane", Edge("flight", 90, rows_apart=0, vehicle="aircraft"), None),
    ("the crew of a plane", Edge("flight", 90, vehicle="aircraft", crew=True), None),
    ("near on a plane", Edge("flight", 90, distance_m=1.0, vehicle="aircraft"), NEAR),
    ("a sealed train", Edge("train", 90, vehicle="train_sealed"), None),
    ("the vehicle unknown", Edge("other", 90, rows_apart=0), None),
]


@pytest.mark.parametrize(
    ("edge", "rule"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_an_encounter_is_graded(edge: Edge, rule: str | None) -> None:
    assert grade(edge, rules()) == ("close" if rule else "casual", 1, rule)


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_nobody_is_a_contact_of_a_contact(row: tuple[str, Edge, str | None]) -> None:
    assert grade(row[1]._replace(hop=2), rules())[:2] == ("casual", 2)


def test_the_classroom_exception_is_left_out_with_its_reason() -> None:
    [(_, why)] = [line for line in rules().ruleset.not_encoded if "classroom" in line[0]]
    assert "who is a pupil" in why


def test_fifteen_minutes_add_up_within_24_hours_and_less_is_not_looked_at() -> None:
    contacts = rules().ruleset.contacts
    assert contacts is not None
    assert (contacts.window_hours, contacts.minimum_minutes) == (24, 15)
    assert contacts.second_hop is None


def test_a_minimum_that_would_hide_a_quarter_of_an_hour_is_refused() -> None:
    text = (FOLDER / f"{SET}.yaml").read_text(encoding="utf-8")
    with pytest.raises(RuleSetInvalid) as refused:
        load_ruleset(text.replace("minimum_minutes: 15", "minimum_minutes: 16"))
    assert NEAR in str(refused.value.as_dict())


def at(words: str) -> datetime:
    return datetime.fromisoformat(words)


@pytest.mark.parametrize("onset", ["2020-11-03T20:00:00-05:00", None])
def test_the_look_back_is_two_local_days_across_a_change_of_clocks(onset: str | None) -> None:
    window = infectious_window(
        onset_at=at(onset) if onset else None,
        sampled_at=at("2020-11-03T21:00:00-05:00"),  # the 4th in UTC
        isolated_at=None,
        confirmed_at=at("2020-11-05T09:00:00-05:00"),
        rules=rules(),
    )
    assert window.since == at("2020-11-01T00:00:00-04:00")  # that day had 25 hours
    assert window.until == at("2020-11-05T09:00:00-05:00")


def test_contacts_are_sought_until_the_isolation_however_late() -> None:
    sampled = at("2020-11-03T21:00:00-05:00")
    late = at("2020-12-24T12:00:00-05:00")
    for isolated in (late, None):
        found = infectious_until(
            onset_at=None, sampled_at=sampled, isolated_at=isolated, rules=rules()
        )
        assert found == isolated


def test_it_belongs_to_the_states_and_decides_no_colour() -> None:
    assert (rules().ruleset.scope, rules().ruleset.rules) == ("USA", ())
    with pytest.raises(NoColourPart):
        decide([], rules(), 0)


@pytest.fixture
def facts(tmp_path: Path) -> str:
    """A fact file that names this set."""
    path = tmp_path / "facts.json"
    named = {"ruleset": SET, "now": "2020-11-05T08:00:00-05:00", "evidence": []}
    path.write_text(json.dumps(named), encoding="utf-8")
    return str(path)


def test_a_fact_file_that_names_it_is_refused_by_name(facts: str) -> None:
    with pytest.raises(NoColourPart) as refused:
        decide_file(facts)
    assert refused.value.details == {"ruleset": SET}


def test_the_command_refuses_in_the_one_error_shape(facts: str) -> None:
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as stopped:
        Command(stdout=out, stderr=err, no_color=True).handle(file=facts)
    assert (out.getvalue(), stopped.value.code) == ("", 1)
    assert json.loads(err.getvalue()) == {
        "code": "ruleset_without_colours",
        "message": "This rule set has no colour part.",
        "details": {"ruleset": SET},
    }


def test_what_the_text_leaves_open_is_marked() -> None:
    ruleset = rules().ruleset
    assert ruleset.contacts is not None
    open_ = {rule.id for rule in ruleset.contacts.rules if not rule.verified}
    assert open_ == {"household", "car"}
    assert all(why for _, why in ruleset.not_encoded)
