"""Reading facts: of citizens as they stand or stood, or by their numbers."""

from collections.abc import Sequence
from datetime import datetime
from json import loads
from typing import Any

from django.db import connection


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


_FACT = """json_build_array(e.kind, floor(date_part('epoch', e.occurred_at))::bigint,
  floor(date_part('epoch', e.ended_at))::bigint, e.details, e.id,
  floor(date_part('epoch', e.recorded_at))::bigint)"""
# A row that supersedes another is a second version at least. Said here although it follows: a
# small index of the few corrections then answers for all rows.
_FACTS = f"""
SELECT e.citizen_id, json_agg({_FACT} ORDER BY e.id)::text
FROM healthcode_evidence e
WHERE e.citizen_id = ANY(%(ids)s) AND e.recorded_at <= %(at)s::timestamptz AND NOT e.retracted
  AND NOT EXISTS (SELECT FROM healthcode_evidence h
    WHERE h.source_id = e.source_id AND h.source_ref = e.source_ref AND h.version > e.version
      AND h.version > 1 AND h.recorded_at <= %(at)s::timestamptz)
  AND NOT EXISTS (SELECT FROM healthcode_retraction r
    WHERE r.source_id = e.source_id AND r.source_ref = e.source_ref
      AND r.up_to_version >= e.version AND r.at <= %(at)s::timestamptz)
GROUP BY e.citizen_id
"""  # noqa: S608  constants of this module


def facts_by_id(ids: Sequence[int]) -> dict[int, list[Any]]:
    """These rows of evidence as `read_facts` gives them, whatever has come of them since."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS_BY_ID, [list(ids)])
        return {row[4]: row for row in (loads(text) for (text,) in cursor.fetchall())}


_FACTS_BY_ID = f"SELECT {_FACT}::text FROM healthcode_evidence e WHERE e.id = ANY(%s)"  # noqa: S608
