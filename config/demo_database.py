"""The demo's database: whether its city is written, and writing it.

What was done is recorded as a comment on the database itself, so that the record is lost
and kept together with the data.
"""

import hashlib
from collections.abc import Mapping

import psycopg
from psycopg import sql

from config import embedded
from config.city import City, write_city
from config.environment import VAR, EnvironmentRefused

OWNER = "MIGRATE_DATABASE_URL"
BEGUN = "healthcode: a demo city is being written"
WRITTEN = "healthcode: a demo city is written"


def make_room(environment: Mapping[str, str], *, anew: bool) -> bool:
    """Whether a city is to be written; a half-written one, or any if `anew`, is removed first.

    Only the embedded database is ever removed; another one has to be empty, so that no demo
    ever migrates a database of somebody else's: EnvironmentRefused.
    """
    record = _record(environment)
    if record == _written_with(environment) and not anew:
        return False
    ours = environment[OWNER] == embedded.instance_urls("demo")[OWNER]
    if not ours and _holds_tables(environment):
        raise EnvironmentRefused("the given database is not empty: a demo begins with an empty one")
    if record is not None:
        _recreate(environment)
    return True


def fill(environment: Mapping[str, str], city: City) -> None:
    """Write the city and record that it was done."""
    print(f"Writing a city of {city.citizens:,} people, once …", flush=True)
    _set_record(environment, BEGUN)
    write_city(environment, city, VAR / "city")
    _set_record(environment, _written_with(environment))


def _written_with(environment: Mapping[str, str]) -> str:
    """The record of a whole city; without the keys it was sealed with nobody can read it."""
    key = environment["HEALTHCODE_FINGERPRINT_KEY"]
    return f"{WRITTEN} with the keys {hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _record(environment: Mapping[str, str]) -> str | None:
    with _as_owner(environment) as connection:
        query = """
            SELECT shobj_description(oid, 'pg_database')
            FROM pg_database WHERE datname = current_database()
        """
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def _holds_tables(environment: Mapping[str, str]) -> bool:
    with _as_owner(environment) as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _set_record(environment: Mapping[str, str], record: str) -> None:
    with _as_owner(environment) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(record))
        )


def _recreate(environment: Mapping[str, str]) -> None:
    with _as_owner(environment) as connection:
        name = sql.Identifier(connection.info.dbname)
    with _as_owner(environment, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


def _as_owner(environment: Mapping[str, str], **options: object) -> psycopg.Connection:
    return psycopg.connect(environment[OWNER], **options)  # type: ignore[arg-type]
