"""Writing a city into the database: everything large goes in by COPY."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from struct import Struct
from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg import sql

from tracing.models import LeftBy
from tracing.services.city.mobility import Stay

VISIT_COLUMNS = ("place_id", "entered_at", "citizen_id", "left_at", "left_by", "seat_row")
RESERVE_IDS = """
SELECT nextval(pg_get_serial_sequence(%(table)s, 'id')) FROM generate_series(1, %(count)s)
"""
# PostgreSQL counts microseconds from 2000 and begins and ends a binary COPY with these bytes.
EPOCH = 946_684_800
HEADER, TRAILER = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
NULL = -1


class Writer:
    """One cursor, one transaction."""

    def __init__(self, cursor: CursorWrapper) -> None:
        """Write through this cursor alone."""
        self._cursor = cursor

    def reserve(self, table: str, count: int) -> list[int]:
        """Take so many ids from a table's sequence, in order."""
        self._cursor.execute(RESERVE_IDS, {"table": table, "count": count})
        return [number for (number,) in self._cursor.fetchall()]

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write rows as they come; none is kept."""
        with self._cursor.copy(_statement(table, columns, "text")) as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def visits(self) -> Iterator[Callable[[bytes], None]]:
        """Yield a function that writes packed visits; all are stored when the block ends."""
        statement = _statement("tracing_visit", VISIT_COLUMNS, "binary")
        with self._cursor.copy(statement) as copy:
            copy.write(HEADER)
            yield copy.write
            copy.write(TRAILER)


def _statement(table: str, columns: Sequence[str], form: str) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(form)
    )


def pack_stays(stays: Iterable[Stay], citizen_id: int, until: int) -> bytes:
    """Visits in the form of a binary COPY; stays that last beyond `until` are left out."""
    packed = []
    for place_id, entered, left, left_by in stays:
        if left <= until:
            pack, word = _PACKERS[left_by]
            start, end = (entered - EPOCH) * 1_000_000, (left - EPOCH) * 1_000_000
            size = len(word)
            packed.append(pack(6, 8, place_id, 8, start, 8, citizen_id, 8, end, size, word, NULL))
    return b"".join(packed)


# Number of fields; length and value of each; a seat row of length -1 is null.
_PACKERS = {
    word.value: (Struct(f">hiqiqiqiqi{len(word.value)}si").pack, word.value.encode())
    for word in LeftBy
}
