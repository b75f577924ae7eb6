"""A city that exists for one block on one connection, beside the real one and without it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import ProgrammingError, connection, transaction
from psycopg import sql as composed
from psycopg.errors import InsufficientPrivilege

from tracing import sql
from tracing.errors import ReplayRefused
from tracing.services.calibrate.files import FaceToFace


@contextmanager
def scratch_city(rows: Sequence[FaceToFace], step: int) -> Iterator[None]:
    """Inside the block a trace reads these stays of `step` seconds and nothing of the real city.

    Its tables are temporary ones of the same make and the connection's own: the app's role may
    make them (PostgreSQL grants TEMPORARY on a database to all), nobody else sees them, and the
    owner's right to make and drop real tables is not needed. However the block ends, its
    transaction is rolled back and they are gone. Raises ReplayRefused where the role was denied
    them.
    """
    with transaction.atomic():
        _make_tables()
        _fill_tables(rows, step)
        yield
        transaction.set_rollback(True)


def _make_tables() -> None:
    try:
        with connection.cursor() as cursor:
            for name in sql.SCRATCH_TABLES:
                table = composed.Identifier(name)
                cursor.execute(composed.SQL(sql.MAKE_SCRATCH).format(table, table))
            cursor.execute(sql.USE_SCRATCH)
    except ProgrammingError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise ReplayRefused(reason="the role lacks TEMPORARY on the database") from error
        raise


def _fill_tables(rows: Sequence[FaceToFace], step: int) -> None:
    columns = dict(zip(FaceToFace._fields, map(list, zip(*rows, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(sql.SCRATCH_PLACES, {"rows": len(rows), "step": step})
        cursor.execute(sql.SCRATCH_VISITS, {"step": step, **columns})
        cursor.execute(sql.COUNT_SCRATCH)
