"""Where an instance keeps its files: data, sockets, locks."""

import hashlib
import os
import re
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from config.embedded.accounts import Account, current_account, is_root, server_account
from config.embedded.errors import EmbeddedError
from config.embedded.processes import kill_workers_in

PROJECT = Path(__file__).resolve().parents[2]
# The user root lends to the servers may not enter the project's folder (it may lie under
# /root), so root's servers keep their data and programs here.
ROOT_HOME = Path("/var/lib/healthcode-embedded")
# A Unix socket's address holds 107 bytes; PostgreSQL adds a lock file with a longer name.
LONGEST_SOCKET_PATH = 99
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Place:
    """The folders of one instance and the OS user that owns its data."""

    instance: str
    account: Account
    state: Path
    home: Path
    sockets: Path

    @property
    def database(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def broker(self) -> Path:
        """Valkey's working directory."""
        return self.home / "valkey"


def place_of(instance: str) -> Place:
    """The place of an instance, its folders made where they are missing."""
    if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", instance):
        raise EmbeddedError(f"{instance!r} is no name of an instance: up to 12 letters and digits")
    account = server_account()
    state = _state_folder(instance)
    home = private_folder(shared_home() / instance, account) if is_root() else state
    return Place(instance, account, state, home, _socket_folder(home, instance, account))


def prepare(place: Place) -> None:
    """Make the place ready for a start; call it with the instance locked.

    Root's data lies outside the checkout: when it was left by another checkout at
    the same path it is deleted, so that a fresh clone starts fresh.
    """
    if place.home != place.state:
        known, found = place.state / "checkout", place.home / "checkout"
        if not known.exists():
            known.write_text(secrets.token_hex(16))
        if not found.exists() or found.read_text() != known.read_text():
            clear(place)
            found.write_text(known.read_text())
    private_folder(place.sockets, place.account)


def shared_home() -> Path:
    """The folder for what all of root's instances of this project share: the programs."""
    home = ROOT_HOME / hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    for folder in (ROOT_HOME, home):
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o755)
    return home


def folder_of_the_project(path: Path) -> None:
    """Make a folder for the project's owner, so that root locks nobody out of var/."""
    try:
        path.mkdir(mode=0o755)
    except FileExistsError:
        return
    except PermissionError as error:
        raise EmbeddedError(f"{path} cannot be made: {error.strerror}") from error
    if is_root():
        owner = PROJECT.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def private_folder(path: Path, account: Account) -> Path:
    """Make `path` with mode 0700 for `account`; an existing one must be just that."""
    try:
        path.mkdir(mode=0o700)
        if is_root():
            os.chown(path, account.uid, account.gid)
    except FileExistsError:
        found = path.lstat()
        private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
        if not private or found.st_uid != account.uid:
            raise EmbeddedError(f"{path} is in the way: it is not a private folder") from None
    return path


def clear(place: Place) -> None:
    """End what works in the place's data directories and delete what the servers stored."""
    for folder in (place.database, place.broker, place.sockets):
        kill_workers_in(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _state_folder(instance: str) -> Path:
    """The folder of locks and marks below var/; root has one of its own beside the user's."""
    folder = PROJECT / "var"
    folder_of_the_project(folder)
    folder_of_the_project(folder / "embedded")
    name = f"{instance}.root" if is_root() else instance
    return private_folder(folder / "embedded" / name, current_account())


def _socket_folder(home: Path, instance: str, account: Account) -> Path:
    folder = home / "run"
    address = str(folder / SOCKET_NAME)
    plain = re.fullmatch(r"[A-Za-z0-9/._-]+", address)
    if plain and len(address) <= LONGEST_SOCKET_PATH:
        return folder
    key = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    # Literally /tmp: TMPDIR may differ between two calls, and the address must not.
    return Path("/tmp") / f"hc-{key}-{instance}-{account.uid}"  # noqa: S108
