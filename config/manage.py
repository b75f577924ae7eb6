"""Running `manage.py` from the demo and the test runner."""

import subprocess
import sys
from collections.abc import Mapping

from config.environment import PROJECT


class ManageFailed(RuntimeError):
    """A management command failed; the text holds what it said."""


def manage(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a management command; what it prints is seen. Raises ManageFailed."""
    done = subprocess.run(_command(arguments), cwd=PROJECT, env=environment)
    if done.returncode:
        raise ManageFailed(f"manage.py {' '.join(arguments)} failed")


def output_of(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a management command quietly; what it printed. Raises ManageFailed with all of it."""
    done = subprocess.run(
        _command(arguments),
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = f"{done.stdout}{done.stderr}"
        raise ManageFailed(f"manage.py {' '.join(arguments)} failed:\n{said}")
    return done.stdout


def see_to_signing_keys(environment: Mapping[str, str]) -> None:
    """Make a key that signs from now on, unless there is one."""
    if "signing" not in output_of(environment, "keys", "list").split():
        output_of(environment, "keys", "new", "--in-hours", "0")


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "manage.py", *arguments]
