"""`python -m tests.citus [PYTEST ARGUMENTS]`: the tracing tests on a Citus cluster.

CITUS_URL is a database on the cluster's coordinator in which nobody lives, as `healthcode_owner`;
`healthcode_app` is let in with the same password (docs/operations.md). A cluster's database cannot
be copied, so what commits, races or wants the test city is left out: the rest rolls back.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from config import embedded
from config.environment import EnvironmentRefused, kept_secrets, refuse_production
from config.manage import ManageFailed, manage
from tests import databases
from tests.run import SETTINGS, see_to_signing_keys

SKIPPED = "skipped: CITUS_URL is not set, so there is no cluster to run the tracing tests on"
INHABITED = "CITUS_URL names a database in which people live: the tests want one of their own"
WHAT_ROLLS_BACK = ["-p", "no:xdist", "-m", "not serial"]
OWNER, APP = "healthcode_owner", "healthcode_app"


def main(arguments: Sequence[str]) -> int:
    """Prepare the cluster's database and run the tests in it; 0 if all passed or none could."""
    url = os.environ.get("CITUS_URL")
    if not url:
        print(f"tests: {SKIPPED}")
        return 0
    try:
        refuse_production("test")
        with embedded.running("test", fsync=False) as urls:
            os.environ.update(SETTINGS | kept_secrets("test") | urls | _both_roles(url))
            see_to_signing_keys(os.environ)
            _prepare(url)
            databases.copy_of = _the_one_database
            return pytest.main([*WHAT_ROLLS_BACK, *(arguments or ["tests/tracing"])])
    except (embedded.EmbeddedError, EnvironmentRefused, ManageFailed) as error:
        print(f"tests: {error}", file=sys.stderr)
        return 1


def _both_roles(url: str) -> dict[str, str]:
    """The address as the owner, and the same one as the service."""
    parts = urlsplit(url)
    if parts.username != OWNER:
        raise EnvironmentRefused(f"CITUS_URL is an address of {OWNER}")
    app = parts._replace(netloc=parts.netloc.replace(OWNER, APP, 1))
    return {"MIGRATE_DATABASE_URL": url, "DATABASE_URL": urlunsplit(app)}


def _prepare(url: str) -> None:
    """Tables, partitions and their distribution, as in production."""
    with closing(psycopg.connect(url)) as server:
        made = server.execute("SELECT to_regclass('accounts_citizen') IS NOT NULL").fetchone()
        if made == (True,) and server.execute("SELECT FROM accounts_citizen LIMIT 1").rowcount:
            raise EnvironmentRefused(INHABITED)
    manage(os.environ, "migrate", "--database", "owner", "--skip-checks", "--verbosity", "0")
    # Some days are there when the tables are distributed; the others are made afterwards.
    manage(os.environ, "make_partitions")
    manage(os.environ, "distribute_tables")
    manage(os.environ, "make_partitions", "--now", databases.TEST_CLOCK)


@contextmanager
def _the_one_database(kind: str) -> Iterator[str]:
    yield urlsplit(os.environ["DATABASE_URL"]).path.removeprefix("/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
