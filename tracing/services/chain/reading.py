"""What the chain asks the database, with typed answers. The statements are in tracing.sql."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tracing import sql
from tracing.queries import rows

BEGINNING = (-1, datetime(1, 1, 1, tzinfo=UTC), 0)


class ChainEdge(NamedTuple):
    """A meeting of a case or of a close contact; `turn` 0: both people are cases."""

    turn: int
    first_at: datetime
    id: int
    contact_id: int
    case_id: int
    via_id: int
    citizen_id: int
    last_at: datetime | None
    setting: str
    place_id: int | None
    minutes: int | None
    rows_apart: int | None
    grade: str
    rule: str


class Exposed(NamedTuple):
    """When somebody was first exposed, whether closely, and a contact's row that says so."""

    first_at: datetime
    close: bool
    contact_id: int


def neighbours(case_ids: Collection[int], *, known: Collection[int], most: int) -> list[int]:
    """Ids of the cases next to these, but for the known ones; in order, at most so many."""
    asked = {"cases": list(case_ids), "known": list(known), "most": most}
    return [case_id for (case_id,) in rows(sql.NEIGHBOURS, asked)]


def counts(case_ids: Collection[int]) -> list[tuple[Any, ...]]:
    """Case, close, secondary, casual, first exposure; without the cases that met nobody."""
    return rows(sql.SIZES, {"cases": list(case_ids)})


def edges(
    case_ids: Collection[int], *, after: tuple[int, datetime, int] | None, most: int
) -> list[ChainEdge]:
    """The meetings behind a key, in order, at most so many."""
    turn, first_at, pk = after or BEGINNING
    asked = {
        "cases": list(case_ids),
        "turn": turn,
        "first_at": first_at,
        "id": pk,
        "most": most,
    }
    return [ChainEdge(*row) for row in rows(sql.CHAIN_EDGES, asked)]


def first_exposed(case_ids: Collection[int], citizens: Collection[int]) -> dict[int, Exposed]:
    """Of people whom the cases met more than casually, by citizen."""
    asked = {"cases": list(case_ids), "citizens": list(citizens)}
    return {row[0]: Exposed(*row[1:]) for row in rows(sql.FIRST_EXPOSED, asked)}
