"""Grading an encounter: who is a contact, and how close."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from healthcode.policy.compiled import CompiledRules
from healthcode.policy.errors import NoContactsPart
from healthcode.policy.matching import Predicate, condition_test
from healthcode.policy.ruleset import Condition, Contacts
from healthcode.policy.vocabulary import SETTINGS, VEHICLES, Field


class Edge(NamedTuple):
    """Two people in one place. What was not measured is None.

    `setting`, `vehicle`: the words of an exposure's setting and a trip's vehicle.
    `minutes`: together within the rule set's best window. `rows_apart`: 0 is the same row.
    `distance_m`: metres. `close_quarters`: the place keeps people within a metre or so (a
    meal, entertainment, a small room). `same_compartment`: same compartment, bay or cabin.
    `crew`: one of the two served the other's section. `hop` 1: one of them is the case;
    2: one of them is a close contact.
    """

    setting: str
    minutes: float | None = None
    rows_apart: int | None = None
    distance_m: float | None = None
    vehicle: str | None = None
    close_quarters: bool = False
    same_compartment: bool | None = None
    crew: bool | None = None
    closed_space: bool | None = None
    face_to_face: bool | None = None
    physical: bool | None = None
    masked: bool | None = None
    hop: int = 1


class Grade(NamedTuple):
    """`grade` close, secondary or casual; `level` hops from the case; `rule` None: no rule.

    A casual grade at level 2 is no contact at all.
    """

    grade: str
    level: int
    rule: str | None


# What contact rules may match on, and the values they may name.
EDGE_FIELDS: Mapping[str, Field] = {
    "setting": Field("word", values=SETTINGS, in_rules=True),
    "vehicle": Field("word", values=VEHICLES, in_rules=True),
    "minutes": Field("number", low=0, high=100_000, in_rules=True),
    "rows_apart": Field("integer", low=0, high=100, in_rules=True),
    "distance_m": Field("number", low=0, high=100, in_rules=True),
    "close_quarters": Field("flag", in_rules=True),
    "same_compartment": Field("flag", in_rules=True),
    "crew": Field("flag", in_rules=True),
    "closed_space": Field("flag", in_rules=True),
    "face_to_face": Field("flag", in_rules=True),
    "physical": Field("flag", in_rules=True),
    "masked": Field("flag", in_rules=True),
}

Grader = Callable[[Edge], Grade]


class Ground(NamedTuple):
    """A contact rule: whether an edge's setting is one it speaks of, and whether it matches."""

    rule: str
    grade: str
    concerns: Callable[[Edge], bool]
    matches: Callable[[Edge], bool]


def grade(edge: Edge, rules: CompiledRules) -> Grade:
    """Grade an encounter by the first contact rule that matches; otherwise casual.

    An unknown distance counts as near only in a place of close quarters; anything else
    that was not measured matches no rule. Raises `NoContactsPart`.
    """
    return grader(rules)(edge)


def grader(rules: CompiledRules) -> Grader:
    """`grade` by these rules, for many encounters: of each setting's rules alone.

    Raises `NoContactsPart`.
    """
    contacts = rules.ruleset.contacts
    if contacts is None:
        raise NoContactsPart(ruleset=rules.id)
    grounds = _grounds(contacts)
    by_setting: dict[str, tuple[Ground, ...]] = {}

    def graded(edge: Edge) -> Grade:
        concerned = by_setting.get(edge.setting)
        if concerned is None:
            concerned = tuple(one for one in grounds if one.concerns(edge))
            by_setting[edge.setting] = concerned
        for one in concerned:
            if one.matches(edge):
                return _at_hop(edge.hop, one.rule, one.grade, contacts)
        return Grade("casual", edge.hop, None)

    return graded


def _at_hop(hop: int, rule: str, graded: str, contacts: Contacts) -> Grade:
    if hop == 1:
        return Grade(graded, 1, rule)
    second = contacts.second_hop
    if second is None or rule not in second.grounds:
        return Grade("casual", hop, rule)
    return Grade("secondary", hop, rule)


@lru_cache(maxsize=64)
def _grounds(contacts: Contacts) -> tuple[Ground, ...]:
    return tuple(
        Ground(
            rule.id,
            rule.grade,
            _edge_test(tuple(one for one in rule.conditions if one.field == "setting")),
            _edge_test(tuple(one for one in rule.conditions if one.field != "setting")),
        )
        for rule in contacts.rules
    )


def _edge_test(conditions: tuple[Condition, ...]) -> Callable[[Edge], bool]:
    tests = [_condition(condition) for condition in conditions]
    return lambda edge: all(test(edge) for test in tests)


def _condition(condition: Condition) -> Callable[[Edge], bool]:
    name = condition.field
    test: Predicate = condition_test(condition)
    if name == "distance_m":
        return lambda edge: edge.close_quarters if edge.distance_m is None else _near(edge, test)
    return lambda edge: test({name: getattr(edge, name)})


def _near(edge: Edge, test: Predicate) -> bool:
    return test({"distance_m": edge.distance_m})
