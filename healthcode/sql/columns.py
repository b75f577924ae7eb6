"""Rows turned into the arrays that `unnest` takes."""

from collections.abc import Sequence
from typing import Any


def columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The columns of some rows."""
    return [list(column) for column in zip(*rows, strict=True)]
