"""Locks on what no row stands for: an item that may come twice, the list of areas, a round.

Whoever marks "everybody an item ever spoke of" must see every version of it. A version that
another transaction is about to commit is not seen; so both take the item's lock first. Held
until commit, taken before any row.
"""

from collections.abc import Sequence

from django.db import connection

# Locks per source: enough that corrections rarely meet, few enough for a batch of thousands.
BUCKETS = 64


def lock_items(source_id: int, refs: Sequence[str], *, shared: bool) -> None:
    """Lock items by their references, in an order that all share.

    `shared`: for first versions, which wait only for corrections and retractions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ITEMS_SHARED if shared else _LOCK_ITEMS, [source_id, list(refs)])


def lock_areas(*, shared: bool) -> None:
    """Keep stays (shared) and listings apart: a listing marks whoever has a stay there."""
    _take(_LOCK_AREAS_SHARED if shared else _LOCK_AREAS)


def lock_round() -> None:
    """One worker at a time goes on with a round of replay."""
    _take(_LOCK_ROUND)


def lock_lists() -> None:
    """One opener at a time of lists of withdrawn passes."""
    _take(_LOCK_LISTS)


_BUCKETS = f"""
FROM (SELECT DISTINCT %s::int * {BUCKETS} + (hashtext(ref) & {BUCKETS - 1}) AS bucket
  FROM unnest(%s::text[]) AS ref ORDER BY bucket) AS buckets
"""  # noqa: S608  constants of this module
_LOCK_ITEMS = "SELECT pg_advisory_xact_lock(hashtext('healthcode.items'), bucket)" + _BUCKETS
_LOCK_ITEMS_SHARED = (
    "SELECT pg_advisory_xact_lock_shared(hashtext('healthcode.items'), bucket)" + _BUCKETS
)
_LOCK_AREAS = "SELECT pg_advisory_xact_lock(hashtext('healthcode.areas'))"
_LOCK_AREAS_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('healthcode.areas'))"
_LOCK_ROUND = "SELECT pg_advisory_xact_lock(hashtext('healthcode.replay'))"
_LOCK_LISTS = "SELECT pg_advisory_xact_lock(hashtext('healthcode.withdrawn'))"


def _take(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
