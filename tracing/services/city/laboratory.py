"""Samples: everybody's routine ones, pooled by ten, and the few that were positive.

The rhythm of sampling, the delays and the number of positive tubes are guesses. Somebody found
positive stays at home from the next day on.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tracing.services.city.areas import Areas
from tracing.services.city.people import Person
from tracing.services.city.plan import CityPlan, written
from tracing.services.city.story import SAMPLED_HOUR, TEST_DAY, Cast
from tracing.services.city.trips import Travels

TUBE = 10
# Days between samples, by how many people of a hundred keep to it; 0 is never.
RHYTHMS = ((2, 0), (10, 2), (59, 4), (28, 6), (1, 9))
YOUNGEST = 3
CITIZENS_PER_POSITIVE_TUBE = 5000
RETESTED_DAY, PENDING_DAY = 4, 1
AFTER_ENTRY = (1, 2, 3, 5, 7)
HOUR = 3600


class Sample(NamedTuple):
    """One person's sample in a tube; times in seconds since 1970."""

    person: Person
    collected: int
    reported: int
    result: str
    pool_size: int
    tube: str
    ct: float | None


class Laboratory:
    """Takes the samples of one day after the other."""

    def __init__(
        self, plan: CityPlan, people: Sequence[Person], cast: Cast, travels: Travels, areas: Areas
    ) -> None:
        """Draw everybody's rhythm once."""
        self._plan, self._people, self._cast, self._areas = plan, people, cast, areas
        self._rng = plan.stream("laboratory")
        self._travels = travels
        self._rhythms = [self._rhythm(person) for person in people]
        self._singles: dict[int, list[tuple[Person, str]]] = self._planned_singles()
        self._positive_tubes = self._planned_tubes()

    @property
    def positive(self) -> Sample:
        """The sample that begins the story: single, two days before today."""
        at = int(self._plan.at(TEST_DAY, SAMPLED_HOUR).timestamp())
        return Sample(self._cast.index, at, at + 6 * HOUR, "positive", 1, "", 24.6)

    def day(self, ago: int) -> Iterator[list[object]]:
        """The rows of a day's samples that were reported by the end."""
        date = self._plan.day(ago)
        samples = [*self._pools(ago), *self._taken_alone(ago)]
        if ago == TEST_DAY:
            samples.append(self.positive)
        for number, sample in enumerate(samples):
            if sample.reported <= self._plan.end:
                yield _row(f"{date:%Y%m%d}-{number:07}", sample)

    def _rhythm(self, person: Person) -> int:
        """Days between samples; people of the story come every other day."""
        days = self._rng.choices([days for _, days in RHYTHMS], [share for share, _ in RHYTHMS])[0]
        if person.number in self._cast.kept:
            return 2
        old_enough = (self._plan.today - person.born).days >= YOUNGEST * 365
        return days if old_enough else 0

    def _planned_singles(self) -> dict[int, list[tuple[Person, str]]]:
        """Those who came from abroad are sampled alone on fixed days of their isolation."""
        singles: dict[int, list[tuple[Person, str]]] = defaultdict(list)
        for arrival in self._travels.arrivals:
            for day in AFTER_ENTRY:
                singles[arrival.ago - day].append((arrival.person, "negative"))
        return singles

    def _planned_tubes(self) -> dict[int, int]:
        """How many tubes turn out positive on which day: half of them are sorted out since."""
        wanted = max(2, self._plan.citizens // CITIZENS_PER_POSITIVE_TUBE)
        return {RETESTED_DAY: wanted // 2, PENDING_DAY: wanted - wanted // 2}

    def _pools(self, ago: int) -> Iterator[Sample]:
        """Fill tubes street by street in the order of coming."""
        due: dict[str, list[Person]] = defaultdict(list)
        for person in self._due(ago):
            due[person.community[:9]].append(person)
        number = 0
        for street in sorted(due):
            queue = due[street]
            self._rng.shuffle(queue)
            for start in range(0, len(queue), TUBE):
                number += 1
                yield from self._tube(ago, number, queue[start : start + TUBE])

    def _due(self, ago: int) -> Iterator[Person]:
        """Who comes today: those whose day it is, and the street that is screened."""
        ordinal, away = self._plan.day(ago).toordinal(), self._travels.away[ago]
        screening = self._areas.screening
        called = {one.number for one in screening.members} if ago == screening.ago else set()
        absent = away | screening.missed if ago <= screening.ago else away
        if ago <= TEST_DAY:
            absent = absent | {self._cast.index.number}
        for person, rhythm in zip(self._people, self._rhythms, strict=True):
            due = rhythm and (ordinal + person.number) % rhythm == 0
            if (due or person.number in called) and person.number not in absent:
                yield person

    def _tube(self, ago: int, number: int, members: list[Person]) -> Iterator[Sample]:
        """One tube: a minute apart at the site, hours later one result for all."""
        start = self._plan.midnight(ago) + self._rng.randrange(7 * HOUR, 20 * HOUR)
        reported = start + self._rng.randrange(5 * HOUR, 10 * HOUR)
        positive = self._turns_positive(ago, start, members)
        if positive:
            self._follow_up(ago, members)
        result, ct = ("positive", 36.5) if positive else ("negative", None)
        tube = f"T{self._plan.day(ago):%m%d}{number:06}" if len(members) > 1 else ""
        for place, person in enumerate(members):
            collected = start + 20 * place
            yield Sample(person, collected, reported, result, len(members), tube, ct)

    def _turns_positive(self, ago: int, start: int, members: Sequence[Person]) -> bool:
        """The first full tubes of a planned morning that hold nobody of the story."""
        if not self._positive_tubes.get(ago) or len(members) < TUBE:
            return False
        if start - self._plan.midnight(ago) > 12 * HOUR:
            return False
        if any(person.number in self._cast.kept for person in members):
            return False
        self._positive_tubes[ago] -= 1
        return True

    def _follow_up(self, ago: int, members: Sequence[Person]) -> None:
        """Singles the next day, where there was time: one of the first tube is positive."""
        if ago == PENDING_DAY:
            return
        last = self._positive_tubes[ago] == 0
        for place, person in enumerate(members):
            positive = last and place == 0
            result = "positive" if positive else "negative"
            self._singles[ago - 1].append((person, result))
            if positive:
                self._keep_home(person, ago - 1)

    def _keep_home(self, person: Person, ago: int) -> None:
        """Somebody is found positive: no more samples, no more visits."""
        for day in range(ago):
            self._travels.away[day].add(person.number)

    def _taken_alone(self, ago: int) -> Iterator[Sample]:
        for person, result in self._singles.get(ago, ()):
            at = self._plan.midnight(ago) + self._rng.randrange(8 * HOUR, 11 * HOUR)
            ct = 28.1 if result == "positive" else None
            yield Sample(person, at, at + 5 * HOUR, result, 1, "", ct)


def _row(source_ref: str, sample: Sample) -> list[object]:
    person = sample.person
    named = (source_ref, 1, "", person.document_type, person.document_number)
    times = (written(sample.collected), written(sample.reported))
    ct = "" if sample.ct is None else sample.ct
    tube = ("pcr", sample.result, sample.pool_size, sample.tube, ct)
    return [*named, *times, *tube, f"lab-{person.community[:6]}", person.community[:9]]
