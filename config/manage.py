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
    """Run a management command; what it prints is seen. Raises ManageFailed."""
    _run(environment, ["manage.py", *arguments], stdout=None, stderr=None)


def run_python(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a script or module whose progress is seen; what it printed. Raises ManageFailed."""
    return _run(environment, arguments, stdout=subprocess.PIPE, stderr=None)


def output_of(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a management command quietly; what it printed. Raises ManageFailed with all of it."""
    pipe = subprocess.PIPE
    return _run(environment, ["manage.py", *arguments], stdout=pipe, stderr=pipe)


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
            line = [sys.executable, "manage.py", *command]
            return subprocess.run(line, cwd=PROJECT, env=environment).returncode
    except (embedded.EmbeddedError, EnvironmentRefused) as error:
        print(error, file=sys.stderr)
        return 1


def _run(
    environment: Mapping[str, str],
    arguments: Sequence[str],
    *,
    stdout: int | None,
    stderr: int | None,
) -> str:
    """Run Python in a session of its own: Ctrl-C reaches the caller alone, who then ends it."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        text=True,
    )
    if done.returncode:
        said = f"{done.stdout or ''}{done.stderr or ''}"
        raise ManageFailed(f"{' '.join(arguments)} failed\n{said}".strip())
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
