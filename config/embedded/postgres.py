"""PostgreSQL 18: made once, started, given its roles, stopped."""

import shlex
import shutil
from pathlib import Path

from config.embedded.accounts import current_account
from config.embedded.binaries import postgres_programs
from config.embedded.errors import EmbeddedError
from config.embedded.places import SOCKET_NAME, Place, private_folder
from config.embedded.processes import run, wait_until, workers_in, works_in

START_SECONDS = 120
STOP_SECONDS = 60
OWNER, APP, DATABASE = "healthcode_owner", "healthcode_app", "healthcode"

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # One server, no replica: COPY into new tables then skips the log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # A statement over all daily partitions locks each of them and its indexes.
    "max_locks_per_transaction": "512",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log must not repeat statements or key values: they may hold personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
NO_FSYNC = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}

# Peer: the kernel names the caller, so there is no password that could leak.
HBA = "local all all peer map=healthcode\n"
ROLES_SQL = f"""
SELECT 'CREATE ROLE {OWNER} LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {APP} LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP}') \\gexec
SELECT 'GRANT {APP} TO {OWNER}'
 WHERE NOT pg_has_role('{OWNER}', '{APP}', 'MEMBER') \\gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""  # noqa: S608


def url(place: Place, role: str) -> str:
    """The connection URL of a role, understood by libpq and by Django's settings alike."""
    return f"postgresql://{role}@:5432/{DATABASE}?host={place.sockets}"


def is_up(place: Place) -> bool:
    """Whether the instance's own server runs (its pid file may be a leftover)."""
    pid = _recorded_pid(place.database)
    return pid is not None and works_in(pid, place.database)


def start(place: Place, *, fsync: bool = True) -> bool:
    """Start the server and see to its roles and database; False if it was already up."""
    if is_up(place):
        return False
    if not place.database.exists():
        _create(place)
    _forget_dead_server(place)
    _launch(place, fsync)
    _psql(place, ROLES_SQL)
    return True


def stop(place: Place) -> bool:
    """Stop the server, at once if it does not end politely; False if none was up."""
    if not is_up(place):
        return False
    try:
        _pg_ctl(place, "stop", "-m", "fast", "-t", str(STOP_SECONDS))
    except EmbeddedError:
        _pg_ctl(place, "stop", "-m", "immediate", "-t", str(STOP_SECONDS))
    return True


def log_of(place: Place) -> Path:
    """The server's log file."""
    return place.home / "postgres.log"


def _create(place: Place) -> None:
    """Make the data directory under another name first, so that a half-made one is never used."""
    unfinished = place.home / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    private_folder(unfinished, place.account)
    options = "--username=postgres --encoding=UTF8 --auth=peer --no-instructions --no-sync"
    locale = "--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C"
    program = postgres_programs() / "initdb"
    command = [str(program), "-D", str(unfinished), *options.split(), *locale.split()]
    run(command, account=place.account, folder=place.home)
    (unfinished / "pg_hba.conf").write_text(HBA)
    (unfinished / "pg_ident.conf").write_text(_identities(place))
    unfinished.rename(place.database)


def _identities(place: Place) -> str:
    """Which OS users may connect, and as which roles."""
    users = {place.account.name, current_account().name}
    roles = ("postgres", OWNER, APP)
    return "".join(f'healthcode "{user}" {role}\n' for user in sorted(users) for role in roles)


def _forget_dead_server(place: Place) -> None:
    """Let the orphans of a killed server end, then drop the files that name it.

    The number in them may belong to another program by now, and PostgreSQL would
    then refuse to start.
    """
    wait_until(lambda: not workers_in(place.database), seconds=STOP_SECONDS)
    for file in (place.database / "postmaster.pid", place.sockets / f"{SOCKET_NAME}.lock"):
        file.unlink(missing_ok=True)


def _launch(place: Place, fsync: bool) -> None:
    settings = SETTINGS | ({} if fsync else NO_FSYNC)
    settings |= {"unix_socket_directories": str(place.sockets)}
    options = shlex.join(f"--{name}={value}" for name, value in settings.items())
    try:
        _pg_ctl(place, "start", "-w", "-t", str(START_SECONDS), "-l", log_of(place), "-o", options)
    except EmbeddedError as error:
        raise EmbeddedError(f"{error}\n{_last_lines(log_of(place))}") from error


def _last_lines(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def _pg_ctl(place: Place, *arguments: str | Path) -> None:
    command: list[str | Path] = [postgres_programs() / "pg_ctl", "-D", place.database]
    run([*command, *arguments], account=place.account, folder=place.home)


def _psql(place: Place, script: str) -> None:
    target = ["-U", "postgres", "-d", "postgres", "-h", str(place.sockets), "-p", "5432"]
    command = [str(postgres_programs() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *target]
    run(command, account=place.account, folder=place.home, stdin=script)


def _recorded_pid(database: Path) -> int | None:
    try:
        return int((database / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
