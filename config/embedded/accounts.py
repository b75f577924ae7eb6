"""As whom the servers run: PostgreSQL refuses root, so root lends them a user of their own."""

import os
import pwd
import shutil
import subprocess
from typing import NamedTuple

from config.embedded.errors import EmbeddedError

SERVER_USER = "healthcode-pg"


class Account(NamedTuple):
    """An OS user: its name and the numbers of its user and group."""

    name: str
    uid: int
    gid: int


def is_root() -> bool:
    """Whether this process runs as root."""
    return os.geteuid() == 0


def current_account() -> Account:
    """The OS user of this process."""
    return _account(pwd.getpwuid(os.geteuid()))


def server_account() -> Account:
    """The user the servers run as: the caller, or for root a system user made on first use."""
    if not is_root():
        return current_account()
    try:
        return _account(pwd.getpwnam(SERVER_USER))
    except KeyError:
        return _create_server_user()


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create_server_user() -> Account:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EmbeddedError(
            "PostgreSQL does not run as root and useradd is missing: "
            f"create the system user {SERVER_USER} or start as an ordinary user"
        )
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    done = subprocess.run([useradd, *options, SERVER_USER], capture_output=True, text=True)
    if done.returncode:
        raise EmbeddedError(f"useradd {SERVER_USER} failed: {done.stderr.strip()}")
    return _account(pwd.getpwnam(SERVER_USER))
