"""The shapes that Citus refuses on distributed tables, found in SQL text and in uses of models.

Each finder is given text or code and returns what it refuses, empty if all is well.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tracing.services.distributing import SPREAD

#: The distributed tables with the column that says where a row lies.
COLUMNS = {table: column for table, column in SPREAD.items() if column}
#: The same for their models, with the names under which a filter may give the column.
KEYS = {"Visit": {"place_id"}, "Scan": {"scan_id", "pk"}}

_TABLE = rf'(?:public\.)?"?(?:{"|".join(COLUMNS)})"?\b'
_NAMED = re.compile(_TABLE, re.I)
_COMMENT = re.compile(r"--[^\n]*")
_TRIGGER = re.compile(rf"\bTRIGGER\b[^;]*\bON\s+{_TABLE}", re.I)
_REFERENCE = re.compile(
    rf"\bREFERENCES\s+{_TABLE}|\b(?:CREATE|ALTER)\s+TABLE\b[^;]*?{_TABLE}[^;]*\bREFERENCES\b", re.I
)
_LOCK = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?(?:UPDATE|KEY\s+SHARE|SHARE)\b", re.I)
_ONE_PLACE = re.compile(rf"\b(?:{'|'.join(COLUMNS.values())})\s*=\s*(?:%|\$\d|')", re.I)
_RECURSIVE = re.compile(r"\bRECURSIVE\b", re.I)
_SET = re.compile(
    rf"(?:\bUPDATE\s+(?:ONLY\s+)?{_TABLE}|\bINSERT\s+INTO\s+{_TABLE}[^;]*\bDO\s+UPDATE\b)"
    r"[^;]*?\bSET\b(?P<set>.*?)(?:\bWHERE\b|\bFROM\b|\bRETURNING\b|;|$)",
    re.I | re.S,
)
# Whole numbers may be added, and text taken out of JSON: that means the same everywhere.
_HARMLESS = re.compile(r"->>?|[-+]\s*\d+\b(?!\s*\*)|'[^']*'")
_SHIFT = re.compile(r"[-+]|\binterval\b|\bmake_interval\b", re.I)


def in_sql(text: str) -> list[str]:
    """The names of the shapes in a text that may hold several statements."""
    parts = [part for part in _COMMENT.sub("", text).split(";") if _NAMED.search(part)]
    return sorted({name for part in parts for name in _in_statement(part)})


def _in_statement(part: str) -> Iterator[str]:
    if _TRIGGER.search(part):
        yield "trigger"
    if _REFERENCE.search(part):
        yield "foreign key"
    if _LOCK.search(part) and not _ONE_PLACE.search(part):
        yield "lock"
    if _RECURSIVE.search(part):
        yield "recursion"
    if any(_SHIFT.search(_HARMLESS.sub("", found["set"])) for found in _SET.finditer(part)):
        yield "shift"


class Rows(NamedTuple):
    """A query set of a distributed model, and which exact values it was filtered by."""

    model: str
    filtered: frozenset[str]

    @property
    def lies_in_one_place(self) -> bool:
        """Whether the filter names the column that says where the rows lie."""
        return bool(KEYS[self.model] & self.filtered)


def makers(trees: Iterable[ast.Module]) -> dict[str, Rows]:
    """Functions whose annotation says that they return such a query set, by name."""
    found: dict[str, Rows] = {}
    for tree in trees:
        for function in _functions(tree):
            if model := _annotated(function.returns):
                found[function.name] = _returned(function) or Rows(model, frozenset())
    return found


def in_code(tree: ast.Module, known: Mapping[str, Rows]) -> list[str]:
    """The shapes in a module, as "line: shape"; its own functions hide others of their names."""
    own = {function.name for function in _functions(tree)}
    known = {name: rows for name, rows in known.items() if name not in own} | makers([tree])
    found = {hit for function in _functions(tree) for hit in _in_function(function, known)}
    return [f"{line}: {shape}" for line, shape in sorted(found)]


def _in_function(function: ast.FunctionDef, known: Mapping[str, Rows]) -> Iterator[tuple[int, str]]:
    names = _names(function, known)
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        rows, method = _rows(node.func.value, names, known), node.func.attr
        if rows is None:
            continue
        if method in {"select_for_update", "update_or_create"}:
            filtered = _filters_after(function, node) | _keywords(node)
            if not rows._replace(filtered=rows.filtered | filtered).lies_in_one_place:
                yield node.lineno, "lock"
        if method in {"update", "bulk_update"}:
            yield from ((line, "shift") for line in _shifts(function))


def _names(function: ast.FunctionDef, known: Mapping[str, Rows]) -> dict[str, Rows]:
    """What the function's own names stand for, as far as they are such query sets."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    given = {one.arg: _annotated(one.annotation) for one in arguments}
    names = {name: Rows(model, frozenset()) for name, model in given.items() if model}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and (rows := _rows(node.value, names, known)):
            names |= {target.id: rows for target in node.targets if isinstance(target, ast.Name)}
    return names


def _rows(node: ast.expr, names: Mapping[str, Rows], known: Mapping[str, Rows]) -> Rows | None:
    """What an expression stands for: a chain of calls is followed back to where it begins."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Subscript):
        return _rows(node.value, names, known)
    if isinstance(node, ast.Attribute):
        return _manager(node)
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return known.get(node.func.id)
    if not isinstance(node.func, ast.Attribute):
        return None
    rows = _rows(node.func.value, names, known)
    if rows is None:
        return known.get(node.func.attr)
    return rows._replace(filtered=rows.filtered | _keywords(node))


def _manager(node: ast.Attribute) -> Rows | None:
    managers = {"objects", "_default_manager", "_base_manager"}
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    if node.attr in managers and owner in KEYS:
        return Rows(owner, frozenset())
    return None


def _keywords(call: ast.Call) -> frozenset[str]:
    """The exact values a call filters by; what it excludes or sets is none."""
    named = isinstance(call.func, ast.Attribute) and call.func.attr
    if named not in {"filter", "get", "update_or_create"}:
        return frozenset()
    return frozenset(keyword.arg for keyword in call.keywords if keyword.arg)


def _filters_after(function: ast.FunctionDef, call: ast.Call) -> frozenset[str]:
    """A lock may stand before its filter: `select_for_update().get(pk=…)`."""
    chains = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    after = (node for node in chains if node is not call and call in _receivers(node))
    return frozenset(name for node in after for name in _keywords(node))


def _receivers(node: ast.AST) -> Iterator[ast.AST]:
    while isinstance(node, (ast.Call, ast.Attribute)):
        yield node
        node = node.func if isinstance(node, ast.Call) else node.value


def _shifts(function: ast.FunctionDef) -> Iterator[int]:
    """Lines that add to a column anything but a whole number."""
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            columns = [side for side in sides if _is_column(side)]
            whole = [s for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, int)]
            if columns and not whole:
                yield node.lineno


def _is_column(node: ast.expr) -> bool:
    name = getattr(node, "func", None)
    return isinstance(node, ast.Call) and "F" in {
        getattr(name, "id", None),
        getattr(name, "attr", None),
    }


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _returned(function: ast.FunctionDef) -> Rows | None:
    names = _names(function, {})
    ends = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return _rows(ends[0], names, {}) if len(ends) == 1 and ends[0] else None


def _annotated(annotation: ast.expr | None) -> str | None:
    """The distributed model whose query set an annotation names."""
    text = ast.unparse(annotation) if annotation else ""
    found = re.search(rf"\b(?:QuerySet|Manager)\[({'|'.join(KEYS)})\]", text)
    return found and found[1]
