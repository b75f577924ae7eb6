"""`python -m benchmarks.recolour`: a million citizens recoloured, end to end.

Facts read, decided, written and committed, by as many workers as there are cores, on servers of
its own (durable: fsync on). Three times: the first decision of everybody (each one written, with
its history row), everybody once more (nothing changed but the next review), and everybody while
evidence arrives. Then `decide` alone on the same facts, and reading them apart.
"""

import argparse
import os
import subprocess
import sys

from benchmarks.stage import bare_stage
from config.environment import PROJECT


def main() -> int:
    """Measure in a process that has Django set up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=1_000_000)
    parser.add_argument("--facts", type=int, default=10)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--arriving", type=int, default=200, help="items of evidence per second")
    given = parser.parse_args()
    with bare_stage() as environment:
        numbers = [str(number) for number in vars(given).values()]
        command = [sys.executable, "-m", "benchmarks.recolouring", *numbers]
        return subprocess.run(command, cwd=PROJECT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
