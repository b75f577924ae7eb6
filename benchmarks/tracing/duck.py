"""The same city and the same questions in DuckDB: what a column store on the same cores does."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import psycopg

from benchmarks.tracing.city import Plan
from benchmarks.tracing.questions import Question
from tracing.queries import Meeting


class Pair(NamedTuple):
    """A meeting, as far as both can say it alike."""

    via_id: int
    citizen_id: int
    vehicle: str
    close_quarters: bool
    seconds: float
    rows_apart: int | None
    told: bool
    pieces: int


def opened(file: Path, plan: Plan, say: Callable[[str], None]) -> duckdb.DuckDBPyConnection:
    """The exported city, exported if that was not done before."""
    whole = file.exists()
    unfinished = file.with_suffix(".new")
    if not whole:
        unfinished.unlink(missing_ok=True)
        with duckdb.connect(str(unfinished)) as copy:
            _export(copy, plan, file.with_suffix(".csv"))
        unfinished.rename(file)
        say("copied into DuckDB")
    return duckdb.connect(str(file), read_only=True, config={"threads": os.cpu_count() or 1})


def answer(copy: duckdb.DuckDBPyConnection, question: Question) -> list[Pair]:
    """Its answer, in rows as a trace would read them."""
    given = {name: _seconds(value) for name, value in question.parameters.items()}
    given["least"] = question.least_minutes * 60
    return [Pair._make(row) for row in copy.execute(_MEETINGS, given).fetchall()]


def alike(meetings: list[Meeting]) -> set[Pair]:
    """The tracer's answer in the same words."""
    return {
        Pair(*one[:4], one.seconds, one.rows_apart, one.told, len(one.places or "1"))
        for one in meetings
    }


def _seconds(value: object) -> object:
    if isinstance(value, list):
        return [_seconds(one) for one in value]
    stamp = getattr(value, "timestamp", None)
    return int(stamp()) if stamp else value


def _export(copy: duckdb.DuckDBPyConnection, plan: Plan, passing: Path) -> None:
    """Day by day, each in the order of its places, so that few blocks hold a place."""
    copy.execute(_TABLES)
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for day in plan.days:
            until = day + timedelta(days=1)
            _write(connection, passing, _VISITS, {"since": day, "until": until})
            copy.execute(_TAKE_VISITS, [str(passing), _COLUMNS])
        _write(connection, passing, _PLACES, {})
        copy.execute(_TAKE_PLACES, [str(passing)])
    passing.unlink()


def _write(
    connection: psycopg.Connection, passing: Path, query: str, given: dict[str, object]
) -> None:
    with passing.open("wb") as file, psycopg.ClientCursor(connection) as cursor:
        text = cursor.mogrify(f"COPY ({query}) TO STDOUT (FORMAT csv)", given)
        with cursor.copy(text) as rows:
            for block in rows:
                file.write(block)


_TABLES = """
CREATE TABLE visit (place_id BIGINT, entered BIGINT, citizen_id BIGINT, "left" BIGINT,
  seat_row SMALLINT, told BOOLEAN);
CREATE TABLE place (id BIGINT PRIMARY KEY, vehicle VARCHAR, close_quarters BOOLEAN, longest BIGINT)
"""
_TAKE_VISITS = """
INSERT INTO visit FROM read_csv($1, header=false, columns=$2) ORDER BY place_id, entered
"""
# CSV cannot tell nothing from an empty word.
_TAKE_PLACES = """
INSERT INTO place SELECT column0, coalesce(column1, ''), column2, column3
FROM read_csv($1, header=false)
"""
_COLUMNS = {
    "place_id": "BIGINT",
    "entered": "BIGINT",
    "citizen_id": "BIGINT",
    "left": "BIGINT",
    "seat_row": "SMALLINT",
    "told": "BOOLEAN",
}
_VISITS = """
SELECT place_id, date_part('epoch', entered_at)::bigint, citizen_id,
  date_part('epoch', left_at)::bigint, seat_row, source = 'self'
FROM tracing_visit WHERE entered_at >= %(since)s AND entered_at < %(until)s
"""
_PLACES = """
SELECT id, vehicle, close_quarters, date_part('epoch', max_stay)::bigint FROM tracing_place
"""
# The tracer's own steps. Seconds are whole here; a window of hours is one of seconds.
_MEETINGS = """
WITH source AS (
  SELECT unnest($citizens::BIGINT[]) AS via_id, unnest($since::BIGINT[]) AS since,
    unnest($until::BIGINT[]) AS until
), v AS MATERIALIZED (
  SELECT s.via_id, a.place_id, greatest(a.entered, s.since) AS f, least(a."left", s.until) AS l,
    greatest(a.entered, s.since) - p.longest AS e, a.seat_row, a.told, p.vehicle,
    p.close_quarters, CASE WHEN p.vehicle IN ('', 'metro') THEN 0 ELSE p.id END AS run
  FROM source s
  JOIN visit a ON a.citizen_id = s.via_id AND a.entered > s.since - 86400 AND a.entered < s.until
    AND a."left" > s.since AND a.entered > $earliest AND a.entered < $latest
  JOIN place p ON p.id = a.place_id
), met AS MATERIALIZED (
  SELECT v.via_id, o.citizen_id, v.vehicle, v.close_quarters, v.run, v.told OR o.told AS told,
    v.place_id, greatest(o.entered, v.f) AS f, least(o."left", v.l) AS l,
    CASE WHEN o.seat_row > 0 AND v.seat_row > 0 THEN abs(o.seat_row - v.seat_row) END AS apart
  FROM v JOIN visit o ON o.place_id = v.place_id AND o.entered > v.e AND o.entered < v.l
    AND o."left" > v.f AND o.entered > $earliest AND o.entered < $latest
  WHERE o.citizen_id <> v.via_id
), pair AS MATERIALIZED (
  SELECT via_id, citizen_id, vehicle, close_quarters, run, told, count(*) AS pieces, min(f) AS f,
    max(l) AS l, min(apart) AS apart
  FROM met GROUP BY ALL HAVING max(l) - min(f) >= $least
), piece AS (
  SELECT m.*, greatest(m.f, max(m.l) OVER earlier) AS starts,
    greatest(m.l, max(m.l) OVER earlier) AS ends
  FROM met m SEMI JOIN (FROM pair WHERE pieces > 1) p
    USING (via_id, citizen_id, vehicle, close_quarters, run, told)
  WINDOW earlier AS (PARTITION BY via_id, citizen_id, vehicle, close_quarters, run, told
    ORDER BY m.f ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), windowed AS (
  SELECT *, sum(ends - starts) OVER w
    - greatest(0, max(ends) OVER w - starts - $window * 3600) AS together
  FROM piece
  WINDOW w AS (PARTITION BY via_id, citizen_id, vehicle, close_quarters, run, told
    ORDER BY starts RANGE BETWEEN CURRENT ROW AND $window * 3600 FOLLOWING)
), many AS (
  SELECT via_id, citizen_id, vehicle, close_quarters, run, told, max(together) AS together
  FROM windowed GROUP BY ALL
), timed AS (
  SELECT p.*, coalesce(m.together, least(p.l - p.f, $window * 3600)) AS together
  FROM pair p LEFT JOIN many m
    USING (via_id, citizen_id, vehicle, close_quarters, run, told)
)
SELECT via_id, citizen_id, vehicle, close_quarters, together::DOUBLE, apart, told, pieces
FROM timed WHERE together >= $least
"""
