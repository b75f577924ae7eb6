"""The measures, each a few rows of the table."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from random import Random

import duckdb
from django.db import connection

from benchmarks.stage import quantile
from benchmarks.tracing import duck
from benchmarks.tracing.city import Plan
from benchmarks.tracing.intake import arriving
from benchmarks.tracing.questions import Question, encounters, of_case, of_contacts
from healthcode.policy import CompiledRules
from healthcode.rules import compile_rules, load_named
from tracing.models import Case
from tracing.services.trace.find import find_contacts

Row = tuple[str, float, str]
RULES = "cn-v8"
FIRST_HOPS, WHILE_ARRIVING = 200, 1_000
COMPARED = 5
LATER = timedelta(hours=3)


def first_hops(plan: Plan, copy: duckdb.DuckDBPyConnection) -> list[Row]:
    """Cases at random, so that most of what they read lies in no buffer."""
    rng = Random(1)
    asked = [of_case(plan, rng) for _ in range(FIRST_HOPS)]
    asked[0].answer()
    rows = _spread("hop 1 of one case", [_timed(one.answer) for one in asked])
    return [*rows, *_touched("hop 1", asked[:20]), *_beside("hop 1", asked[:COMPARED], copy)]


def second_hops(plan: Plan, copy: duckdb.DuckDBPyConnection, runs: int) -> list[Row]:
    """Three hundred close contacts at once, over as many connections as a trace uses."""
    rng = Random(2)
    asked = [of_contacts(plan, rng) for _ in range(runs)]
    asked[0].answer()
    times = [_timed(one.answer) for one in asked]
    rows = _spread("hop 2 of 300 contacts", times)
    touched = _touched("hop 2", asked[:COMPARED])
    speed = touched[0][1] / quantile(times, 0.5)
    rows += [*touched, ("hop 2: encounters read, median run", speed, "/s")]
    return [*rows, *_beside("hop 2", asked[:COMPARED], copy)]


def batch(plan: Plan, cases: int, workers: int) -> list[Row]:
    """So many cases confirmed at once: their first hops read and graded, one worker for a core."""
    connection.close()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(_graded, [plan] * workers, range(workers), [1] * workers))
        start = time.perf_counter()
        share = cases // workers
        found = sum(pool.map(_graded, [plan] * workers, range(10, 10 + workers), [share] * workers))
        seconds = time.perf_counter() - start
    name = f"{cases:,} cases in one batch, {workers} workers: hop 1"
    return [(name, seconds, "s"), (f"{name}, contacts found", found, "")]


def intake(plan: Plan, rate: int) -> list[Row]:
    """First hops into the day that is being written, without and with the writing."""
    rng = Random(3)
    quiet = [of_case(plan, rng, later=LATER) for _ in range(WHILE_ARRIVING)]
    quiet[0].answer()
    alone = [_timed(one.answer) for one in quiet]
    with arriving(plan, LATER, rate) as arrived:
        beside = [_timed(of_case(plan, rng, later=LATER).answer) for _ in range(WHILE_ARRIVING)]
    rows = [*_spread("hop 1 into today", alone)[1:2], ("visits arriving", arrived(), "/s")]
    rows += _spread("hop 1 into today while they arrive", beside)[:2]
    return [*rows, ("p95 while they arrive, times", rows[2 + 1][1] / rows[0][1], "x")]


def hop_one(case: Case, rules: CompiledRules, plan: Plan) -> int:
    """The people whom the first hop of a case finds."""
    return len(find_contacts(case, rules, now=plan.now).contacts)


def only_first_hop() -> CompiledRules:
    """The rules without contacts of contacts."""
    rules = compile_rules(load_named(RULES))
    assert rules.ruleset.contacts is not None
    contacts = replace(rules.ruleset.contacts, second_hop=None)
    return replace(rules, ruleset=replace(rules.ruleset, contacts=contacts))


def as_case(question: Question) -> Case:
    """A case as it is stored once it is confirmed."""
    [source] = question.sources
    return Case(
        citizen_id=source.citizen_id,
        sampled_at=source.until,
        isolated_at=source.until,
        window_from=source.since,
        window_until=source.until,
        traced_until=source.until,
    )


def _graded(plan: Plan, seed: int, count: int) -> int:
    """In a process of its own."""
    rng, rules = Random(seed), only_first_hop()
    return sum(hop_one(as_case(of_case(plan, rng)), rules, plan) for _ in range(count))


def _beside(name: str, asked: Sequence[Question], copy: duckdb.DuckDBPyConnection) -> list[Row]:
    """The same questions to both in turns: how much longer the tracer takes, answers alike."""
    duck.answer(copy, asked[0])
    ours = theirs = 0.0
    for one in asked:
        start = time.perf_counter()
        mine = one.answer()
        between = time.perf_counter()
        other = duck.answer(copy, one)
        ours, theirs = ours + between - start, theirs + time.perf_counter() - between
        assert duck.alike(mine) == set(other), "DuckDB answers otherwise"
        assert len(mine) == len(other)
    return [
        (f"{name}: DuckDB, the same answers", theirs / len(asked) * 1000, "ms"),
        (f"{name}: the tracer's time to DuckDB's", ours / theirs, "x"),
    ]


def _touched(name: str, asked: Sequence[Question]) -> list[Row]:
    counts = [encounters(one) for one in asked]
    met = sum(len(one.answer()) for one in asked)
    return [
        (f"{name}: encounters touched, mean", sum(counts) / len(asked), ""),
        (f"{name}: meetings found, mean", met / len(asked), ""),
    ]


def _spread(name: str, times: Sequence[float]) -> list[Row]:
    rows = [("p50", quantile(times, 0.5)), ("p95", quantile(times, 0.95)), ("max", max(times))]
    table: list[Row] = [(f"{name}, {label}", value * 1000, "ms") for label, value in rows]
    return [*table, (f"{name}, asked", len(times), "times")]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cores() -> int:
    """As many workers as there are cores."""
    return os.cpu_count() or 1
