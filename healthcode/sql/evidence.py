"""Storing evidence in bulk."""

from collections.abc import Sequence
from datetime import datetime
from json import dumps
from typing import Any, NamedTuple

from django.db import connection

from healthcode.sql.columns import columns


class NewEvidence(NamedTuple):
    """An item as `insert_evidence` writes it; the digest as hex."""

    source_ref: str
    version: int
    citizen_id: int
    kind: str
    occurred_at: datetime
    ended_at: datetime | None
    reported_at: datetime
    retracted: bool
    details: dict[str, Any]
    digest: str


def insert_evidence(
    items: Sequence[NewEvidence], source_id: int, now: datetime
) -> dict[tuple[str, int], int]:
    """Insert what is new; return the ids of the stored by (source_ref, version).

    Rows go in by the order of their key, so that two callers with the same items wait for
    each other instead of deadlocking.
    """
    if not items:
        return {}
    rows = sorted(items, key=lambda item: (item.source_ref, item.version))
    text = dumps([row._asdict() for row in rows], ensure_ascii=False, default=datetime.isoformat)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_EVIDENCE, {"source": source_id, "now": now, "rows": text})
        return {(ref, version): pk for pk, ref, version in cursor.fetchall()}


# One text for all rows: arrays of texts are escaped element by element.
_INSERT_EVIDENCE = """
INSERT INTO healthcode_evidence (source_id, recorded_at, source_ref, version, citizen_id, kind,
  occurred_at, ended_at, reported_at, retracted, details, digest)
SELECT %(source)s::bigint, %(now)s::timestamptz, new.source_ref, new.version, new.citizen_id,
  new.kind, new.occurred_at, new.ended_at, new.reported_at, new.retracted, new.details,
  decode(new.digest, 'hex')
FROM jsonb_to_recordset(%(rows)s::jsonb) AS new (source_ref text, version int, citizen_id bigint,
  kind text, occurred_at timestamptz, ended_at timestamptz, reported_at timestamptz,
  retracted boolean, details jsonb, digest text)
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
        cursor.execute(_STORED_VERSIONS, [*columns(keys), source_id])
        return {
            (ref, version): (pk, bytes(digest)) for pk, ref, version, digest in cursor.fetchall()
        }


_STORED_VERSIONS = """
SELECT e.id, e.source_ref, e.version, e.digest
FROM unnest(%s::text[], %s::int[]) AS key (source_ref, version)
JOIN healthcode_evidence e USING (source_ref, version) WHERE e.source_id = %s
"""


def insert_retractions(
    source_id: int, items: Sequence[tuple[str, int]], by: str, reason: str, now: datetime
) -> int:
    """Insert what was not taken back before; how many that were. In an order that all share."""
    with connection.cursor() as cursor:
        given: list[Any] = [source_id, by, reason, now, *columns(sorted(set(items)))]
        cursor.execute(_INSERT_RETRACTIONS, given)
        return int(cursor.rowcount)


_INSERT_RETRACTIONS = """
INSERT INTO healthcode_retraction (source_id, by, reason, at, source_ref, up_to_version)
SELECT %s, %s, %s, %s, item.* FROM unnest(%s::text[], %s::int[]) AS item
ON CONFLICT (source_id, source_ref, up_to_version) DO NOTHING
"""
