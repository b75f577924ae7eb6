"""Typed reading of one mapping of a rule file; every fault is noted, none stops the reading."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from healthcode.policy.instants import InstantInvalid, parse_instant
from healthcode.policy.ruleset import Text
from healthcode.rules.reading import Document, Path

LANGUAGES = ("zh-hans", "en")


class Section:
    """A mapping at a path; `fields` are the only names it may hold."""

    def __init__(self, document: Document, value: Any, path: Path, fields: Sequence[str]) -> None:
        """Note names that are not known."""
        self.document = document
        self.path = path
        self.data: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            self.fault("", "A mapping of names to values belongs here.")
        for name in self.data:
            if name not in fields:
                self.fault(name, f"Unknown field; known here: {', '.join(fields)}.")

    def fault(self, name: str, problem: str) -> None:
        """Note a fault of one field, or of the section itself."""
        self.document.fault((*self.path, name) if name else self.path, problem)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.data.get(name) is not None

    def raw(self, name: str) -> Any:
        """The field's value as it stands."""
        return self.data.get(name)

    def string(self, name: str, *, required: bool = True) -> str:
        """Text on one or more lines."""
        value = self.data.get(name)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault(name, "Text is needed here.")
            return ""
        return value.strip()

    def word(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of a few words."""
        value = self.data.get(name, default)
        if value not in allowed:
            self.fault(name, f"Not one of {', '.join(allowed)}.")
            return allowed[0]
        return str(value)

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number in a range."""
        value = self.data.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fault(name, f"A whole number from {low} to {high} is needed here.")
            return low
        return value

    def maybe_integer(self, name: str, low: int, high: int) -> int | None:
        """A whole number in a range, or nothing."""
        return self.integer(name, low, high) if self.has(name) else None

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self.data.get(name, default)
        if not isinstance(value, bool):
            self.fault(name, "True or false is needed here.")
            return default
        return value

    def maybe_flag(self, name: str) -> bool | None:
        """True, false or nothing."""
        return self.flag(name, default=False) if self.has(name) else None

    def instant(self, name: str) -> int:
        """An instant with an offset."""
        try:
            return parse_instant(str(self.data.get(name)))
        except InstantInvalid as error:
            self.fault(name, str(error))
            return 0

    def text(self, name: str) -> Text:
        """A sentence in both languages."""
        inner = self.section(name, LANGUAGES)
        return Text(*(inner.string(language) for language in LANGUAGES))

    def section(self, name: str, fields: Sequence[str]) -> "Section":
        """The mapping below a name."""
        return Section(self.document, self.data.get(name, {}), (*self.path, name), fields)

    def sections(self, name: str, fields: Sequence[str]) -> Iterator["Section"]:
        """The mappings of a list below a name."""
        for i, value in enumerate(self.items(name)):
            yield Section(self.document, value, (*self.path, name, i), fields)

    def items(self, name: str) -> list[Any]:
        """The list below a name, empty when there is none."""
        value = self.data.get(name, [])
        if not isinstance(value, list):
            self.fault(name, "A list belongs here.")
            return []
        return value
