"""`python -m benchmarks.tracing`: the tracer's reading in a city of so many visits.

On servers of its own (durable: fsync on), or on those whose addresses the environment names. With
`--keep` the city stays, and the next run of the same size begins at once.
"""

import argparse
import subprocess
import sys

from benchmarks.stage import servers
from config import embedded
from config.environment import PROJECT, VAR


def main() -> int:
    """Measure in a process that has Django set up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=float, default=1e7, help="1e6, 1e7 or 1e8, in 14 days")
    parser.add_argument("--keep", action="store_true", help="leave the city for another run")
    parser.add_argument("--only", default="", help="of hops, whole, batch, intake, crowd")
    parser.add_argument("--cases", type=int, default=1_000, help="cases confirmed in one batch")
    parser.add_argument("--runs", type=int, default=30, help="second hops asked for")
    given = parser.parse_args()
    visits = int(given.visits)
    instance = f"trace{visits:.0e}".replace("+0", "")
    with servers(instance) as environment:
        # The brake on wide traces would keep what is to be measured from being written.
        environment |= {"TRACE_BRAKE_LIMIT": "1000000", "BENCH_INSTANCE": instance}
        words = [str(visits), given.only, str(given.cases), str(given.runs)]
        command = [sys.executable, "-m", "benchmarks.tracing.run", *words]
        code = subprocess.run(command, cwd=PROJECT, env=environment).returncode
    if not given.keep:
        embedded.wipe(instance)
        (VAR / f"{instance}.duckdb").unlink(missing_ok=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
