"""The hand-written SQL of the app: bulk inserts, locks, facts, recolouring."""

from collections.abc import Sequence
from datetime import datetime
from json import dumps, loads
from typing import Any, NamedTuple

from django.db import connection


class NewEvidence(NamedTuple):
    """An item as `insert_evidence` writes it; details as JSON text."""

    source_ref: str
    version: int
    citizen_id: int
    kind: str
    occurred_at: datetime
    ended_at: datetime | None
    reported_at: datetime
    retracted: bool
    details: str
    digest: bytes


class StatusRow(NamedTuple):
    """A citizen's status as it stands, locked, and where they belong."""

    citizen_id: int
    colour: int
    decision: dict[str, Any]
    rules: str
    decided_at: datetime | None
    district: str
    community: str


class NewStatus(NamedTuple):
    """What `write_statuses` writes."""

    citizen_id: int
    colour: int
    decision: dict[str, Any]
    rules: str
    decided_at: datetime | None
    due_at: datetime | None
    last_test_at: datetime | None
    last_negative_at: datetime | None


def insert_evidence(
    items: Sequence[NewEvidence], source_id: int, now: datetime
) -> dict[tuple[str, int], int]:
    """Insert what is new; return the ids of the stored by (source_ref, version).

    Rows go in by the order of their key, so that two callers with the same items wait for
    each other instead of deadlocking.
    """
    if not items:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_EVIDENCE, [source_id, now, *_columns(sorted(items))])
        return {(ref, version): pk for pk, ref, version in cursor.fetchall()}


_INSERT_EVIDENCE = """
INSERT INTO healthcode_evidence (source_id, recorded_at, source_ref, version, citizen_id, kind,
  occurred_at, ended_at, reported_at, retracted, details, digest)
SELECT %s::bigint, %s::timestamptz, new.* FROM unnest(%s::text[], %s::int[], %s::bigint[],
  %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::boolean[],
  %s::jsonb[], %s::bytea[]) AS new
ON CONFLICT (source_id, source_ref, version) DO NOTHING
RETURNING id, source_ref, version
"""


def stored_versions(
    source_id: int, keys: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], tuple[int, bytes]]:
    """The id and digest of what is stored under these (source_ref, version)."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STORED_VERSIONS, [*_columns(keys), source_id])
        return {
            (ref, version): (pk, bytes(digest)) for pk, ref, version, digest in cursor.fetchall()
        }


_STORED_VERSIONS = """
SELECT e.id, e.source_ref, e.version, e.digest
FROM unnest(%s::text[], %s::int[]) AS key (source_ref, version)
JOIN healthcode_evidence e USING (source_ref, version) WHERE e.source_id = %s
"""


def lock_statuses(citizen_ids: Sequence[int]) -> list[StatusRow]:
    """Lock the statuses of these citizens in order and return them as they stand."""
    return _statuses(_LOCK + " WHERE s.citizen_id = ANY(%s) " + _IN_ORDER, [list(citizen_ids)])


def lock_due(now: datetime, limit: int) -> list[StatusRow]:
    """Lock what is due and nobody else is at; for the sweeper alone."""
    return _statuses(_LOCK_DUE, [now, limit])


_LOCK = """
SELECT s.citizen_id, s.colour, s.decision::text, s.rules, s.decided_at, c.district, c.community
FROM healthcode_healthstatus s JOIN accounts_citizen c ON c.id = s.citizen_id"""
_IN_ORDER = "ORDER BY s.citizen_id FOR UPDATE OF s"
# Skipping never waits, so the order cannot deadlock: the longest due go first.
_LOCK_DUE = (
    _LOCK
    + """
WHERE s.due_at <= %s ORDER BY s.due_at LIMIT %s FOR UPDATE OF s SKIP LOCKED"""
)


def _statuses(statement: str, parameters: list[Any]) -> list[StatusRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [
            StatusRow(pk, colour, loads(decision), *rest)
            for pk, colour, decision, *rest in cursor.fetchall()
        ]


def read_facts(
    citizen_ids: Sequence[int], *, as_at: datetime | None = None
) -> dict[int, list[list[Any]]]:
    """The facts of these citizens, highest versions and not taken back, by citizen.

    A row is [kind, occurred_at, ended_at, details, id, recorded_at], instants in unix seconds.
    By default everything committed so far counts, whatever its clock says; `as_at` reads the
    facts as they were recorded by an instant.
    """
    at = as_at.isoformat() if as_at else "infinity"
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"ids": list(citizen_ids), "at": at})
        return {pk: loads(rows) for pk, rows in cursor.fetchall()}


_FACTS = """
SELECT e.citizen_id, json_agg(json_build_array(e.kind,
    extract(epoch FROM e.occurred_at)::bigint, extract(epoch FROM e.ended_at)::bigint,
    e.details, e.id, extract(epoch FROM e.recorded_at)::bigint) ORDER BY e.id)::text
FROM healthcode_evidence e
WHERE e.citizen_id = ANY(%(ids)s) AND e.recorded_at <= %(at)s::timestamptz AND NOT e.retracted
  AND NOT EXISTS (SELECT FROM healthcode_evidence h
    WHERE h.source_id = e.source_id AND h.source_ref = e.source_ref AND h.version > e.version
      AND h.recorded_at <= %(at)s::timestamptz)
  AND NOT EXISTS (SELECT FROM healthcode_retraction r
    WHERE r.source_id = e.source_id AND r.source_ref = e.source_ref
      AND r.up_to_version >= e.version AND r.at <= %(at)s::timestamptz)
GROUP BY e.citizen_id
"""


def write_statuses(rows: Sequence[NewStatus]) -> None:
    """Write decisions that differ from the stored ones."""
    if not rows:
        return
    values = [row._replace(decision=dumps(row.decision, ensure_ascii=False)) for row in rows]  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_STATUSES, _columns(values))


_WRITE_STATUSES = """
UPDATE healthcode_healthstatus s SET colour = new.colour, decision = new.decision,
  rules = new.rules, decided_at = new.decided_at, due_at = new.due_at,
  last_test_at = new.last_test_at, last_negative_at = new.last_negative_at
FROM unnest(%s::bigint[], %s::smallint[], %s::jsonb[], %s::text[], %s::timestamptz[],
  %s::timestamptz[], %s::timestamptz[], %s::timestamptz[]) AS new (citizen_id, colour, decision,
  rules, decided_at, due_at, last_test_at, last_negative_at)
WHERE s.citizen_id = new.citizen_id
"""


def write_reviews(rows: Sequence[NewStatus]) -> None:
    """Write when unchanged decisions must be looked at again, and the last tests."""
    if not rows:
        return
    values = [(r.citizen_id, r.due_at, r.last_test_at, r.last_negative_at) for r in rows]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_REVIEWS, _columns(values))


_WRITE_REVIEWS = """
UPDATE healthcode_healthstatus s SET due_at = new.due_at, last_test_at = new.last_test_at,
  last_negative_at = new.last_negative_at
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
  AS new (citizen_id, due_at, last_test_at, last_negative_at)
WHERE s.citizen_id = new.citizen_id
"""


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
