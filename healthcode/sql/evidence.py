"""Storing evidence in bulk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from healthcode.sql.columns import columns


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
        cursor.execute(_INSERT_EVIDENCE, [source_id, now, *columns(sorted(items))])
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
