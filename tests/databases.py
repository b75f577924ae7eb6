"""The databases of a test run: templates made once per state of the code, copies for tests.

`hc_empty_…` is migrated and holds nothing else. `hc_city_…` is the test city of 3,000
citizens. A copy belongs to one process (its name holds the number) and is dropped after use;
what a killed run left is dropped by the next one.
"""

import datetime
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from config.city import City, write_city
from config.environment import PROJECT, VAR
from config.manage import output_of

APPS = ("accounts", "healthcode", "tracing")
URL_NAMES = ("DATABASE_URL", "MIGRATE_DATABASE_URL")
CITY = City(citizens=3_000, days=7, seed=1)
# Any number, as long as every run of the tests takes the same.
TEMPLATE_LOCK = 20220918
KEPT_TEMPLATES = 3
BARE = "template1"
# The days around which most tests happen have partitions beside those around today.
TEST_CLOCK = "2022-09-19T10:00:00+08:00"
_numbers = count()


def urls_of(database: str) -> dict[str, str]:
    """The addresses of both roles for a database of this server."""
    return {name: _with_database(os.environ[name], database) for name in URL_NAMES}


@contextmanager
def copy_of(kind: str) -> Iterator[str]:
    """A fresh copy of the template `empty` or `city`, dropped afterwards; yields its name."""
    template = template_of(kind)
    name = f"hc_{os.getpid()}_{next(_numbers)}"
    with closing(_as_owner()) as server:
        _create(server, name, template)
    try:
        yield name
    finally:
        with closing(_as_owner()) as server:
            _drop(server, name)


def template_of(kind: str) -> str:
    """The name of the template for the present code, made first if it is missing."""
    name = f"hc_{kind}_{code_state(kind)}"
    base = template_of("empty") if kind == "city" else BARE
    with closing(_as_owner()) as server:
        if _exists(server, name):
            return name
        server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        drop_leftovers(server)
        if not _exists(server, name):
            _make_template(server, name, base)
    return name


@cache
def code_state(kind: str) -> str:
    """Twelve hex digits for whatever the template's content depends on.

    The day is part of it: partitions and the city's dates are made relative to it.
    """
    day = datetime.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    digest = hashlib.sha256(day.isoformat().encode())
    for path in sorted(_files_behind(kind)):
        digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    if kind == "city":
        digest.update(os.environ["HEALTHCODE_FINGERPRINT_KEY"].encode())
    return digest.hexdigest()[:12]


def drop_leftovers(server: psycopg.Connection) -> None:
    """Drop the copies of processes that are gone and all but the newest templates."""
    rows = server.execute(
        "SELECT datname FROM pg_database WHERE datname ~ '^hc_' ORDER BY oid DESC"
    )
    names = [name for (name,) in rows]
    copies = [name for name in names if (owner := _process_of(name)) and not _alive(owner)]
    for kind in ("empty", "city"):
        copies += [name for name in names if name.startswith(f"hc_{kind}_")][KEPT_TEMPLATES:]
    for name in copies:
        try:
            _drop(server, name, force=False)
        except psycopg.errors.ObjectInUse:
            continue


def _make_template(server: psycopg.Connection, name: str, base: str) -> None:
    """Build under another name, so that a template is whole or absent."""
    building = f"hc_{os.getpid()}_template"
    _drop(server, building)
    _create(server, building, base)
    if base == BARE:
        _run(building, "migrate", "--database", "owner", "--skip-checks")
        for days in ([], ["--now", TEST_CLOCK]):
            _run(building, "make_partitions", *days)
    else:
        write_city(os.environ | urls_of(building), CITY, VAR / "test-city")
    with psycopg.connect(urls_of(building)["MIGRATE_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(building), sql.Identifier(name)
        )
    )


def _run(database: str, *command: str) -> None:
    output_of(os.environ | urls_of(database), *command)


def _files_behind(kind: str) -> Iterable[Path]:
    """Migrations for the empty template; for the city all code and data of the apps."""
    yield PROJECT / "requirements" / "base.txt"
    yield Path(__file__)
    for app in APPS:
        if kind == "empty":
            yield from (PROJECT / app / "migrations").glob("*.py")
        else:
            found = (PROJECT / app).rglob("*")
            yield from (p for p in found if p.suffix in {".py", ".yaml", ".csv", ".json", ".sql"})


def _as_owner() -> psycopg.Connection:
    return psycopg.connect(os.environ["MIGRATE_DATABASE_URL"], autocommit=True)


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).rowcount == 1


def _create(server: psycopg.Connection, name: str, template: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    server.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _drop(server: psycopg.Connection, name: str, *, force: bool = True) -> None:
    statement = "DROP DATABASE IF EXISTS {} WITH (FORCE)" if force else "DROP DATABASE {}"
    server.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _process_of(name: str) -> int | None:
    found = re.fullmatch(r"hc_(\d+)_\w+", name)
    return int(found[1]) if found else None


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
