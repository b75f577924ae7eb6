"""Spreading visits and scans over the machines of a Citus cluster.

Visits lie with their place, so that the trace joins on each machine by itself; scans by their
id; places are whole on every machine. Everything else stays on the coordinator as an ordinary
table, with all that PostgreSQL can do.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg import sql as composed

from tracing import sql
from tracing.errors import CitusMissing, CoordinatorUnknown, OwnerMissing, SpreadOtherwise
from tracing.services.retention.purge import OWNER

#: Which column says where a row lies; empty: every machine has the whole table.
SPREAD: Mapping[str, str] = {
    "tracing_place": "",
    "tracing_visit": "place_id",
    "tracing_scan": "scan_id",
}


def distribute_tables(*, dry_run: bool, say: Callable[[str], object]) -> int:
    """Spread what is not yet spread; `say` is told each statement before it is issued.

    Returns how many there were; `dry_run` issues none and needs no cluster. Each commits by
    itself, so a run that was broken off is ended by the next one. Raises OwnerMissing,
    CitusMissing, CoordinatorUnknown, or SpreadOtherwise before anything is changed.
    """
    if OWNER not in connections.settings:
        raise OwnerMissing("Set MIGRATE_DATABASE_URL: only the owner may distribute the tables.")
    with connections[OWNER].cursor() as cursor:
        if not dry_run:
            _insist_on_cluster(cursor)
        statements = list(_statements(cursor))
        for statement in statements:
            say(statement)
            if not dry_run:
                cursor.execute(statement)
    return len(statements)


def _insist_on_cluster(cursor: CursorWrapper) -> None:
    if not _answer(cursor, sql.HAS_CITUS):
        raise CitusMissing
    if not _answer(cursor, sql.KNOWS_COORDINATOR):
        raise CoordinatorUnknown


def _statements(cursor: CursorWrapper) -> Iterator[str]:
    """What brings every table where it belongs, from where it is now."""
    already = _spread_already(cursor)
    for table, column in SPREAD.items():
        if table not in already:
            yield from _keys_dropped(cursor, table)
            yield _spread(table, column)
        elif already[table] != column:
            raise SpreadOtherwise(table=table, by=already[table])
        if _answer(cursor, sql.HOLDS_ROWS, {"table": f"public.{table}"}):
            yield _text(sql.FORGET_LOCAL, composed.Literal(f"public.{table}"))


def _spread_already(cursor: CursorWrapper) -> dict[str, str]:
    """The tables that are spread, with the column; none without a cluster."""
    if not _answer(cursor, sql.HAS_CITUS):
        return {}
    cursor.execute(sql.SPREAD_ALREADY, [list(SPREAD)])
    return dict(cursor.fetchall())


def _keys_dropped(cursor: CursorWrapper, table: str) -> Iterator[str]:
    cursor.execute(sql.KEYS_OF, [f"public.{table}"])
    for (name,) in cursor.fetchall():
        yield _text(sql.DROP_KEY, composed.Identifier("public", table), composed.Identifier(name))


def _spread(table: str, column: str) -> str:
    name = composed.Literal(f"public.{table}")
    if not column:
        return _text(sql.COPY_TO_ALL, name)
    return _text(sql.SPREAD_BY, name, composed.Literal(column))


def _answer(cursor: CursorWrapper, question: str, parameters: Any = None) -> bool:
    cursor.execute(question, parameters)
    return bool(cursor.fetchone()[0])


def _text(statement: str, *parts: composed.Composable) -> str:
    return composed.SQL(statement).format(*parts).as_string(None)
