"""Statuses beside the last row of their history."""

from datetime import datetime
from json import loads
from typing import Any, NamedTuple

from django.db import connection


class Record(NamedTuple):
    """A recorded decision and what it says it was made from."""

    change_id: int
    citizen_id: int
    colour: int
    decision: dict[str, Any]
    rules: str
    facts: list[int]
    joined: list[str]
    decided_at: datetime


class Stood(NamedTuple):
    """A status and its latest record as they stood together; None: never decided, or its
    history has reached the day on which it is deleted."""

    citizen_id: int
    colour: int
    reasons: list[Any]
    record: Record | None

    @property
    def agrees(self) -> bool:
        """Whether the status is what its history says, if it says anything."""
        if self.record is None:
            return True
        decision = self.record.decision
        reasons = decision.get("reasons") if isinstance(decision, dict) else None
        return (self.colour, self.reasons) == (self.record.colour, reasons)


def latest_decisions(after: int, limit: int) -> list[Stood]:
    """The statuses of the next citizens by number, each with its latest record."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [after, limit])
        return [_stood(*row) for row in cursor.fetchall()]


def _stood(citizen_id: int, colour: int, reasons: str, record: str | None, at: Any) -> Stood:
    if record is None:
        return Stood(citizen_id, colour, loads(reasons), None)
    change_id, said, decision, rules, facts, joined = loads(record)
    known = Record(change_id, citizen_id, said, decision, rules, facts, joined, at)
    return Stood(citizen_id, colour, loads(reasons), known)


_LATEST = """
SELECT s.citizen_id, s.colour, coalesce(s.decision -> 'reasons', '[]')::text, c.record, c.decided_at
FROM healthcode_healthstatus s LEFT JOIN LATERAL (
  SELECT json_build_array(id, colour, decision, rules, facts, joined)::text AS record, decided_at
  FROM healthcode_colourchange WHERE citizen_id = s.citizen_id ORDER BY id DESC LIMIT 1) c ON true
WHERE s.citizen_id > %s ORDER BY s.citizen_id LIMIT %s
"""
