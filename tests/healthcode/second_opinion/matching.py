"""Whether a rule's conditions speak of a fact."""

from typing import Any

from healthcode.policy.facts import Fact
from healthcode.policy.ruleset import Condition, Entry, Match
from tests.healthcode.second_opinion.days import day_of
from tests.healthcode.second_opinion.person import Person


def speaks_of(match: Match, fact: Fact, person: Person) -> bool:
    """Whether a fact is of the kind and meets every condition."""
    if fact.kind != match.kind:
        return False
    if match.entry and not _enters(match.entry, fact, person):
        return False
    if match.outside_scope and _inside(fact.details["region"], person.ruleset.scope):
        return False
    return all(meets(condition, fact) for condition in match.conditions)


def meets(condition: Condition, fact: Fact) -> bool:
    """Whether the one field holds what it must."""
    value = fact.details.get(condition.field)
    if value is None and condition.unknown:
        return True
    if condition.field == "pool_size" and value is None and fact.details["result"] == "positive":
        value = 1
    if value is None:
        return False
    if condition.empty is not None:
        return (len(value) == 0) == condition.empty
    return _among(condition, value) and _in_range(condition, value)


def _among(condition: Condition, value: Any) -> bool:
    if condition.any_of and value not in condition.any_of:
        return False
    return value not in condition.none_of


def _in_range(condition: Condition, value: Any) -> bool:
    return (
        (condition.least is None or value >= condition.least)
        and (condition.most is None or value <= condition.most)
        and (condition.above is None or value > condition.above)
        and (condition.below is None or value < condition.below)
    )


def _inside(region: str, scope: str) -> bool:
    """A scope of 310000 is all of 31; one of 310100 all of 3101; none is the whole country."""
    while scope.endswith("00"):
        scope = scope[:-2]
    return region.startswith(scope)


def _enters(entry: Entry, leg: Fact, person: Person) -> bool:
    origin = leg.details["from_country"]
    if leg.details["to_country"] != entry.into or origin == entry.into:
        return False
    if origin not in entry.exempt:
        return True
    return any(_left_a_third_country(entry, other, leg, person) for other in person.facts)


def _left_a_third_country(entry: Entry, other: Fact, leg: Fact, person: Person) -> bool:
    if other.kind != "travel" or other.details["from_country"] in (entry.into, *entry.exempt):
        return False
    arrived, zone = leg.ended_at or 0, person.ruleset.calendar
    days = (day_of(arrived, zone) - day_of(other.occurred_at, zone)).days
    return other.occurred_at <= arrived and days <= entry.third_country_days
