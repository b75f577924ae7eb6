"""Locking, writing and holding back statuses. Only `recolour` may use what writes."""

from collections.abc import Sequence
from datetime import datetime
from json import dumps, loads
from typing import Any, NamedTuple

from django.db import connection

from healthcode.sql.columns import columns


class StatusRow(NamedTuple):
    """A citizen's status as it stands, locked; the brake that holds it; where they belong."""

    citizen_id: int
    colour: int
    decision: dict[str, Any]
    rules: str
    decided_at: datetime | None
    held_by: int | None
    district: str
    community: str


class NewStatus(NamedTuple):
    """A decision as `write_decisions` writes it; `previous` and `facts` are for its history row.

    `recorded`: colour, reasons or rules differ from what stood, so that it gets one. Instants
    are ISO 8601.
    """

    citizen_id: int
    colour: int
    previous: int
    decision: dict[str, Any]
    rules: str
    facts: list[int]
    joined: list[str]
    recorded: bool
    due_at: str | None
    last_test_at: str | None
    last_negative_at: str | None


def lock_statuses(citizen_ids: Sequence[int]) -> list[StatusRow]:
    """Lock the statuses of these citizens in order and return them as they stand."""
    return _statuses(_LOCK + " WHERE s.citizen_id = ANY(%s) " + _IN_ORDER, [list(citizen_ids)])


def lock_in_order(citizen_ids: Sequence[int]) -> None:
    """Lock the statuses of these citizens in order; whoever only marks them reads nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_IN_ORDER, [list(citizen_ids)])


# Counted inside, so that thousands of rows need not travel.
_LOCK_IN_ORDER = """
WITH locked AS MATERIALIZED (SELECT FROM healthcode_healthstatus s
  WHERE s.citizen_id = ANY(%s) ORDER BY s.citizen_id FOR UPDATE)
SELECT count(*) FROM locked
"""


def mark_statuses(citizen_ids: Sequence[int], now: datetime) -> None:
    """Have these decided again, whatever brake holds them; the caller has them locked."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [now, list(citizen_ids)])


_MARK = """
UPDATE healthcode_healthstatus SET due_at = %s, held_by = NULL WHERE citizen_id = ANY(%s)
"""


def lock_due(now: datetime, limit: int) -> list[StatusRow]:
    """Lock what is due, not held back, and nobody else is at; for the sweeper alone."""
    return _statuses(_LOCK_DUE, [now, limit])


def lock_let_through(limit: int) -> list[StatusRow]:
    """Lock whom a brake held back that is cleared by now."""
    return _statuses(_LOCK_LET_THROUGH, [limit])


_LOCK = """
SELECT s.citizen_id, s.colour, s.decision::text, s.rules, s.decided_at, s.held_by, c.district,
  c.community
FROM healthcode_healthstatus s JOIN accounts_citizen c ON c.id = s.citizen_id"""
_IN_ORDER = "ORDER BY s.citizen_id FOR UPDATE OF s"
# Skipping never waits, so the order cannot deadlock: the longest due go first.
_LOCK_DUE = (
    _LOCK
    + """
WHERE s.due_at <= %s AND s.held_by IS NULL
ORDER BY s.due_at LIMIT %s FOR UPDATE OF s SKIP LOCKED"""
)
_LET_THROUGH = """
WHERE s.held_by IS NOT NULL
  AND s.held_by = ANY(SELECT b.id FROM healthcode_brake b WHERE b.cleared_at IS NOT NULL)
LIMIT %s FOR UPDATE OF s SKIP LOCKED"""
_LOCK_LET_THROUGH = _LOCK + _LET_THROUGH


def _statuses(statement: str, parameters: list[Any]) -> list[StatusRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [
            StatusRow(pk, colour, loads(decision), *rest)
            for pk, colour, decision, *rest in cursor.fetchall()
        ]


def write_decisions(rows: Sequence[NewStatus], now: datetime) -> None:
    """Write decisions that differ from the stored ones, with the history rows they need."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_DECISIONS, {"rows": _as_records(rows), "now": now})


# One text for all rows: arrays of texts are escaped element by element, which took longer than
# deciding.
_WRITE_DECISIONS = """
WITH new AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS new (
  citizen_id bigint, colour smallint, previous smallint, decision jsonb, rules text, facts jsonb,
  joined jsonb, recorded boolean, due_at timestamptz, last_test_at timestamptz,
  last_negative_at timestamptz)),
history AS (INSERT INTO healthcode_colourchange (citizen_id, colour, previous, decision, rules,
  facts, joined, decided_at)
  SELECT citizen_id, colour, previous, decision, rules, facts, joined, %(now)s
  FROM new WHERE recorded)
UPDATE healthcode_healthstatus s SET colour = new.colour, decision = new.decision,
  rules = new.rules, decided_at = CASE WHEN new.recorded THEN %(now)s ELSE s.decided_at END,
  due_at = new.due_at, held_by = NULL, last_test_at = new.last_test_at,
  last_negative_at = new.last_negative_at
FROM new WHERE s.citizen_id = new.citizen_id
"""


def write_reviews(rows: Sequence[NewStatus]) -> None:
    """Write when unchanged decisions must be looked at again, and the last tests."""
    if not rows:
        return
    reviews = [(r.citizen_id, r.due_at, r.last_test_at, r.last_negative_at) for r in rows]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_REVIEWS, columns(reviews))


_WRITE_REVIEWS = """
UPDATE healthcode_healthstatus s SET due_at = new.due_at, held_by = NULL,
  last_test_at = new.last_test_at, last_negative_at = new.last_negative_at
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
  AS new (citizen_id, due_at, last_test_at, last_negative_at)
WHERE s.citizen_id = new.citizen_id
"""


def _as_records(rows: Sequence[NewStatus]) -> str:
    return dumps([row._asdict() for row in rows], ensure_ascii=False)


def hold_statuses(citizen_ids: Sequence[int], brake_id: int) -> None:
    """Leave these as they are, due, until the brake is cleared or their facts change."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [brake_id, list(citizen_ids)])


_HOLD = "UPDATE healthcode_healthstatus SET held_by = %s WHERE citizen_id = ANY(%s)"


def count_worse(now: datetime, people: int) -> int:
    """Add to the count of the present minute and return it; the row stays locked till commit."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_WORSE, [now, people])
        return int(cursor.fetchone()[0])


_COUNT_WORSE = """
INSERT INTO healthcode_worsetally AS tally (minute, worse)
VALUES (date_trunc('minute', %s::timestamptz), %s)
ON CONFLICT (minute) DO UPDATE SET worse = tally.worse + excluded.worse
RETURNING worse
"""
