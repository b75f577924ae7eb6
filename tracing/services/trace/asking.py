"""One search: what it asks the database, and how the rules grade the answers."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.conf import settings

from healthcode.policy import CompiledRules, grader
from healthcode.policy.ruleset import Contacts
from tracing import queries
from tracing.queries import Source
from tracing.services.trace.edges import (
    Graded,
    asks_for_closed_space,
    grade_home,
    grade_meeting,
    kinds_worth_asking,
)
from tracing.services.trace.read import read_meetings
from tracing.services.trace.stated import stated_meetings
from tracing.windows import contacts_part


class Search(NamedTuple):
    """What stays the same while one case is traced.

    `infected` are the citizens whom the case stands for: one, unless cases were merged.
    `distance_m`: how far apart people in one place are, where that was measured.
    """

    infected: frozenset[int]
    rules: CompiledRules
    now: datetime
    distance_m: float | None = None

    @property
    def contacts(self) -> Contacts:
        """The part of the rules that is about contacts."""
        return contacts_part(self.rules)

    def met_by_case(self, since: datetime, until: datetime) -> Iterator[Graded]:
        """Everybody whom the case met on a stretch of time, of whatever grade."""
        sources = [Source(citizen_id, since, until) for citizen_id in sorted(self.infected)]
        met = self._meetings(sources, self.contacts.minimum_minutes, self.infected)
        graded = grader(self.rules)
        yield from (grade_meeting(one, graded, 1, self.distance_m) for one in met)
        yield from stated_meetings(sources, self.rules, 1, known=self.infected)

    def lived_with_case(self, since: datetime, until: datetime | None) -> Iterator[Graded]:
        """Everybody who shared a home with the case then; `until` None: it goes on."""
        sources = [Source(citizen_id, since, until) for citizen_id in sorted(self.infected)]
        homes = queries.cohabitations(sources, now=self.now, known=self.infected)
        yield from (grade_home(home, self.rules, 1) for home in homes)

    def met_by_contacts(
        self, sources: Sequence[Source], known: Collection[int], minutes: int
    ) -> Iterator[Graded]:
        """Whom close contacts met for long enough, or live with; nobody of `known`."""
        least = max(self.contacts.minimum_minutes, minutes)
        met = self._meetings(sources, least, known, worth_asking=True)
        graded = grader(self.rules)
        yield from (grade_meeting(one, graded, 2, self.distance_m) for one in met)
        yield from stated_meetings(sources, self.rules, 2, known=known)
        homes = queries.cohabitations(sources, now=self.now, known=known)
        yield from (grade_home(home, self.rules, 2) for home in homes)

    def _meetings(
        self,
        sources: Sequence[Source],
        least: int,
        known: Collection[int],
        *,
        worth_asking: bool = False,
    ) -> list[queries.Meeting]:
        """`worth_asking`: only where the rules could find more than a casual contact."""
        kinds = None
        if worth_asking:
            kinds = kinds_worth_asking(self.rules, hop=2, minutes=least, distance_m=self.distance_m)
        ask = partial(
            queries.meetings,
            least_minutes=least,
            window_hours=self.contacts.window_hours,
            known=known,
            kinds=kinds,
            casual=not worth_asking,
            tail_minutes=self.contacts.tail_minutes,
            closed_spaces=asks_for_closed_space(self.rules),
            most=settings.TRACE_MOST_MEETINGS + 1,
        )
        return read_meetings(sources, ask)
