"""Conditions turned into predicates over a fact's details, once per rule set."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from healthcode.policy.ruleset import Condition, Entry, Match

Details = Mapping[str, Any]
Predicate = Callable[[Details], bool]
_COMPARISONS = (
    ("least", operator.ge),
    ("most", operator.le),
    ("above", operator.gt),
    ("below", operator.lt),
)


def scope_prefix(scope: str) -> str:
    """The digits that every region inside a scope begins with; "" for the whole country."""
    while scope.endswith("00"):
        scope = scope[:-2]
    return scope


def pool_of(details: Details) -> int | None:
    """How many people share the sample; None when that is unknown.

    An unstated size is read the careful way: a positive counts as one person's, a
    negative never counts as one.
    """
    stated: int | None = details.get("pool_size")
    if stated is not None:
        return stated
    careful = details["method"] == "antigen" or details["result"] == "positive"
    return 1 if careful else None


def predicate(match: Match, scope: str) -> Predicate:
    """Return whether a fact of the match's kind fits, by its details alone."""
    tests = [condition_test(condition) for condition in match.conditions]
    if match.entry is not None:
        tests.append(_entry_test(match.entry))
    if match.outside_scope and (prefix := scope_prefix(scope)):
        tests.append(lambda details: not str(details.get("region")).startswith(prefix))
    return _all_of(tests)


def condition_test(condition: Condition) -> Predicate:
    """Turn one condition into a predicate."""
    get = _getter(condition.field)
    holds = _value_test(condition)
    unknown = condition.unknown

    def test(details: Details) -> bool:
        value = get(details)
        return unknown if value is None else holds(value)

    return test


def _getter(field: str) -> Callable[[Details], Any]:
    if field == "pool_size":
        return pool_of
    return lambda details: details.get(field)


def _value_test(condition: Condition) -> Callable[[Any], bool]:
    if condition.empty is not None:
        empty = condition.empty
        return lambda value: (not value) is empty
    if condition.any_of:
        allowed = frozenset(condition.any_of)
        return lambda value: value in allowed
    if condition.none_of:
        refused = frozenset(condition.none_of)
        return lambda value: value not in refused
    return _range_test(condition)


def _range_test(condition: Condition) -> Callable[[Any], bool]:
    bounds = [
        (compare, bound)
        for name, compare in _COMPARISONS
        if (bound := getattr(condition, name)) is not None
    ]
    return lambda value: all(compare(value, bound) for compare, bound in bounds)


def _entry_test(entry: Entry) -> Predicate:
    into = entry.into
    return lambda details: details["to_country"] == into and details["from_country"] != into


def _all_of(tests: list[Predicate]) -> Predicate:
    match tests:
        case []:
            return lambda details: True
        case [only]:
            return only
        case [first, second]:
            return lambda details: first(details) and second(details)
        case _:
            return lambda details: all(test(details) for test in tests)
