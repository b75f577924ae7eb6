"""Reading meetings over several connections at once: a statement keeps one processor busy."""

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from tracing import sql
from tracing.errors import TraceTooWide
from tracing.queries import Meeting, Source

#: A connection is worth opening for so many sources; fewer are read before it is there.
FEWEST = 25
#: A statement groups the encounters of so many: as much as a processor keeps at hand.
AT_ONCE = 25

Ask = Callable[[Sequence[Source]], list[Meeting]]


def read_meetings(sources: Sequence[Source], ask: Ask) -> list[Meeting]:
    """What `ask` finds for all sources, each of them asked for on one connection.

    All connections see the same state of the database, that of this moment. What an open
    transaction has written no other connection sees, so then there is one. An error on any
    connection is raised here, after all have ended: TraceTooWide where one has found more than
    a trace can hold.
    """
    with _without_collector():
        return _read_all(sources, ask)


def _read_all(sources: Sequence[Source], ask: Ask) -> list[Meeting]:
    parts = _parts(sources)
    if len(parts) < 2:
        return _by_and_by(sources, ask)
    with transaction.atomic(savepoint=False):
        snapshot = _shared_snapshot()
        if snapshot is None:
            return _by_and_by(sources, ask)
        with ThreadPoolExecutor(len(parts)) as pool:
            asked = [pool.submit(_read, part, ask, snapshot) for part in parts]
        return [meeting for one in asked for meeting in one.result()]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Rows hold no cycles; to look for some among hundreds of thousands takes longer than to
    read them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _by_and_by(sources: Sequence[Source], ask: Ask) -> list[Meeting]:
    found: list[Meeting] = []
    # Each statement is planned with everybody who is known already, who are as many as the sources.
    at_once = max(AT_ONCE, len(sources) // 10)
    for first in range(0, len(sources), at_once):
        found += ask(sources[first : first + at_once])
        if len(found) > settings.TRACE_MOST_MEETINGS:
            raise TraceTooWide(limit=settings.TRACE_MOST_MEETINGS)
    return found


def _parts(sources: Sequence[Source]) -> list[list[Source]]:
    """By citizen, so that whatever is known of one source is asked once."""
    count = min(settings.TRACE_CONNECTIONS, len(sources) // FEWEST)
    return [[one for one in sources if one.citizen_id % count == n] for n in range(count)]


def _shared_snapshot() -> str | None:
    """The name of this moment's state; None: it is this transaction's own, or it cannot be named
    within a savepoint.
    """
    if connection.savepoint_ids:
        return None
    with connection.cursor() as cursor:
        cursor.execute(sql.SHARE_SNAPSHOT)
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _read(sources: Sequence[Source], ask: Ask, snapshot: str) -> list[Meeting]:
    """In a thread, whose connection is its own and closed at the end."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql.READ_ALONGSIDE)
                cursor.execute(sql.SEE_SNAPSHOT, [snapshot])
            return _by_and_by(sources, ask)
    finally:
        connection.close()
