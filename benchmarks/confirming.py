"""The measures of `benchmarks.confirm`, in a process that has Django set up."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import django

django.setup()

from django.utils import timezone  # noqa: E402

from benchmarks.crowds import FEW, Crowds, Scene, confirm, crowd, suspects  # noqa: E402
from benchmarks.load import wait_until  # noqa: E402
from benchmarks.population import settle_in  # noqa: E402
from benchmarks.stage import quantile, report  # noqa: E402
from config import servers  # noqa: E402
from config.children import children  # noqa: E402
from config.environment import VAR  # noqa: E402
from healthcode.colours import Colour  # noqa: E402
from healthcode.models import HealthStatus  # noqa: E402
from healthcode.services import (  # noqa: E402
    activate_first_ruleset,
    load_rulesets,
    recolour_due,
)
from tracing import queries  # noqa: E402
from tracing.models import Case  # noqa: E402
from tracing.services import (  # noqa: E402
    board_trips,
    make_partitions,
    sweep_traces,
)
from tracing.services import trace_case as trace_now  # noqa: E402
from tracing.services.trace import run as tracing_run  # noqa: E402
from tracing.tasks import trace_case  # noqa: E402

Row = tuple[str, float, str]
RULES = "sh-2022-09-18"
PORT = 8767
LOGS = VAR / "bench-log"
FACTS = 6
PATIENCE = 600
PHASES = ("read", "grade", "keep", "hand down", "tasks", "all of the transaction")


def main(runs: int, contacts: int, cases: int) -> None:
    """Settle the city, run every measure, print the table."""
    settle(runs, contacts, cases)
    crowds = Crowds()
    rows = [*phases(crowds, contacts)]
    with children(dict(os.environ), LOGS) as family:
        servers.start_all(family, PORT, schedule=LOGS / "beat")
        family.wait_for(servers.health_url(PORT), seconds=60)
        rows += [*one_by_one(crowds, runs, contacts), *batch(crowds, cases)]
    rows += reading(crowds, cases)
    report("confirm", rows)


def settle(runs: int, contacts: int, cases: int) -> None:
    """Rules, citizens with facts and colours, an officer."""
    now = timezone.now()
    make_partitions(now=now)
    load_rulesets(now=now, by="system:bench")
    activate_first_ruleset(ruleset_id=RULES, at=now - timedelta(days=5), by="system:bench")
    people = (runs + 3) * (contacts + 1) + 2 * cases * (FEW + 1) + 1
    url = os.environ["MIGRATE_DATABASE_URL"]
    lasted = timed(lambda: settle_in(url, people=people, facts=FACTS, now=now))
    lasted += timed(colour_all) + timed(lambda: board_all(now))
    print(f"{people:,} citizens settled in {lasted:.0f} s", flush=True)


def colour_all() -> None:
    """Decide whoever is due."""
    while recolour_due(now=timezone.now()):
        pass


def board_all(now: datetime) -> None:
    """Look at all travel evidence once."""
    while board_trips(now=now):
        pass


def one_by_one(crowds: Crowds, runs: int, contacts: int) -> list[Row]:
    """Seconds from the officer's click to the last red code committed; run after run."""
    times = []
    for number in range(runs + 1):
        scene = crowd(crowds, contacts)
        start = time.perf_counter()
        confirm(scene.case)
        trace_case.delay(scene.case.pk)
        wait_until(lambda first=scene.first, last=scene.last: all_red(first, last), **soon())
        times.append(time.perf_counter() - start)
        print(f"run {number}: {times[-1]:.2f} s", flush=True)
    label, times = f"case confirmed → last of {contacts:,} colours", times[1:]
    return [
        (f"{label}, p50", quantile(times, 0.5), "s"),
        (f"{label}, p99", quantile(times, 0.99), "s"),
        (f"{label}, slowest of {runs}", max(times), "s"),
    ]


def phases(crowds: Crowds, contacts: int) -> list[Row]:
    """Where the time goes, in one process: the second of two."""
    spent: dict[str, float] = {}
    for _ in range(2):
        scene = crowd(crowds, contacts)
        confirm(scene.case)
        spent = dict.fromkeys(PHASES, 0.0)
        with clocks(spent):
            spent["all of the transaction"] = timed(
                lambda case=scene.case: trace_now(case_id=case.pk, now=timezone.now())
            )
        spent["grade"] -= spent["read"]
        spent["recolour, one process"] = timed(colour_all)
    assert all_red(scene.first, scene.last)
    return [(f"alone: {name}", seconds, "s") for name, seconds in spent.items()]


@contextmanager
def clocks(spent: dict[str, float]) -> Iterator[None]:
    """Clocks on the parts of a trace; that on "grade" runs while "read" does."""
    parts = [
        (queries, "meetings", "read"),
        (queries, "cohabitations", "read"),
        (tracing_run, "find_contacts", "grade"),
        (tracing_run, "keep_contacts", "keep"),
        (tracing_run, "expose", "hand down"),
        (tracing_run, "keep_tasks", "tasks"),
    ]
    with ExitStack() as stack:
        for module, name, phase in parts:
            work = clocked(getattr(module, name), spent, phase)
            stack.enter_context(patch.object(module, name, work))
        yield


def clocked(work: Callable[..., Any], spent: dict[str, float], phase: str) -> Callable[..., Any]:
    """The same work, whose seconds are added up."""

    def run(*args: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return work(*args, **named)
        finally:
            spent[phase] += time.perf_counter() - start

    return run


def batch(crowds: Crowds, cases: int) -> list[Row]:
    """Many cases confirmed at once, each nudged: until all are traced and the last is red."""
    scenes = suspects(crowds, cases)
    start = time.perf_counter()
    for scene in scenes:
        confirm(scene.case)
    confirmed = time.perf_counter() - start
    for scene in scenes:
        trace_case.delay(scene.case.pk)
    first, last = scenes[0].first, scenes[-1].last
    wait_until(lambda: not untraced(scenes), **soon())
    traced = time.perf_counter() - start - confirmed
    wait_until(lambda: all_red(first, last), **soon())
    label = f"{cases:,} cases of {FEW} contacts in one batch"
    return [
        (f"{label}: confirmed", confirmed, "s"),
        (f"{label}: from then until traced", traced, "s"),
        (f"{label}: until the last colour", time.perf_counter() - start - confirmed, "s"),
    ]


def reading(crowds: Crowds, cases: int) -> list[Row]:
    """The same by sweeps in one process, apart by what they do."""
    scenes = suspects(crowds, cases)
    for scene in scenes:
        confirm(scene.case)
    spent = dict.fromkeys(PHASES, 0.0)
    with clocks(spent):
        spent["all of the transaction"] = timed(trace_all)
    spent["grade"] -= spent["read"]
    assert not untraced(scenes)
    return [
        (f"{cases:,} cases, one process: {name}", seconds, "s") for name, seconds in spent.items()
    ]


def trace_all() -> None:
    """Sweep until no case is due."""
    while sweep_traces(now=timezone.now()):
        pass


def untraced(scenes: Sequence[Scene]) -> bool:
    """Whether any of these cases still has to be traced."""
    cases = [scene.case.pk for scene in scenes]
    return Case.objects.filter(pk__in=cases, traced_at=None).exists()


def all_red(first: int, last: int) -> bool:
    """Whether all these people's codes are red, but for cases among them, which are too."""
    people = HealthStatus.objects.filter(pk__gte=first, pk__lte=last)
    return not people.exclude(colour=Colour.RED).exists()


def soon() -> dict[str, float]:
    """How long to wait and how often to look."""
    return {"seconds": PATIENCE, "every": 0.02}


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
