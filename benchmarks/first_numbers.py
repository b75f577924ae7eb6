"""`make bench`: what one small machine does, load generator included.

Seeds a city on servers of its own (durable: fsync on), then measures in a process that has
Django set up (`benchmarks.measures`).
"""

import argparse
import subprocess
import sys

from benchmarks.stage import stage
from config.environment import PROJECT


def main() -> int:
    """Measure everything on one seeded city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=7)
    given = parser.parse_args()
    with stage(given.citizens, given.days) as environment:
        command = [sys.executable, "-m", "benchmarks.measures"]
        return subprocess.run(command, cwd=PROJECT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
