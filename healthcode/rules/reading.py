"""YAML text as plain data, with the line of every value."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from healthcode.rules.errors import Fault, RuleSetInvalid

Path = tuple[str | int, ...]
# Everything else, dates among them, stays the text that stands in the file.
_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda text: text.lower() in ("true", "yes", "on"),
    "tag:yaml.org,2002:null": lambda text: None,
}


class Document:
    """The data of one rule file, its lines, and the faults found in it so far."""

    def __init__(self, text: str, file: str) -> None:
        """Read the text; raise `RuleSetInvalid` when it is not YAML."""
        self.file = file
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self.data = self._read(text)

    def fault(self, path: Path, problem: str) -> None:
        """Remember that something is wrong at a place."""
        self.faults.append(
            Fault(self.file, self._line(path), self._rule(path), _dotted(path), problem)
        )

    def raise_faults(self) -> None:
        """Refuse the file if anything was wrong."""
        if self.faults:
            raise RuleSetInvalid(sorted(set(self.faults), key=lambda fault: fault.line))

    def _read(self, text: str) -> Any:
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise RuleSetInvalid([Fault(self.file, line, "", "", "This is not YAML.")]) from error
        return None if node is None else self._value(node, ())

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            value = self._value(value_node, here)
            self.lines[here] = key_node.start_mark.line + 1
            if key in seen:
                self.fault(here, "This stands here twice.")
            seen.add(key)
            yield key, value

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        convert = _SCALARS.get(node.tag, str)
        try:
            return convert(node.value)
        except ValueError:
            self.fault(path, "This number cannot be read.")
            return None

    def _line(self, path: Path) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def _rule(self, path: Path) -> str:
        value = self.data if hasattr(self, "data") else None
        for step in path:
            value = _step(value, step)
            if isinstance(step, int) and isinstance(value, Mapping) and "id" in value:
                return str(value["id"])
        return ""


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _dotted(path: Path) -> str:
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}"
    return words.lstrip(".")
