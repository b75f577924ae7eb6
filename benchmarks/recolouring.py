"""The measures of `benchmarks.recolour`, in a process that has Django set up."""

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from threading import Event, Thread

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.population import settle_in  # noqa: E402
from benchmarks.stage import report  # noqa: E402
from healthcode.models import HealthStatus, Source  # noqa: E402
from healthcode.policy import decide  # noqa: E402
from healthcode.services import (  # noqa: E402
    Item,
    activate_first_ruleset,
    active_rules,
    facts_of,
    load_rulesets,
    recolour_due,
    record_evidence,
)
from tracing.services import make_partitions  # noqa: E402

Row = tuple[str, float, str]
RULES = "sh-2022-09-18"
SAMPLE = 50_000
MIB = 1024


def main(people: int, facts: int, workers: int, arriving: int) -> None:
    """Settle the population in, run every measure, print the table."""
    now = timezone.now()
    make_partitions(now=now)
    load_rulesets(now=now, by="system:bench")
    activate_first_ruleset(ruleset_id=RULES, at=now - timedelta(days=1), by="system:bench")
    lasted = _timed(
        lambda: settle_in(os.environ["MIGRATE_DATABASE_URL"], people=people, facts=facts, now=now)
    )
    print(f"{people:,} citizens with {facts} facts each settled in {lasted:.0f} s", flush=True)
    rows = [
        *sweep("first decisions, all written", people, workers),
        *again("all due again, nothing changed", people, workers),
        *again(f"the same while {arriving} items/s arrive", people, workers, arriving),
        *deciding(),
    ]
    report("recolour", rows)


def again(label: str, people: int, workers: int, arriving: int = 0) -> list[Row]:
    """Everybody due once more."""
    HealthStatus.objects.update(due_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE healthcode_healthstatus")
    return sweep(label, people, workers, arriving)


def sweep(label: str, people: int, workers: int, arriving: int = 0) -> list[Row]:
    """Recolour whoever is due in so many processes, perhaps with evidence arriving meanwhile."""
    connection.close()
    over = Event()
    source = Thread(target=_arrive, args=(arriving, people, over)) if arriving else None
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(_ready, range(workers)))
        start = time.perf_counter()
        if source:
            source.start()
        done: list[Future[tuple[int, list[int]]]] = [pool.submit(_sweep) for _ in range(workers)]
        results = [future.result() for future in done]
        seconds = time.perf_counter() - start
    over.set()
    if source:
        source.join()
    total = sum(count for count, _ in results)
    rows = [(f"{label}: citizens", total / seconds, "/s"), (f"{label}: lasted", seconds, "s")]
    return [*rows, *_memory(label, [sizes for _, sizes in results])]


def deciding() -> list[Row]:
    """One core: reading the facts of a sample, and `decide` alone on them."""
    ids = list(HealthStatus.objects.order_by("?").values_list("pk", flat=True)[:SAMPLE])
    rules = active_rules(region="310101", now=timezone.now()).rules
    known: dict[int, list] = {}
    reading = _timed(lambda: known.update(facts_of(ids)))
    instant, people = int(timezone.now().timestamp()), list(known.values())
    seconds = _timed(lambda: [decide(facts, rules, instant) for facts in people])
    return [
        ("facts read and parsed, one core: citizens", len(people) / reading, "/s"),
        ("decide alone, one core: decisions", len(people) / seconds, "/s"),
    ]


def _sweep() -> tuple[int, list[int]]:
    """Sweep until nothing is due; how many, and the size of the process on the way."""
    done, sizes = 0, []
    while count := recolour_due(now=timezone.now()):
        done += count
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return done, sizes


def _ready(_: int) -> None:
    """Have a worker import and connect before the clock starts."""
    recolour_due(now=timezone.now() - timedelta(days=36_500))
    time.sleep(0.2)


def _arrive(rate: int, people: int, over: Event) -> None:
    """Record so many test results a second, in batches as laboratories send them."""
    source = Source.objects.get(name="bench")
    first = HealthStatus.objects.order_by("pk").values_list("pk", flat=True)[0]
    number, start = 0, time.perf_counter()
    while not over.is_set():
        now = timezone.now()
        items = [
            _result(first + (number + i) * 7919 % people, number + i, now) for i in range(rate)
        ]
        record_evidence(items=items, source=source, by="source:bench", now=now)
        number += rate
        over.wait(max(0, number / rate - (time.perf_counter() - start)))
    took = time.perf_counter() - start
    print(f"{number:,} items arrived, {number / took:.0f}/s", flush=True)
    connection.close()


def _result(citizen_id: int, number: int, now) -> Item:
    at = now.replace(microsecond=0) - timedelta(minutes=1)
    details = {"method": "pcr", "result": "negative", "pool_size": 1, "lab": "bench"}
    return Item(
        "test", citizen_id, at, None, at, f"arriving-{now.timestamp()}-{number}", details=details
    )


def _memory(label: str, sizes: Sequence[list[int]]) -> list[Row]:
    """The largest worker after a tenth of its batches and at the end."""
    early = max(each[len(each) // 10] for each in sizes if each)
    late = max(each[-1] for each in sizes if each)
    return [
        (f"{label}: memory early", early / MIB, "MiB"),
        (f"{label}: at the end", late / MIB, "MiB"),
    ]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
