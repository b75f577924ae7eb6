"""Bound passes: given a slot, withdrawn, and listed by slot."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection


def insert_bound_pass(row: dict[str, Any]) -> bool:
    """Write a pass; False, and nothing written, where its slot is taken on that day."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
        return bool(cursor.rowcount)


def withdraw_passes(citizen_ids: Sequence[int], now: datetime, today: date) -> int:
    """Withdraw the passes of these citizens that still count; returns how many.

    Their statuses are locked by the caller: nobody is given a pass meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, {"ids": list(citizen_ids), "now": now, "today": today})
        return int(cursor.rowcount)


def withdrawn_slots(day: date, first: int, last: int) -> list[int]:
    """The slots from `first` to `last` whose passes, expiring on a day, are withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAWN, {"day": day, "first": first, "last": last})
        return [slot for (slot,) in cursor.fetchall()]


def count_slots(day: date, first: int, last: int) -> int:
    """How many slots of a list were given."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"day": day, "first": first, "last": last})
        return int(cursor.fetchone()[0])


_INSERT = """
INSERT INTO healthcode_boundpass
  (expires_on, pass_id, citizen_id, slot, issued_at, expires_at)
VALUES (%(expires_on)s, %(pass_id)s, %(citizen_id)s, %(slot)s, %(issued_at)s, %(expires_at)s)
ON CONFLICT (expires_on, slot) DO NOTHING
"""
_WITHDRAW = """
UPDATE healthcode_boundpass SET withdrawn_at = %(now)s
WHERE citizen_id = ANY(%(ids)s) AND expires_on >= %(today)s AND expires_at > %(now)s
  AND withdrawn_at IS NULL
"""
_WITHDRAWN = """
SELECT slot FROM healthcode_boundpass
WHERE expires_on = %(day)s AND slot BETWEEN %(first)s AND %(last)s AND withdrawn_at IS NOT NULL
"""
_COUNT = """
SELECT count(*) FROM healthcode_boundpass
WHERE expires_on = %(day)s AND slot BETWEEN %(first)s AND %(last)s
"""
