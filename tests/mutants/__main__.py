"""`python -m tests.mutants [--count N] [--differential N] [--lists N] [--seed N]`: hunt, report.

Exit code 1 if anything was found. A finding names its mutant: `make(seed, number)` makes it again
(`make_list` where it is a signed list).
"""

import argparse
import sys

from tests.mutants.hunt import hunt, hunt_lists, table


def main() -> int:
    """Hunt as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--differential", type=int, default=20_000)
    parser.add_argument("--lists", type=int, default=20_000, help="signed lists, in both languages")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    hunts = [hunt(given.count, given.differential, given.seed), hunt_lists(given.lists, given.seed)]
    for found in hunts:
        print(*table(found), sep="\n")
    return 1 if any(found.findings for found in hunts) else 0


if __name__ == "__main__":
    sys.exit(main())
