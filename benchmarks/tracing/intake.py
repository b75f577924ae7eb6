"""Visits that arrive while traces run: by COPY, on a connection of their own."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from threading import Event, Thread

import psycopg

from benchmarks.tracing.city import Plan

BATCHES_A_SECOND = 4
_COPY = "COPY tracing_visit (place_id, entered_at, citizen_id, left_at, left_by, source) FROM STDIN"


@contextmanager
def arriving(plan: Plan, later: timedelta, rate: int) -> Iterator[Callable[[], float]]:
    """So many visits a second into the day after the city's last, taken out again afterwards.

    Yields a function that tells, after the block, how many a second there were.
    """
    over, done = Event(), [0, 0.0]

    def arrive() -> None:
        rng, start = Random(4), time.perf_counter()
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            while not over.is_set():
                _copy(connection, _rows(plan, later, rng, int(done[0]), rate // BATCHES_A_SECOND))
                done[0] += rate // BATCHES_A_SECOND
                over.wait(max(0, done[0] / rate - (time.perf_counter() - start)))
        done[1] = time.perf_counter() - start

    thread = Thread(target=arrive)
    thread.start()
    try:
        yield lambda: done[0] / done[1]
    finally:
        over.set()
        thread.join()
        _forget(plan)


def _copy(connection: psycopg.Connection, rows: str) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(rows)


def _rows(plan: Plan, later: timedelta, rng: Random, number: int, count: int) -> str:
    """Text of COPY; everybody comes once before anybody comes again, and later."""
    first, last = plan.now.timestamp(), later.total_seconds()
    return "".join(
        f"{1 + rng.randrange(plan.places)}\t{_iso(at)}\t{1 + n % plan.citizens}\t{_iso(at + 900)}"
        "\tassumed\tscan\n"
        for n in range(number, number + count)
        for at in [first + rng.random() * last]
    )


def _iso(stamp: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(stamp)) + f"{stamp % 1:.6f}"[1:] + "+00"


def _forget(plan: Plan) -> None:
    with psycopg.connect(os.environ["MIGRATE_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"TRUNCATE tracing_visit_{plan.now:%Y%m%d}")
