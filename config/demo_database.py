"""The demo's database: whether its city is written, and writing it.

What was done is recorded as a comment on the database itself, so that the record is lost
and kept together with the data.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from config import embedded
from config.city import City, write_city
from config.environment import VAR, EnvironmentRefused

BEGUN = "healthcode: a demo city is being written"
WRITTEN = "healthcode: a demo city is written"


def make_room(environment: Mapping[str, str], *, anew: bool) -> bool:
    """Whether a city is to be written; a half-written one, or any if `anew`, is removed first.

    Only the embedded database is ever removed: EnvironmentRefused for another one.
    """
    record = _record(environment)
    if record is None:
        return True
    if record == WRITTEN and not anew:
        return False
    ours = embedded.instance_urls("demo")["MIGRATE_DATABASE_URL"]
    if environment["MIGRATE_DATABASE_URL"] != ours:
        raise EnvironmentRefused("the given database holds a city, or half of one: empty it first")
    _recreate(environment)
    return True


def fill(environment: Mapping[str, str], city: City) -> None:
    """Write the city and record that it was done."""
    print(f"Writing a city of {city.citizens:,} people, once …", flush=True)
    _set_record(environment, BEGUN)
    write_city(environment, city, VAR / "city")
    _set_record(environment, WRITTEN)


def _record(environment: Mapping[str, str]) -> str | None:
    with _as_owner(environment) as connection:
        query = """
            SELECT shobj_description(oid, 'pg_database')
            FROM pg_database WHERE datname = current_database()
        """
        row = connection.execute(query).fetchone()
    return row[0] if row else None


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
    return psycopg.connect(environment["MIGRATE_DATABASE_URL"], **options)  # type: ignore[arg-type]
