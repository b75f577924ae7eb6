"""The status of one citizen as codes and gates ask for it, hundreds of times a second."""

from datetime import datetime
from json import loads
from typing import Any, NamedTuple

from django.db import connection


class StatusNow(NamedTuple):
    """A status as it stands. `overtaken`: other rules are spreading than it was decided by;
    `disputed`: a replay could not derive it again."""

    colour: int
    decision: dict[str, Any]
    rules: str
    decided_at: datetime | None
    due_at: datetime | None
    last_test_at: datetime | None
    last_negative_at: datetime | None
    overtaken: bool
    disputed: bool


def status_now(citizen_id: int, now: datetime) -> StatusNow | None:
    """The status of a citizen, if there is such a citizen."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, {"citizen": citizen_id, "now": now})
        row = cursor.fetchone()
    return None if row is None else StatusNow(row[0], loads(row[1]), *row[2:])


# Somebody outside the region of what spreads is overtaken too: being decided again does no harm.
_STATUS = """
SELECT s.colour, s.decision::text, s.rules, s.decided_at, s.due_at, s.last_test_at,
  s.last_negative_at,
  EXISTS (SELECT FROM healthcode_spread p
    JOIN healthcode_activation a ON a.id = p.activation_id
    JOIN healthcode_ruleset r ON r.id = a.ruleset_id
    WHERE p.done_at IS NULL AND p.begins_at <= %(now)s
      AND r.ruleset_id || '@' || left(r.digest, 12) <> s.rules),
  EXISTS (SELECT FROM healthcode_dispute d
    WHERE d.citizen_id = s.citizen_id AND d.cleared_at IS NULL)
FROM healthcode_healthstatus s WHERE s.citizen_id = %(citizen)s
"""
