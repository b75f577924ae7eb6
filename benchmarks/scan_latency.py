"""`python -m benchmarks.scan_latency`: from a code before the camera to the painted verdict.

A film of thirty people's fresh codes is what Chromium's camera sees; the staff page runs as at a
gate, with its decoder, its own verdict and the server's (Gunicorn on this machine, durable
PostgreSQL). A run begins with the first frame in which the code stands and ends when the browser
has painted the verdict that the server confirmed.
"""

import argparse
import subprocess
import sys

from benchmarks.stage import bare_stage
from config.environment import PROJECT


def main() -> int:
    """Measure in a process that has Django set up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30, help="at most 45: a live pass lives 90 s")
    given = parser.parse_args()
    with bare_stage() as environment:
        # Playwright keeps an event loop in the thread that asks the database.
        environment["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        command = [sys.executable, "-m", "benchmarks.scanning", str(given.runs)]
        return subprocess.run(command, cwd=PROJECT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
