"""Running the programs of the wheels, and telling own processes from others."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from config.embedded.accounts import Account, is_root
from config.embedded.errors import EmbeddedError

# Nothing of the caller's environment reaches a server: a PGPORT or a locale of the shell
# would change how it starts.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def run(command: Sequence[str | Path], *, account: Account, folder: Path, stdin: str = "") -> str:
    """Run a program as `account` inside `folder`; its output, or EmbeddedError with its last words.

    The output goes through a file: a server started by the program keeps its
    standard streams open, and reading a pipe would wait for the server's end.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as given:
        given.write(stdin)
        given.seek(0)
        done = subprocess.run(
            [str(part) for part in command],
            stdin=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=ENVIRONMENT,
            umask=0o077,
            **_identity(account),
        )
        output.seek(0)
        text = output.read()
    if done.returncode:
        raise EmbeddedError(f"{Path(command[0]).name} failed: {text.strip()[-2000:]}")
    return text


def works_in(pid: int, folder: Path) -> bool:
    """Whether `pid` is alive with `folder` as its working directory.

    Both servers change into their data directory, so this recognises them even
    where a number from an old pid file belongs to another program by now.
    """
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return False


def workers_in(folder: Path) -> list[int]:
    """The processes that have `folder` as their working directory."""
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if works_in(pid, folder)]


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until the condition holds; False when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def kill_workers_in(folder: Path) -> None:
    """End, by id, whatever still works in a data directory of ours."""
    for pid in workers_in(folder):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_until(lambda: not workers_in(folder), seconds=10)


def _identity(account: Account) -> dict[str, Any]:
    if not is_root():
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}
