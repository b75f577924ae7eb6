"""The measures of `benchmarks.tracing`, in a process that has Django set up."""

import os
import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from benchmarks.stage import make_empty, report  # noqa: E402
from benchmarks.tracing import duck  # noqa: E402
from benchmarks.tracing.city import Plan, build, found  # noqa: E402
from benchmarks.tracing.crowd import crowd  # noqa: E402
from benchmarks.tracing.measures import (  # noqa: E402
    Row,
    batch,
    cores,
    first_hops,
    intake,
    second_hops,
)
from benchmarks.tracing.whole import whole  # noqa: E402
from config.environment import VAR  # noqa: E402
from tracing.services import make_partitions  # noqa: E402

ARRIVING = 5_000


def main(visits: int, only: str, cases: int, runs: int) -> None:
    """Build the city if it is not there, run the measures, print the table."""
    instance = os.environ["BENCH_INSTANCE"]
    plan = settled(visits, instance)
    measures = {
        "hops": lambda: hops(plan, instance, runs),
        "whole": lambda: whole(plan),
        "batch": lambda: batch(plan, cases, cores()),
        "intake": lambda: intake(plan, ARRIVING),
        "crowd": lambda: crowd(plan),
    }
    rows: list[Row] = []
    for name in only.split(",") if only else measures:
        rows += measures[name]()
        say(name)
    report(f"tracing-{instance}", rows)


def hops(plan: Plan, instance: str, runs: int) -> list[Row]:
    """Both hops, beside DuckDB."""
    with duck.opened(VAR / f"{instance}.duckdb", plan, say) as copy:
        return [*first_hops(plan, copy), *second_hops(plan, copy, runs)]


def settled(visits: int, instance: str) -> Plan:
    """The city of this size, built if it is not there."""
    url = os.environ["MIGRATE_DATABASE_URL"]
    kept = found(url)
    if kept is not None and kept.visits == visits:
        return kept
    (VAR / f"{instance}.duckdb").unlink(missing_ok=True)
    make_empty(dict(os.environ))
    now = timezone.now()
    make_partitions(now=now)
    build(url, Plan(visits, timezone.localdate(now)), say)
    plan = found(url)
    assert plan is not None
    return plan


_START = time.perf_counter()


def say(what: str) -> None:
    """Progress, with the seconds since the start."""
    print(f"{time.perf_counter() - _START:7.0f} s  {what}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
