"""The hunt: many mutants, and everything that should not have been."""

import os
import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants import node
from tests.mutants.lists import make_list
from tests.mutants.make import Mutant, make
from tests.mutants.verdicts import forgery, told, verdict_on
from tests.vectors.load_lists import cause_of

BATCH = 250
WARM_UP = 0.2
"""The share of the mutants after which memory is looked at for the first time."""
MAY_GROW = 16 * 2**20
"""Bytes by which memory may have grown from then to the end: less than 20 a mutant of a million."""
MOST_SHOWN = 20


@dataclass
class Hunt:
    """What came of it. `findings` is empty if all was well."""

    count: int
    compared: int = 0
    findings: list[str] = field(default_factory=list)
    reasons: Counter = field(default_factory=Counter)
    ways: Counter = field(default_factory=Counter)
    told: int = 0
    grown: int = 0
    seconds: float = 0.0

    def find(self, number: int, what: str, why: str, code: str) -> None:
        """Keep a finding, with all that is needed to see it again."""
        if len(self.findings) < MOST_SHOWN:
            self.findings.append(f"mutant {number} ({what}): {why}\n  {code}")


def hunt(count: int, differential: int = 0, seed: int = 1) -> Hunt:
    """Judge so many mutants in Python, and evenly chosen ones of them in JavaScript too."""
    found, started, before = Hunt(count), time.monotonic(), 0
    with node.judge() if differential else nullcontext() as judge:
        for numbers in _batches(count):
            if not before and numbers.start >= count * WARM_UP:
                before = memory()
            judged = [_judged(found, number, make(seed, number)) for number in numbers]
            chosen = [one for one in judged if one and _chosen(one[0], count, differential)]
            if chosen:
                _compare(found, judge, chosen)
    found.grown, found.seconds = memory() - before, time.monotonic() - started
    if found.grown > MAY_GROW:
        found.findings.append(f"memory grew by {found.grown / 2**20:.1f} MiB")
    return found


def _batches(count: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, count)) for first in range(0, count, BATCH))


def _chosen(number: int, count: int, differential: int) -> bool:
    return number * differential // count != (number + 1) * differential // count


def _judged(found: Hunt, number: int, mutant: Mutant) -> tuple[int, Mutant, list] | None:
    """A mutant and what Python tells of it; None if it could not say."""
    try:
        verdict = verdict_on(mutant)
    except Exception as error:  # whatever escapes is what is looked for
        found.find(number, mutant.what, f"escaped: {error!r}", mutant.text)
        return None
    found.reasons[verdict.outcome.value, verdict.reason.value] += 1
    found.ways[mutant.what.partition(":")[0]] += 1
    found.told += verdict.claims is not None
    if why := forgery(mutant, verdict):
        found.find(number, mutant.what, why, mutant.text)
    return number, mutant, told(verdict)


def _compare(found: Hunt, judge: node.Judge, judged: list[tuple[int, Mutant, list]]) -> None:
    answers = judge.judged([mutant.vector for _, mutant, _ in judged])
    for (number, mutant, python), javascript in zip(judged, answers, strict=True):
        if python != javascript:
            why = f"Python says {python}, JavaScript {javascript}"
            found.find(number, mutant.what, why, mutant.text)
    found.compared += len(judged)


def hunt_lists(count: int, seed: int = 1) -> Hunt:
    """Have so many signed lists read in both languages."""
    found, started = Hunt(count), time.monotonic()
    with node.judge() as judge:
        for numbers in _batches(count):
            cases = [make_list(seed, number) for number in numbers]
            answers = judge.judged(cases)
            for number, case, javascript in zip(numbers, cases, answers, strict=True):
                _read(found, number, case, javascript)
    found.seconds = time.monotonic() - started
    return found


def _read(found: Hunt, number: int, case: dict, javascript: str | None) -> None:
    try:
        python = cause_of(case)
    except Exception as error:  # whatever escapes is what is looked for
        found.find(number, case["name"], f"escaped: {error!r}", case["data"])
        return
    found.compared += 1
    found.reasons["list", python or "taken"] += 1
    if python != javascript:
        why = f"Python says {python}, JavaScript {javascript}"
        found.find(number, case["name"], why, case["data"])


def memory() -> int:
    """Bytes of memory that this process has; where that cannot be told, the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def table(found: Hunt) -> Iterator[str]:
    """The lines of a report."""
    yield f"{found.count:,} mutants in {found.seconds:.0f} s, {found.compared:,} in JavaScript too"
    if found.told:
        yield f"told something of {found.told:,}; memory grew by {found.grown / 2**20:.1f} MiB"
    for way, times in found.ways.most_common():
        yield f"  {way:<24} {times:>9,}"
    for (outcome, reason), times in found.reasons.most_common():
        yield f"  {outcome:<6} {reason:<17} {times:>9,}"
    yield from found.findings or ["nothing that should not have been"]
