"""`python -m benchmarks.confirm`: from confirming a case to the last colour that follows.

A city of its own on servers of its own (durable: fsync on), with a Celery worker of two processes
and the sweeps that beat sends. Several times a case has met 10,000 people near enough; each time
they are other people. Then a thousand cases with thirty contacts each at once.
"""

import argparse
import subprocess
import sys

from benchmarks.stage import make_empty, servers
from config import embedded
from config.environment import PROJECT

INSTANCE = "confirm"


def main() -> int:
    """Measure in a process that has Django set up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=1_000, help="confirmed in one batch")
    given = parser.parse_args()
    with servers(INSTANCE) as environment:
        # Nobody is there to clear the brake that a trace of this size pulls.
        environment["TRACE_BRAKE_LIMIT"] = str(2 * given.contacts)
        make_empty(environment)
        numbers = [str(number) for number in vars(given).values()]
        command = [sys.executable, "-m", "benchmarks.confirming", *numbers]
        code = subprocess.run(command, cwd=PROJECT, env=environment).returncode
    embedded.wipe(INSTANCE)
    return code


if __name__ == "__main__":
    sys.exit(main())
