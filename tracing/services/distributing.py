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

from accounts.errors import DomainError
from tracing.errors import OwnerMissing
from tracing.services.retention.purge import OWNER

#: Which column says where a row lies; empty: every machine has the whole table.
SPREAD: Mapping[str, str] = {
    "tracing_place": "",
    "tracing_visit": "place_id",
    "tracing_scan": "scan_id",
}


class CitusMissing(DomainError):
    """The extension is not in this database."""

    code = "citus_missing"
    message = (
        "This database has no Citus. On every server: install the extension, name it first in"
        " shared_preload_libraries, restart, and let a superuser run CREATE EXTENSION citus"
        " (docs/operations.md)."
    )


class CoordinatorUnknown(DomainError):
    """The cluster does not know its coordinator, so local tables could not meet spread ones."""

    code = "coordinator_unknown"
    message = (
        "The cluster does not know this server. As a superuser: SELECT"
        " citus_set_coordinator_host('HOST', PORT), an address at which the workers reach it."
    )


class SpreadOtherwise(DomainError):
    """Somebody distributed a table by another column: nothing is moved by itself."""

    code = "spread_otherwise"
    message = "A table is distributed in another way: SELECT undistribute_table('TABLE') first."


# Citus's own tables and functions, found by name: only its extension brings them.
_HAS_CITUS = "SELECT to_regclass('pg_dist_node') IS NOT NULL"
_KNOWS_COORDINATOR = "SELECT EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0)"
# 'h': spread by a column's hash. 't': whole everywhere. Any other is managed, but local.
_SPREAD_ALREADY = """
SELECT c.relname, coalesce(column_to_column_name(d.logicalrelid, d.partkey), '')
FROM pg_dist_partition d JOIN pg_class c ON c.oid = d.logicalrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s)
  AND (d.partmethod = 'h' OR d.repmodel = 't')
"""
# Citus would take a local table at the other end under its management too, and so on along every
# foreign key, until the whole database has its limits.
_KEYS_OF = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0 AND conrelid = to_regclass(%s) ORDER BY conname
"""
# What a table held before is copied to the machines and lies hidden on the coordinator as well.
_HOLDS_ROWS = """
SELECT coalesce(sum(pg_relation_size(part)), 0) > 0 FROM (
  SELECT to_regclass(%(table)s) UNION SELECT relid FROM pg_partition_tree(to_regclass(%(table)s))
) AS parts (part)
"""
_DROP_KEY = "ALTER TABLE {} DROP CONSTRAINT {}"
_COPY_TO_ALL = "SELECT create_reference_table({})"
_SPREAD_BY = "SELECT create_distributed_table({}, {})"
_FORGET_LOCAL = "SELECT truncate_local_data_after_distributing_table({})"


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
    if not _answer(cursor, _HAS_CITUS):
        raise CitusMissing
    if not _answer(cursor, _KNOWS_COORDINATOR):
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
        if _answer(cursor, _HOLDS_ROWS, {"table": f"public.{table}"}):
            yield _text(_FORGET_LOCAL, composed.Literal(f"public.{table}"))


def _spread_already(cursor: CursorWrapper) -> dict[str, str]:
    """The tables that are spread, with the column; none without a cluster."""
    if not _answer(cursor, _HAS_CITUS):
        return {}
    cursor.execute(_SPREAD_ALREADY, [list(SPREAD)])
    return dict(cursor.fetchall())


def _keys_dropped(cursor: CursorWrapper, table: str) -> Iterator[str]:
    cursor.execute(_KEYS_OF, [f"public.{table}"])
    for (name,) in cursor.fetchall():
        yield _text(_DROP_KEY, composed.Identifier("public", table), composed.Identifier(name))


def _spread(table: str, column: str) -> str:
    name = composed.Literal(f"public.{table}")
    if not column:
        return _text(_COPY_TO_ALL, name)
    return _text(_SPREAD_BY, name, composed.Literal(column))


def _answer(cursor: CursorWrapper, question: str, parameters: Any = None) -> bool:
    cursor.execute(question, parameters)
    return bool(cursor.fetchone()[0])


def _text(statement: str, *parts: composed.Composable) -> str:
    return composed.SQL(statement).format(*parts).as_string(None)
