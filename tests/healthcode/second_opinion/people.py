"""Made-up people whose facts lie exactly as far apart as rules count, or a second beside."""

from hypothesis import strategies as st

from healthcode.policy.facts import Fact
from tests.healthcode import strategies as made

HOUR, DAY = 3600, 24 * 3600
INSTANTS = ("by", "tier_from", "tier_to")
# Gaps, windows and numbers of days that the sets name, from one fact to another.
HOURS = (1, 5, 24, 30, 48, 72)
DAYS = (1, 2, 3, 5, 7, 7, 8, 14, 21)
counted = st.one_of(
    st.just(0), st.sampled_from(HOURS).map(HOUR.__mul__), st.sampled_from(DAYS).map(DAY.__mul__)
)
beside = st.sampled_from((0, 0, 0, -1, 1))
samples = st.one_of(made.negatives, made.negatives, made.inconclusives, made.reports)
causes = st.one_of(made.exposures, made.positives, made.stays, made.legs, made.screenings())
# Of one kind, so that they touch, overlap, release and close one another.
entries = made.legs.filter(lambda leg: leg.details["from_country"] != "CHN")
closable = st.one_of(made.positives, made.closed_cases, made.closed_cases, made.contacts)
mixtures = (
    made.any_fact,
    st.one_of(causes, samples),
    entries,
    made.stays,
    st.one_of(made.exposures, made.negatives, made.negatives),
    st.one_of(made.exposures, made.reports),
    st.one_of(made.screenings(), made.negatives, made.inconclusives),
    closable,
)


@st.composite
def people(draw: st.DrawFn) -> tuple[list[Fact], int]:
    """Some facts, most of them a counted time from another, and an instant likewise."""
    facts: list[Fact] = []
    kinds = draw(st.sampled_from(mixtures))
    for number in range(draw(st.integers(1, 6))):
        fact = draw(kinds)
        start = draw(near(facts)) if facts and draw(st.integers(0, 3)) else fact.occurred_at
        facts.append(_moved(fact, start)._replace(id=number))
    return facts, draw(st.one_of(near(facts), made.instants))


def near(facts: list[Fact]) -> st.SearchStrategy[int]:
    """An instant at a counted time from one that the facts name, mostly after it."""
    named = st.sampled_from([instant for fact in facts for instant in _named(fact)])
    sign = st.sampled_from((1, 1, 1, -1))
    return st.builds(lambda a, b, c, d: a + b * c + d, named, sign, counted, beside)


def _named(fact: Fact) -> list[int]:
    said = (fact.details.get(name) for name in INSTANTS)
    instants = (fact.occurred_at, fact.ended_at, *said)
    return [instant for instant in instants if instant is not None]


def _moved(fact: Fact, start: int) -> Fact:
    """The same fact at another time; a listing stays where it was, so that stays vary."""
    by = start - fact.occurred_at
    end = None if fact.ended_at is None else fact.ended_at + by
    said = {**fact.details}
    if fact.kind == "screening_due":
        said["by"] += by
    return fact._replace(occurred_at=start, ended_at=end, details=said)
