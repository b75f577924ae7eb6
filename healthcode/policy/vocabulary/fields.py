"""What a field of evidence may hold, and how one value is checked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from healthcode.policy.instants import InstantInvalid, parse_instant

# GB/T 2260 to the county, then the 9- and 12-digit statistical divisions; a risk area
# smaller than a community carries a suffix of the risk-area list.
REGION = re.compile(r"\d{6}(?:\d{3}){0,2}(?:-[0-9A-Za-z_-]{1,32})?")
COUNTRY = re.compile(r"[A-Z]{3}")
LONGEST_TEXT = 120


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind's details.

    `required`: an item without it is refused. `traceable`: required of intake, while a fact
    file may leave it out (it names where a fact came from and decides nothing). `joined`:
    added when facts are read; a source that states it is refused. `opaque`: an identifier,
    which no rule may compare with a constant. `in_rules`: a rule may match on it.
    """

    type: str
    required: bool = False
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    traceable: bool = False
    joined: bool = False
    opaque: bool = False
    in_rules: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of evidence.

    `ends`: whether `ended_at` must be null ("never"), may be ("maybe") or must be set
    ("always"). `index`: the field by which rules of this kind are looked up.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    ends: str = "never"
    index: str = ""


def _is_word(value: Any, spec: Field) -> bool:
    return isinstance(value, str) and value in spec.values


def _is_text(value: Any, spec: Field) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and value.isprintable()


def _is_integer(value: Any, spec: Field) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and _in_range(value, spec)


def _is_number(value: Any, spec: Field) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and _in_range(value, spec)


def _in_range(value: float, spec: Field) -> bool:
    above = spec.low is None or value >= spec.low
    return above and (spec.high is None or value <= spec.high)


def _is_words(value: Any, spec: Field) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return all(_is_word(word, spec) for word in value) and len(set(value)) == len(value)


def _is_region(value: Any, spec: Field) -> bool:
    return isinstance(value, str) and REGION.fullmatch(value) is not None


def _is_country(value: Any, spec: Field) -> bool:
    return isinstance(value, str) and COUNTRY.fullmatch(value) is not None


def _is_flag(value: Any, spec: Field) -> bool:
    return isinstance(value, bool)


def _is_instant(value: Any, spec: Field) -> bool:
    try:
        parse_instant(value)
    except InstantInvalid:
        return False
    return True


FIELD_TYPES: Mapping[str, Callable[[Any, Field], bool]] = {
    "word": _is_word,
    "words": _is_words,
    "text": _is_text,
    "integer": _is_integer,
    "number": _is_number,
    "region": _is_region,
    "country": _is_country,
    "instant": _is_instant,
    "flag": _is_flag,
}
