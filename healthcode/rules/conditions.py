"""`when` and its like: one kind of evidence and conditions on its fields."""

from collections.abc import Mapping
from typing import Any

from healthcode.policy.ruleset import Condition, Entry, Match
from healthcode.policy.vocabulary import FIELD_TYPES, KINDS, Field
from healthcode.rules.sections import Section

_RANGE = {"from": "least", "to": "most", "above": "above", "below": "below"}
_DETAILED = (*_RANGE, "not", "unknown")
_DERIVED = {"area_stay": ("left", "outside_scope"), "travel": ("entry",)}


def read_match(parent: Section, name: str, kinds: tuple[str, ...] = tuple(KINDS)) -> Match | None:
    """Read `name: {kind: {field: condition, …}}`; None (and a fault) when it cannot be read."""
    stated = parent.raw(name)
    if not isinstance(stated, Mapping) or len(stated) != 1:
        parent.fault(name, "Exactly one kind of evidence belongs here.")
        return None
    return kind_match(parent.section(name, tuple(stated)), kinds)


def kind_match(section: Section, kinds: tuple[str, ...]) -> Match | None:
    """Read the one kind that a section names among its other fields."""
    stated = [name for name in section.data if name in KINDS]
    if len(stated) != 1 or stated[0] not in kinds:
        section.fault("", f"Exactly one of {', '.join(kinds)} belongs here.")
        return None
    kind = stated[0]
    fields = KINDS[kind].fields
    inner = section.section(kind, (*fields, *_DERIVED.get(kind, ())))
    conditions = [
        condition
        for field in inner.data
        if field in fields and (condition := read_condition(inner, field, fields[field]))
    ]
    return _match(inner, kind, conditions)


def _match(section: Section, kind: str, conditions: list[Condition]) -> Match:
    return Match(
        kind=kind,
        conditions=tuple(conditions),
        left=section.maybe_flag("left") if kind == "area_stay" else None,
        outside_scope=kind == "area_stay" and section.flag("outside_scope", default=False),
        entry=_entry(section) if kind == "travel" and section.has("entry") else None,
    )


def _entry(section: Section) -> Entry:
    inner = section.section("entry", ("into", "exempt", "third_country_days"))
    into = inner.string("into")
    exempt = tuple(str(country) for country in inner.items("exempt"))
    for country in (into, *exempt):
        if not FIELD_TYPES["country"](country, Field("country")):
            inner.fault("into", "Countries are three capital letters.")
    if into in exempt:
        inner.fault("exempt", "Nothing can match: the country itself is exempt.")
    return Entry(into, exempt, inner.integer("third_country_days", 0, 365, 7))


def read_condition(section: Section, name: str, field: Field) -> Condition | None:
    """Read the condition on one field; None (and a fault) when a rule may not make it."""
    if field.opaque:
        section.fault(name, "This identifier cannot be compared with a constant in a rule.")
    elif not field.in_rules:
        section.fault(name, "A rule cannot match on this field.")
    elif field.type == "words":
        return _emptiness(section, name)
    elif isinstance(section.raw(name), Mapping):
        return _detailed(section, name, field)
    else:
        return Condition(name, any_of=_values(section, name, section.raw(name), field))
    return None


def _emptiness(section: Section, name: str) -> Condition:
    return Condition(name, empty=section.word(name, ("none", "any")) == "none")


def _values(section: Section, name: str, stated: Any, field: Field) -> tuple[Any, ...]:
    values = stated if isinstance(stated, list) else [stated]
    if not values:
        section.fault(name, "Nothing can match an empty list.")
    for value in values:
        if not FIELD_TYPES[field.type](value, field):
            wanted = ", ".join(field.values) or f"{field.type} {field.low} to {field.high}"
            section.fault(name, f"{value!r} can never be: {wanted}.")
    return tuple(values)


def _detailed(section: Section, name: str, field: Field) -> Condition | None:
    inner = section.section(name, _DETAILED)
    unknown = inner.flag("unknown", default=False)
    if inner.has("not"):
        refused = _values(inner, "not", inner.raw("not"), field)
        if field.values and not set(field.values) - set(refused):
            inner.fault("not", "Nothing can match: every value is refused.")
        return Condition(name, none_of=refused, unknown=unknown)
    bounds = {key: inner.raw(key) for key in _RANGE if inner.has(key)}
    if field.type not in ("integer", "number") or not bounds:
        inner.fault("", "A range of numbers, or `not`, belongs here.")
        return None
    return _range(inner, name, field, bounds, unknown=unknown)


def _range(
    section: Section, name: str, field: Field, bounds: Mapping[str, Any], *, unknown: bool
) -> Condition | None:
    for key, value in bounds.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            section.fault(key, "A number is needed here.")
            return None
    condition = Condition(
        name, unknown=unknown, **{_RANGE[key]: value for key, value in bounds.items()}
    )
    if not _possible(condition, field):
        section.fault("", "Nothing can match this range.")
    return condition


def _possible(condition: Condition, field: Field) -> bool:
    low, high = field.low or 0, field.high or float("inf")
    least = max(v for v in (low, condition.least, condition.above) if v is not None)
    most = min(v for v in (high, condition.most, condition.below) if v is not None)
    if field.type == "integer":
        above = condition.above is not None and condition.above >= least
        below = condition.below is not None and condition.below <= most
        return int(least) + above <= int(most) - below
    open_end = least in (condition.above,) or most in (condition.below,)
    return least < most or (least == most and not open_end)
