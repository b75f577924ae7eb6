"""Grading encounters under the September rules: households, rooms, rows, carriages."""

import pytest

from healthcode.policy import Edge, grade
from healthcode.policy.errors import NoContactsPart
from tests.healthcode.given import shanghai, trial
from tests.healthcode.language import EVERYTHING

TABLE: list[tuple[str, Edge, str]] = [
    ("a household needs no minutes", Edge("household"), "close"),
    ("a meal for 15 minutes", Edge("zone", 15, close_quarters=True), "close"),
    ("a meal for 14 minutes", Edge("zone", 14, close_quarters=True), "casual"),
    ("a shop for two hours, distance unknown", Edge("zone", 120), "casual"),
    ("a metre apart", Edge("zone", 20, distance_m=1.0), "close"),
    ("farther than a metre", Edge("zone", 20, distance_m=1.1), "casual"),
    (
        "farther, though in close quarters",
        Edge("zone", 20, distance_m=3, close_quarters=True),
        "casual",
    ),
    ("minutes unknown", Edge("zone", None, close_quarters=True), "casual"),
    ("the same row", Edge("flight", 90, rows_apart=0, vehicle="aircraft"), "close"),
    ("three rows", Edge("flight", 90, rows_apart=3, vehicle="aircraft"), "close"),
    ("four rows", Edge("flight", 90, rows_apart=4, vehicle="aircraft"), "casual"),
    ("row unknown", Edge("flight", 90, vehicle="aircraft"), "casual"),
    ("vehicle unknown", Edge("flight", 90, rows_apart=0), "casual"),
    ("cabin crew of the section", Edge("flight", 90, vehicle="aircraft", crew=True), "close"),
    ("unfiltered air", Edge("flight", 90, rows_apart=20, vehicle="aircraft_no_hepa"), "close"),
    ("a sealed carriage", Edge("train", 5, rows_apart=15, vehicle="train_sealed"), "close"),
    ("an open carriage", Edge("train", 90, vehicle="train_open"), "casual"),
    ("the same bay", Edge("train", 90, vehicle="train_open", same_compartment=True), "close"),
    ("a sealed coach", Edge("coach", 90, rows_apart=12, vehicle="coach_sealed"), "close"),
    ("three rows of an airy coach", Edge("coach", 90, rows_apart=3, vehicle="coach_open"), "close"),
    ("four rows of an airy coach", Edge("coach", 90, rows_apart=4, vehicle="coach_open"), "casual"),
    ("a cabin", Edge("ship", 90, vehicle="ship"), "close"),
    ("a taxi", Edge("car", 10, vehicle="car"), "close"),
    ("an hour in the metro", Edge("metro", 60, close_quarters=True), "casual"),
    ("somewhere, near", Edge("other", 15, distance_m=0.5), "close"),
    ("somewhere", Edge("other", 60), "casual"),
]


@pytest.mark.parametrize(
    ("edge", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_an_encounter_is_graded(edge: Edge, expected: str) -> None:
    graded = grade(edge, shanghai())
    assert (graded.grade, graded.level) == (expected, 1)


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        (Edge("household", hop=2), "secondary"),
        (Edge("zone", 15, close_quarters=True, hop=2), "secondary"),
        (Edge("zone", 14, close_quarters=True, hop=2), "casual"),
        (Edge("train", 90, vehicle="train_sealed", hop=2), "casual"),
    ],
)
def test_a_second_hop_counts_only_on_the_named_grounds(edge: Edge, expected: str) -> None:
    graded = grade(edge, shanghai())
    assert (graded.grade, graded.level) == (expected, 2)


def test_the_rule_is_named() -> None:
    assert grade(Edge("household"), shanghai()).rule == "household"
    assert grade(Edge("metro", 60), shanghai()).rule == "metro"
    assert grade(Edge("other"), shanghai()).rule is None


def test_a_set_without_contacts_grades_nobody() -> None:
    with pytest.raises(NoContactsPart):
        grade(Edge("household"), trial(EVERYTHING))


def test_how_far_tracing_looks_is_part_of_the_rules() -> None:
    contacts = shanghai().ruleset.contacts
    assert contacts is not None
    assert (contacts.lookback_onset.days, contacts.lookback_sampling.days) == (2, 2)
    assert contacts.lookforward is None
    assert (contacts.window_hours, contacts.minimum_minutes) == (24, 1)
    assert contacts.second_hop is not None
    assert contacts.second_hop.minimum_minutes == 15
