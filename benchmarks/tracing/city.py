"""The generated city, written straight into the tables: sets in SQL, indexes made afterwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from benchmarks.population import settle_citizens
from benchmarks.tracing.habits import (
    DAY,
    DAYS,
    KINDS,
    ROWS,
    SEATS,
    SEVENTH,
    TRAIN,
    VISITS_EACH,
    Stay,
)
from tracing.services.places import closed_space
from tracing.windows import stay_aboard, stay_in_zone

LOCAL = ZoneInfo("Asia/Shanghai")
WORKERS = 2


class Plan(NamedTuple):
    """How large a city and on which day; kept in the database, so that it can be used again.

    `places` is known once it is built: their ids are 1 to so many.
    """

    visits: int
    today: date
    places: int = 0

    @property
    def citizens(self) -> int:
        """How many people make so many visits."""
        return self.visits // VISITS_EACH

    @property
    def now(self) -> datetime:
        """The instant at which it is traced: the first of the day after the last visit."""
        return datetime.combine(self.today, time(), LOCAL)

    @property
    def days(self) -> list[datetime]:
        """The midnights with which the days of the visits begin."""
        first = self.today - timedelta(days=DAYS)
        return [datetime.combine(first + timedelta(days=n), time(), LOCAL) for n in range(DAYS)]


class Places(NamedTuple):
    """Ids of the places of a kind: one after the other from `first`."""

    first: int
    count: int


def found(url: str) -> Plan | None:
    """The city that this database holds whole; None: there is none."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('public.bench_city')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT visits, today, places FROM bench_city").fetchone()
        return None if row is None else Plan(*row)


def build(url: str, plan: Plan, say: Callable[[str], None]) -> None:
    """Write people, homes, places and visits as the owner of the tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        settle_citizens(connection, people=plan.citizens, now=plan.now)
        given = {"people": plan.citizens, "since": plan.now - timedelta(days=900)}
        connection.execute(_HOMES, given)
        places = {name: _make_places(connection, name, plan) for name in KINDS}
        trains = _make_trains(connection, plan)
        say("people and places")
    _pour(url, plan, places, trains, say)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE tracing_place, accounts_membership, accounts_citizen")
        connection.execute(_BUILT, plan._asdict())


def _make_places(connection: psycopg.Connection, name: str, plan: Plan) -> Places:
    """As `ensure_place` would make them, all at once."""
    kind = KINDS[name]
    stay = stay_in_zone(kind.venue, kind.zone)
    given = kind._asdict() | {
        "count": max(1, plan.citizens // kind.citizens),
        "closed_space": closed_space(kind.zone, ""),
        "assumed": stay.assumed,
        "longest": stay.longest,
    }
    row = connection.execute(_PLACES, given).fetchone()
    assert row is not None
    return Places(*row)


def _make_trains(connection: psycopg.Connection, plan: Plan) -> Places:
    """Carriages of every day: those of the first day first."""
    count = max(1, plan.citizens // SEVENTH // SEATS)
    stay = stay_aboard("train_sealed")
    given = {
        "days": plan.days,
        "count": count,
        "assumed": stay.assumed,
        "longest": stay.longest,
        "departs": timedelta(seconds=TRAIN.opens),
    }
    row = connection.execute(_TRAINS, given).fetchone()
    assert row is not None
    return Places(row[0], count)


def _pour(
    url: str, plan: Plan, places: dict[str, Places], trains: Places, say: Callable[[str], None]
) -> None:
    """Every day into its own partition, taken out of the table meanwhile, several at a time."""
    days = [f"tracing_visit_{day:%Y%m%d}" for day in plan.days]
    with psycopg.connect(url) as connection:
        for name in days:
            connection.execute(_part("ALTER TABLE tracing_visit DETACH PARTITION {}", name))

    def pour(number: int) -> None:
        _pour_day(url, plan, number, places, trains)
        say(f"day {number + 1} of {DAYS}")

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(pour, range(DAYS)))
    with psycopg.connect(url) as connection:
        for name, day in zip(days, plan.days, strict=True):
            bounds = {"since": day.isoformat(), "until": (day + timedelta(days=1)).isoformat()}
            connection.execute(_part(_ATTACH, name, **bounds))
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda name: _tidy(url, name), days))
    _tidy(url, "ONLY tracing_visit")
    say("tidied")


def _pour_day(url: str, plan: Plan, number: int, places: dict[str, Places], trains: Places) -> None:
    """In one transaction: rows of a table that is new in it are not written to the log."""
    day = plan.days[number]
    name = f"tracing_visit_{day:%Y%m%d}"
    with psycopg.connect(url) as connection:
        connection.execute("SELECT setseed(%s)", [number / DAYS])
        connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
        _strip(connection, name)
        for stay in DAY:
            connection.execute(_part(_VISITS, name), _of(stay, plan, day, places[stay.kind]))
        first = trains.first + number * trains.count
        aboard = _of(TRAIN, plan, day, Places(first, trains.count))
        aboard |= {"seventh": SEVENTH, "turn": number % SEVENTH, "rows": ROWS}
        connection.execute(_part(_TRAIN_VISITS, name), aboard)
        connection.execute(_part(_KEY, name))
        connection.execute(_part(_INDEX, name))


def _of(stay: Stay, plan: Plan, day: datetime, places: Places) -> dict[str, object]:
    return stay._asdict() | places._asdict() | {"day": day, "people": plan.citizens}


def _strip(connection: psycopg.Connection, name: str) -> None:
    connection.execute(_part("TRUNCATE {}", name))
    for (key,) in connection.execute(_KEY_OF, [name]).fetchall():
        dropped = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        connection.execute(dropped.format(sql.Identifier(name), sql.Identifier(key)))
    for (index,) in connection.execute(_INDEXES_OF, [name]).fetchall():
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))


def _tidy(url: str, name: str) -> None:
    """So that every page is known to be visible to all, and reading the index is enough."""
    with psycopg.connect(url, autocommit=True) as connection:
        command = "ANALYZE" if name.startswith("ONLY") else "VACUUM (FREEZE, ANALYZE)"
        connection.execute(f"{command} {name}")


def _part(text: str, name: str, **more: object) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(name), **more)


_BUILT = """
CREATE TABLE bench_city AS
SELECT %(visits)s::bigint AS visits, %(today)s::date AS today, max(id) AS places FROM tracing_place
"""
_HOMES = """
INSERT INTO accounts_membership (citizen_id, kind, "group", starts_at)
SELECT n, 'household', 1 + n / 3, %(since)s FROM generate_series(1, %(people)s) AS n
"""
_PLACES = """
WITH venue AS (
  INSERT INTO tracing_venue (ref, name, kind, district, community, is_active)
  SELECT md5(%(venue)s || n), %(venue)s || n, %(venue)s, '310106', '', true
  FROM generate_series(1, %(count)s) AS n RETURNING id
), zone AS (
  INSERT INTO tracing_zone (venue_id, name, kind, close_quarters, ventilation)
  SELECT id, '1', %(zone)s, id %% 100 < %(close)s, '' FROM venue RETURNING id, close_quarters
), place AS (
  INSERT INTO tracing_place (zone_id, vehicle, service, carriage, district, close_quarters,
    closed_space, assumed_stay, max_stay)
  SELECT id, '', '', '', '310106', close_quarters, %(closed_space)s, %(assumed)s, %(longest)s
  FROM zone RETURNING id
)
SELECT min(id), count(*) FROM place
"""
_TRAINS = """
WITH place AS (
  INSERT INTO tracing_place (vehicle, service, departs_at, carriage, district, close_quarters,
    closed_space, assumed_stay, max_stay)
  SELECT 'train_sealed', 'G' || n, day + %(departs)s, '1', '', false, true, %(assumed)s,
    %(longest)s
  FROM unnest(%(days)s::timestamptz[]) WITH ORDINALITY AS of (day, number),
    generate_series(1, %(count)s) AS n ORDER BY number, n RETURNING id
)
SELECT min(id) FROM place
"""
# Of places that are not one's own, the tenth that is liked best has a third of the visits more.
_VISITS = """
INSERT INTO {} (place_id, entered_at, citizen_id, left_at, left_by, seat_row, source)
SELECT place, entered, n, entered + interval '1 second' * lasts, left_by, NULL, 'scan'
FROM (SELECT n,
    %(first)s + CASE WHEN %(own)s THEN n::bigint * 7919 %% %(count)s
      WHEN random() < 0.3 THEN floor(random() * greatest(1, %(count)s / 10))::bigint
      ELSE floor(random() * %(count)s)::bigint END AS place,
    %(day)s + interval '1 second'
      * floor(%(opens)s + random() * (%(closes)s - %(opens)s)) AS entered,
    floor(%(least)s + random() * (%(most)s - %(least)s)) AS lasts,
    CASE WHEN random() < 0.5 THEN 'next' ELSE 'scan' END AS left_by
  FROM generate_series(1, %(people)s) AS n) AS stay
"""
_TRAIN_VISITS = """
INSERT INTO {} (place_id, entered_at, citizen_id, left_at, left_by, seat_row, source)
SELECT %(first)s + floor(random() * %(count)s)::bigint, entered, n,
  entered + interval '1 second' * floor(%(least)s + random() * (%(most)s - %(least)s)), 'trip',
  1 + floor(random() * %(rows)s), 'trip'
FROM (SELECT n, %(day)s + interval '1 second'
    * floor(%(opens)s + random() * (%(closes)s - %(opens)s)) AS entered
  FROM generate_series(1, %(people)s) AS n WHERE n %% %(seventh)s = %(turn)s) AS stay
"""
_KEY = """
ALTER TABLE {} ADD PRIMARY KEY (place_id, entered_at, citizen_id)
  INCLUDE (left_at, seat_row, source)
"""
_INDEX = """
CREATE INDEX ON {} (citizen_id, entered_at) INCLUDE (place_id, left_at, seat_row, source)
"""
_ATTACH = "ALTER TABLE tracing_visit ATTACH PARTITION {} FOR VALUES FROM ({since}) TO ({until})"
_KEY_OF = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"
_INDEXES_OF = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
"""
