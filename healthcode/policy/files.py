"""A fact file: a rule set's name, an instant, and evidence taken as known at it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from healthcode.policy.errors import FactFileInvalid
from healthcode.policy.facts import Fact, fact_from_item
from healthcode.policy.instants import InstantInvalid, parse_instant
from healthcode.policy.vocabulary import Problem, validate_item

FIELDS = ("ruleset", "now", "evidence")
# What evidence carries besides decides nothing here, and may stand in the file.
ITEM_FIELDS = ("kind", "occurred_at", "ended_at", "details", "recorded_at")
IGNORED = ("reported_at", "source", "source_ref", "version", "retracted", "ref")


class FactFile(NamedTuple):
    """What a fact file says. A fact's id is its index in the file."""

    ruleset: str
    now: int
    facts: tuple[Fact, ...]


def read_fact_file(data: Any) -> FactFile:
    """Check parsed JSON and return its facts; raise `FactFileInvalid` with every problem."""
    problems = list(_outline(data))
    if problems:
        raise FactFileInvalid(problems=problems)
    facts = []
    for index, item in enumerate(data["evidence"]):
        if found := list(_item_problems(item)):
            problems += [{"evidence": index, **problem._asdict()} for problem in found]
        else:
            facts.append(_fact(index, item))
    if problems:
        raise FactFileInvalid(problems=problems)
    return FactFile(data["ruleset"], parse_instant(data["now"]), tuple(facts))


def _outline(data: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(data, Mapping):
        yield _problem("", "invalid_value", "A JSON object belongs here.")
        return
    for name in data:
        if name not in FIELDS:
            yield _problem(str(name), "unknown_field", f"Not one of {', '.join(FIELDS)}.")
    if not isinstance(data.get("ruleset"), str):
        yield _problem("ruleset", "required", "The name of a rule set belongs here.")
    if not isinstance(data.get("evidence"), list):
        yield _problem("evidence", "required", "A list of items belongs here.")
    if not _is_instant(data.get("now")):
        yield _problem("now", "invalid_value", "ISO 8601 with an offset, in whole seconds.")


def _problem(field: str, code: str, message: str) -> dict[str, Any]:
    return {"evidence": None, "field": field, "code": code, "message": message}


def _is_instant(value: Any) -> bool:
    try:
        parse_instant(value)
    except InstantInvalid:
        return False
    return isinstance(value, str)


def _item_problems(item: Any) -> Iterator[Problem]:
    if not isinstance(item, Mapping):
        yield Problem("", "invalid_value", "An item is a JSON object.")
        return
    for name in item:
        if name not in ITEM_FIELDS and name not in IGNORED:
            yield Problem(str(name), "unknown_field", f"Not one of {', '.join(ITEM_FIELDS)}.")
    problems = list(_shape(item))
    yield from problems or validate_item(
        item["kind"],
        parse_instant(item["occurred_at"]),
        None if item.get("ended_at") is None else parse_instant(item["ended_at"]),
        item.get("details") or {},
        joined=True,
    )


def _shape(item: Mapping[str, Any]) -> Iterator[Problem]:
    if not isinstance(item.get("kind"), str):
        yield Problem("kind", "required", "The kind of evidence belongs here.")
    if not isinstance(item.get("details") or {}, Mapping):
        yield Problem("details", "invalid_value", "A JSON object belongs here.")
    if not _is_instant(item.get("occurred_at")):
        yield Problem("occurred_at", "invalid_value", "ISO 8601 with an offset, whole seconds.")
    for name in ("ended_at", "recorded_at"):
        if item.get(name) is not None and not _is_instant(item[name]):
            yield Problem(name, "invalid_value", "ISO 8601 with an offset, whole seconds.")


def _fact(index: int, item: Mapping[str, Any]) -> Fact:
    return fact_from_item(
        item["kind"],
        item["occurred_at"],
        item.get("ended_at"),
        item.get("details") or {},
        id=index,
        recorded_at=item.get("recorded_at"),
    )
