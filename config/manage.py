"""Running `manage.py` with the servers and secrets of the demo or of the tests.

By hand: `python -m config.manage demo|test COMMAND …`; the servers run as long as it does.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from config import embedded
from config.environment import PROJECT, EnvironmentRefused, kept_secrets, refuse_production


class ManageFailed(RuntimeError):
    """A management command failed; the text names it and, if it was quiet, what it said."""


def manage(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a management command; what it prints is seen. Raises ManageFailed.

    In a session of its own: Ctrl-C reaches the caller alone, who then ends it.
    """
    command = _command(arguments)
    done = subprocess.run(command, cwd=PROJECT, env=environment, start_new_session=True)
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


def main(arguments: Sequence[str]) -> int:
    """Run one command by hand; its exit code."""
    purpose, *command = arguments or ["?"]
    if purpose not in {"demo", "test"}:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        refuse_production(purpose)
        with embedded.running(purpose, fsync=purpose == "demo") as urls:
            environment = os.environ | kept_secrets(purpose) | urls
            return subprocess.run(_command(command), cwd=PROJECT, env=environment).returncode
    except (embedded.EmbeddedError, EnvironmentRefused) as error:
        print(error, file=sys.stderr)
        return 1


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
