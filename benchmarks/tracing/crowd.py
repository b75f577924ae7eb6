"""A hundred thousand people in one hall at once: what a trace through it costs."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

from accounts.errors import DomainError
from benchmarks.tracing.city import Plan
from benchmarks.tracing.questions import Question
from tracing.queries import Source

Row = tuple[str, float, str]
PEOPLE, SOURCES = 100_000, 300
#: Whom these meet, on one connection, stays below TRACE_MOST_MEETINGS.
FEW = 4
MIB = 1024


def crowd(plan: Plan) -> list[Row]:
    """Hop 1 of one of them, hop 2 of a few, and hop 2 of three hundred, which is refused."""
    with _hall(plan):
        return [
            *_answered("hop 1 of one of them", _met_by(plan, 1, least_minutes=1)),
            *_answered(f"hop 2 of {FEW}", _met_by(plan, FEW, least_minutes=15)),
            *_refused(_met_by(plan, SOURCES, least_minutes=15)),
        ]


def _met_by(plan: Plan, sources: int, *, least_minutes: int) -> Question:
    since = plan.now - timedelta(hours=4)
    return Question([Source(n, since, plan.now) for n in range(1, sources + 1)], least_minutes)


def _answered(name: str, question: Question) -> list[Row]:
    start = time.perf_counter()
    found = len(question.answer())
    return [
        (f"100,000 in one place: {name}", time.perf_counter() - start, "s"),
        (f"100,000 in one place: {name}, met", found, ""),
    ]


def _refused(many: Question) -> list[Row]:
    start = time.perf_counter()
    try:
        many.answer()
    except DomainError as error:
        print(f"100,000 in one place, hop 2 of 300: {error.code}")
    seconds = time.perf_counter() - start
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    return [
        ("100,000 in one place: hop 2 of 300, refused after", seconds, "s"),
        ("largest size of this process so far", largest, "MiB"),
    ]


@contextmanager
def _hall(plan: Plan) -> Iterator[None]:
    """An evening in a hall, taken out again afterwards."""
    given = {"people": PEOPLE, "at": plan.now - timedelta(hours=3), "place": plan.places + 1}
    url = os.environ["MIGRATE_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_GO_OUT, given)
        connection.execute(_PLACE, given)
    try:
        yield
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DELETE FROM tracing_visit WHERE place_id = %(place)s", given)
            connection.execute("DELETE FROM tracing_place WHERE id = %(place)s", given)


_PLACE = """
INSERT INTO tracing_place (id, vehicle, service, departs_at, carriage, district, close_quarters,
  closed_space, assumed_stay, max_stay)
VALUES (%(place)s, 'ship', 'hall', %(at)s, '', '', false, true, '3 h', '12 h')
"""
_GO_OUT = """
INSERT INTO tracing_visit (place_id, entered_at, citizen_id, left_at, left_by, source)
SELECT %(place)s, %(at)s + interval '1 second' * (n %% 1800), n, %(at)s + interval '3 hours',
  'scan', 'scan'
FROM generate_series(1, %(people)s) AS n
"""
