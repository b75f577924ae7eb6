"""Made-up people: a cause and what follows it, and an instant at which to decide."""

from functools import partial
from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from healthcode.policy import Fact
from healthcode.policy.instants import DAY, HOUR
from tests.healthcode import strategies as made
from tests.healthcode.strategies import TURNS, with_ids

Person = tuple[list[Fact], int]
# From one sample to the next: the gaps and windows of releases, and a second beside them.
GAPS = (0, 1, HOUR, HOUR + 1, DAY - 1, DAY, DAY + HOUR, 3 * DAY, 3 * DAY + 1)
# Longer than anything that a published text counts.
LONG = 26

# Most releases need several samples after one cause: people of whom little else is known.
tested = st.one_of(
    made.negatives,
    made.negatives,
    made.positives,
    made.exposures,
    made.closed_cases,
    made.inconclusives,
)
causes = st.one_of(
    st.one_of(made.tubes, made.contacts, made.companions, made.screenings()),
    st.one_of(
        made.positives, made.exposures, made.stays, made.legs, made.reports, made.closed_cases
    ),
)
# So many days after a cause: most rules turn on the first, some are longer.
days_after = st.one_of(st.integers(0, 4), st.integers(0, 9), st.integers(0, LONG))
offsets = st.builds(lambda day, second: day * DAY + second, days_after, st.sampled_from(TURNS))


def either(*ways: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of some ways, each as often as another: `one_of` favours those with more inside."""
    return st.sampled_from(ways).flatmap(lambda way: way)


def clock_of(cause: Fact) -> int:
    """The instant from which most rules count the days after a cause."""
    return cause.ended_at or cause.occurred_at


@st.composite
def samples_after(draw: st.DrawFn, start: int) -> list[Fact]:
    """Samples in the days after an instant: alone, or in pairs as releases want them."""
    samples = st.one_of(
        made.single_negatives, made.single_negatives, made.negatives, made.inconclusives
    )
    taken = []
    for offset in draw(st.lists(offsets, max_size=2)):
        at = start + offset
        for gap in (0, *draw(st.lists(st.sampled_from(GAPS), max_size=2))):
            at += gap
            taken.append(draw(samples)._replace(occurred_at=at))
    return taken


@st.composite
def reports_after(draw: st.DrawFn, start: int) -> list[Fact]:
    """Empty health reports, day after day, perhaps with a day left out or with a fever."""
    first, length = draw(st.integers(0, 4)), draw(st.sampled_from((0, 0, 3, 7, 14, 16)))
    gap = draw(st.integers(0, 30))
    days = [day for day in range(first, first + length) if day != gap]
    daily = [Fact("health_report", start + day * DAY, None, {"symptoms": []}) for day in days]
    return daily + draw(st.lists(made.reports, max_size=1))


@st.composite
def followed(draw: st.DrawFn) -> Person:
    """A cause, samples and reports in the days after it, and an instant in those days."""
    cause = draw(causes)
    start = clock_of(cause)
    facts = [cause, *draw(samples_after(start)), *draw(reports_after(start))]
    return with_ids(facts), start + draw(offsets)


# Rows of samples as releases count them: the gaps from one to the next, and a second beside.
ROWS = (
    *((), (), (0,), (1,), (HOUR,), (HOUR,), (HOUR + 1,), (DAY - 1,), (DAY,), (DAY,), (3 * DAY,)),
    *((3 * DAY + 1,), (3 * DAY + 1,), (DAY, 1), (DAY, HOUR), (DAY, HOUR), (HOUR, DAY), (DAY, DAY)),
)
SAMPLES = [
    {"method": method, "result": result, "pool_size": pool, "lab": lab, "ct": None}
    for method, result, pool, lab in (
        *(("pcr", "negative", 1, lab) for lab in ("a", "a", "a", "b", "b", "b", "b", None)),
        *(("pcr", "negative", pool, "a") for pool in (10, 10, None)),
        *(("antigen", "negative", 1, "b"), ("pcr", "inconclusive", 1, "a")),
    )
]
close_contacts = made.contacts.map(partial(made.graded, grade="close"))
casual_contacts = made.contacts.map(partial(made.graded, grade="casual"))
awaiting = st.one_of(
    *(made.tubes, made.fevers, made.companions, close_contacts, casual_contacts, made.entries),
    either(made.left_areas, made.listed_areas),
)
# The days on which phases that wait for samples begin to do so, and the first ones.
WAITING_DAYS = (0, 0, 1, 3, 5, 7, 14, 14)


@st.composite
def waiting(draw: st.DrawFn, causes: st.SearchStrategy[Fact] = awaiting) -> Person:
    """A cause that samples release, a row of samples, and an instant soon after the last."""
    cause = draw(causes)
    at = clock_of(cause) + draw(st.sampled_from(WAITING_DAYS)) * DAY + draw(st.sampled_from((0, 1)))
    times = [*accumulate((at, *draw(st.sampled_from(ROWS))))]
    samples = [Fact("test", time, None, draw(st.sampled_from(SAMPLES))) for time in times]
    soon = draw(st.sampled_from((0, 0, 1, HOUR, DAY, DAY, 3 * DAY, 5 * DAY)))
    return with_ids([cause, *samples]), times[-1] + soon


@st.composite
def several(draw: st.DrawFn) -> Person:
    """A few causes within days of each other, and an instant in those days."""
    first, start = draw(st.one_of(made.positives, made.exposures, made.stays)), draw(made.instants)
    moved = [moved_to(fact, start + draw(offsets)) for fact in draw(few_causes)]
    return with_ids([moved_to(first, start), *moved]), start + draw(offsets)


few_causes = st.lists(st.one_of(causes, made.open_cases, made.exposures), min_size=1, max_size=3)


def moved_to(fact: Fact, start: int) -> Fact:
    """The same fact at another time; what it says of times stays."""
    end = None if fact.ended_at is None else start + fact.ended_at - fact.occurred_at
    if fact.kind == "screening_due":
        return fact
    return fact._replace(occurred_at=start, ended_at=end)


@st.composite
def alone(draw: st.DrawFn, serious: st.SearchStrategy[Fact]) -> Person:
    """A fact that could be milder, a recent negative, and an instant in the days after."""
    cause = draw(serious)
    now = clock_of(cause) + draw(offsets)
    known = draw(made.single_negatives)._replace(occurred_at=now - draw(st.integers(0, 96)) * HOUR)
    return with_ids([cause, known]), now


@st.composite
def contacts_in_care(draw: st.DrawFn) -> Person:
    """A close contact just learned of, while the test days run and are settled."""
    contact = draw(close_contacts)._replace(recorded_at=None)
    facts = [contact, *draw(samples_after(clock_of(contact)))]
    return with_ids(facts), clock_of(contact) + draw(st.integers(0, 9 * 24)) * HOUR


@st.composite
def in_parts(draw: st.DrawFn) -> tuple[Fact, list[Fact]]:
    """A span, and the same span told in two parts that touch or overlap."""
    spans = st.one_of(made.exposures, made.stays, made.companions, made.orders, made.screenings())
    span = draw(spans.filter(lambda f: f.ended_at is None or f.ended_at > f.occurred_at + 1))
    last = span.occurred_at + 9 * DAY if span.ended_at is None else span.ended_at
    cut = draw(st.integers(span.occurred_at + 1, last - 1))
    overlap = draw(st.integers(0, min(HOUR, cut - span.occurred_at)))
    parts = [span._replace(ended_at=cut), span._replace(occurred_at=cut - overlap)]
    return span._replace(id=99), [part._replace(id=99) for part in parts]


people = st.one_of(
    st.lists(made.any_fact, max_size=8).map(with_ids),
    st.lists(tested, max_size=8).map(with_ids),
)


@st.composite
def reporting(draw: st.DrawFn) -> Person:
    """A cause that reports without symptoms release, and such reports day after day."""
    cause = draw(st.one_of(made.contacts, made.left_areas, made.fevers, made.entries))
    first = clock_of(cause) + draw(st.sampled_from((0, 1, DAY)))
    length = draw(st.sampled_from((2, 3, 6, 7, 8, 13, 14, 15)))
    daily = [
        Fact("health_report", first + day * DAY, None, {"symptoms": []}) for day in range(length)
    ]
    known = draw(made.single_negatives)._replace(occurred_at=first)
    now = daily[-1].occurred_at + draw(st.sampled_from((0, 1, DAY)))
    return with_ids([cause, *daily, known]), now


# Somebody and an instant.
counted = waiting(st.one_of(made.fevers, casual_contacts, made.companions))
followers = either(waiting(), counted, followed(), reporting())
detained = either(waiting(close_contacts), waiting(made.entries))
spans_alone = alone(either(made.exposures, made.contacts, made.left_areas, made.left_areas))
persons = st.one_of(
    st.tuples(people, made.instants),
    followed(),
    waiting(),
    reporting(),
    several(),
    alone(st.one_of(made.positives, made.exposures, made.stays, made.open_cases)),
)


@st.composite
def closing(draw: st.DrawFn) -> tuple[list[Fact], Fact, int]:
    """Positives and contacts, a case that ended, and an instant from its end on."""
    facts = draw(
        st.lists(st.one_of(made.positives, made.exposures), min_size=1, max_size=3, unique_by=named)
    )
    episode = draw(made.closed_cases)
    near = draw(st.sampled_from((-1, 0, 0, 1)))
    field = "occurred_at" if facts[0].kind == "test" else "ended_at"
    moved = facts[0]._replace(**{field: max(facts[0].occurred_at, episode.ended_at + near)})
    known = with_ids([moved, *facts[1:]])
    return known, episode._replace(id=99), episode.ended_at + draw(offsets)


def named(fact: Fact) -> tuple[str, ...]:
    """What keeps spans apart: those of one case would be one span."""
    return (fact.kind, *(str(value) for value in fact.details.values()))
