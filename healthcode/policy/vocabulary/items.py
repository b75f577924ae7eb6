"""Checking one item of evidence against the vocabulary."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from healthcode.policy.instants import InstantInvalid, parse_instant
from healthcode.policy.vocabulary.fields import FIELD_TYPES, Field
from healthcode.policy.vocabulary.kinds import CLOSED_CASE, KINDS

PAIRS = {(1, "close"), (1, "casual"), (2, "secondary")}


class Problem(NamedTuple):
    """Why an item cannot be accepted: the field, a stable code, a sentence.

    The sentence names fields and allowed values, never the value that was given: it could
    be personal.
    """

    field: str
    code: str
    message: str


def validate_item(
    kind: str,
    occurred_at: datetime | int,
    ended_at: datetime | int | None,
    details: Mapping[str, Any],
    *,
    joined: bool = False,
) -> list[Problem]:
    """Return everything wrong with an item; an empty list means it can be accepted.

    `joined=True` is for facts as they are read (a fact file): fields that a join adds may
    be stated, and fields that only say where a fact came from may be left out.
    """
    spec = KINDS.get(kind)
    if spec is None:
        return [Problem("kind", "unknown_kind", f"Not one of {', '.join(KINDS)}.")]
    problems = [*_ending(spec.ends, occurred_at, ended_at), *_unknown(spec.fields, details)]
    for name, field in spec.fields.items():
        problems += _field(name, field, details.get(name), joined=joined)
    return problems or list(_together(kind, occurred_at, ended_at, details))


def _ending(
    ends: str, occurred_at: datetime | int, ended_at: datetime | int | None
) -> Iterator[Problem]:
    if ended_at is None:
        if ends == "always":
            yield Problem("ended_at", "required", "This kind needs an end.")
    elif ends == "never":
        yield Problem("ended_at", "not_allowed", "This kind happens at one instant.")
    elif _epoch(ended_at) < _epoch(occurred_at):
        yield Problem("ended_at", "ends_before_start", "The end lies before the start.")


def _unknown(fields: Mapping[str, Field], details: Mapping[str, Any]) -> Iterator[Problem]:
    for name in details:
        if name not in fields:
            yield Problem(str(name), "unknown_field", f"Not one of {', '.join(fields)}.")


def _field(name: str, field: Field, value: Any, *, joined: bool) -> Iterator[Problem]:
    if value is None:
        if field.required or (field.traceable and not joined):
            yield Problem(name, "required", "This field is needed.")
    elif field.joined and not joined:
        yield Problem(name, "joined", "This field is added by the service, never by a source.")
    elif not FIELD_TYPES[field.type](value, field):
        yield Problem(name, "invalid_value", _wanted(field))


def _wanted(field: Field) -> str:
    if field.values:
        return f"Not one of {', '.join(field.values)}."
    if field.low is not None:
        return f"Not a number from {field.low} to {field.high}."
    return f"Not a valid {field.type}."


def _together(
    kind: str,
    occurred_at: datetime | int,
    ended_at: datetime | int | None,
    details: Mapping[str, Any],
) -> Iterator[Problem]:
    match kind:
        case "test":
            yield from _tube(details)
        case "exposure" if (details["level"], details["grade"]) not in PAIRS:
            yield Problem("grade", "invalid_pair", "Level and grade do not go together.")
        case "case":
            yield from _episode(ended_at, details)
        case "screening_due":
            yield from _deadline(occurred_at, ended_at, details)
        case "area_stay":
            yield from _listing(details)


def _tube(details: Mapping[str, Any]) -> Iterator[Problem]:
    if (details.get("pool_size") or 1) > 1:
        if details.get("tube") is None:
            yield Problem("tube", "required", "A pooled sample needs its tube.")
        if details["method"] == "antigen":
            yield Problem("pool_size", "invalid_value", "An antigen test is never pooled.")


def _episode(ended_at: datetime | int | None, details: Mapping[str, Any]) -> Iterator[Problem]:
    closed = details["status"] in CLOSED_CASE
    if closed and ended_at is None:
        yield Problem("ended_at", "required", "A closed case needs the instant of its end.")
    if not closed and ended_at is not None:
        yield Problem("ended_at", "not_allowed", "An open case has no end.")


def _deadline(
    occurred_at: datetime | int, ended_at: datetime | int | None, details: Mapping[str, Any]
) -> Iterator[Problem]:
    by = _epoch(details["by"])
    if by < _epoch(occurred_at):
        yield Problem("by", "ends_before_start", "The deadline lies before the opening.")
    if ended_at is not None and by > _epoch(ended_at):
        yield Problem("by", "after_end", "The deadline lies after the closing.")


def _listing(details: Mapping[str, Any]) -> Iterator[Problem]:
    starts, ends = details.get("tier_from"), details.get("tier_to")
    if starts is not None and ends is not None and _epoch(ends) <= _epoch(starts):
        yield Problem("tier_to", "ends_before_start", "The listing ends before it starts.")
    if details.get("tier") is None and (starts is not None or ends is not None):
        yield Problem("tier", "required", "The life of a listing needs its tier.")


def _epoch(value: Any) -> int:
    try:
        return parse_instant(value)
    except InstantInvalid:  # pragma: no cover  refused before, field by field
        raise AssertionError("an instant that was not checked") from None
