"""The project's own code, parsed, for rules about the repository itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config.environment import PROJECT

APPS = ("accounts", "healthcode", "tracing", "config")


def modules(*, migrations: bool = False) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the apps as (path from the top, tree)."""
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            if migrations or "migrations" not in path.parts:
                yield str(path.relative_to(PROJECT)), tree_of(path)


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def strings(tree: ast.AST) -> Iterator[str]:
    """Every string constant, parts of f-strings included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of the called name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            yield name, node
