"""What is asked of the city: hops of random cases and contacts, and what they touched."""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import NamedTuple

import psycopg
from django.conf import settings

from benchmarks.tracing.city import Plan
from tracing import queries, sql
from tracing.queries import Meeting, Source
from tracing.services.trace.read import read_meetings

LOOK_BACK = timedelta(days=5)
CLOSE_CONTACTS = 300
# A close contact is traced from the first meeting with the case: so many days and fewer.
LEAST_DAYS, MOST_DAYS = 4, 7
HOUR, DAY = 3600, 24 * 3600


class Question(NamedTuple):
    """Whom these people met for at least so many minutes in some 24 hours."""

    sources: list[Source]
    least_minutes: int

    @property
    def ask(self) -> Callable[[Sequence[Source]], list[Meeting]]:
        """As a trace asks it, of all kinds of places."""
        most = settings.TRACE_MOST_MEETINGS + 1
        return partial(
            queries.meetings, least_minutes=self.least_minutes, window_hours=24, most=most
        )

    def answer(self) -> list[Meeting]:
        """As a trace reads it: over several connections if there are many sources."""
        return read_meetings(self.sources, self.ask)

    @property
    def parameters(self) -> dict[str, object]:
        """The sources as arrays, and the days in which they lie."""
        return {
            "citizens": [one.citizen_id for one in self.sources],
            "since": [one.since for one in self.sources],
            "until": [one.until for one in self.sources],
            "earliest": min(one.since for one in self.sources) - timedelta(days=1),
            "latest": max(one.until for one in self.sources if one.until),
            "least": self.least_minutes,
            "window": 24,
        }


def of_case(plan: Plan, rng: Random, *, later: timedelta = timedelta()) -> Question:
    """Everybody whom somebody met in five days until the last, or until `later`."""
    until = plan.now + later - timedelta(seconds=rng.randrange(HOUR))
    return Question([Source(_citizen(plan, rng), until - LOOK_BACK, until)], 1)


def of_contacts(plan: Plan, rng: Random) -> Question:
    """Whom three hundred people met for fifteen minutes."""
    people = rng.sample(range(1, plan.citizens + 1), CLOSE_CONTACTS)
    days = [rng.randrange(LEAST_DAYS * DAY, MOST_DAYS * DAY) for _ in people]
    spans = zip(people, days, strict=True)
    return Question([Source(n, plan.now - timedelta(seconds=s), plan.now) for n, s in spans], 15)


def encounters(question: Question) -> int:
    """How many encounters the tracer's own statement looks at to answer this."""
    until_pairs, _, _ = sql.MEETINGS.partition("), pair AS")
    touched = f"{until_pairs}) SELECT count(*) FROM met"  # noqa: S608
    given = question.parameters | {
        "tail": 0,
        "closed": False,
        "casual": True,
        "known": [],
        "vehicles": None,
        "close_quarters": None,
        "closed_spaces": None,
    }
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(touched, given).fetchone()
    assert row is not None
    return int(row[0])


def _citizen(plan: Plan, rng: Random) -> int:
    return 1 + rng.randrange(plan.citizens)
