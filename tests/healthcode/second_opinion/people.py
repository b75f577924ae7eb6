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
def crowds(draw: st.DrawFn) -> tuple[list[Fact], int]:
    """Some facts, most of them a counted time from another, and an instant likewise."""
    facts: list[Fact] = []
    kinds = draw(st.sampled_from(mixtures))
    for _ in range(draw(st.integers(1, 6))):
        fact = draw(kinds)
        near_another = facts and draw(st.integers(0, 3))
        facts.append(_moved(fact, draw(near(facts))) if near_another else fact)
    return made.with_ids(facts), draw(st.one_of(near(facts), made.instants))


def _days(*numbers: int) -> list[int]:
    return [number * DAY for number in numbers]


risky = st.sampled_from(("high", "high", "medium"))
by_macao = made.legs.map(lambda leg: made.with_(leg, from_country="MAC", to_country="CHN"))
from_afar = made.legs.map(lambda leg: made.with_(leg, from_country="JPN"))
recovered = made.closed_cases
single = made.single_negatives
ended = made.contacts
casual = ended.map(lambda contact: made.graded(contact, "casual"))
listed_later = st.builds(
    lambda stay, tier, days, second: made.with_(
        stay,
        tier=tier,
        tier_from=(stay.ended_at or stay.occurred_at) + days * DAY + second,
        tier_to=None,
    ),
    made.stays,
    risky,
    st.sampled_from((7, 7, 8)),
    beside,
)
lifted_before = st.builds(
    lambda stay, tier, second: made.with_(
        stay, tier=tier, tier_from=None, tier_to=stay.occurred_at + second
    ),
    made.stays,
    risky,
    beside,
)
# What a bound lies between: the second, and how far from the end of the first.
COUPLES = (
    (recovered, made.positives, [0]),
    (recovered, ended, [0]),
    (by_macao, from_afar, _days(-8, -7, -4, -3)),
    (from_afar, by_macao, _days(3, 7)),
    (entries, made.reports, _days(0, 1, 2, 3)),
    (ended, ended, [0, HOUR]),
    (ended, st.one_of(single, single, made.inconclusives), [0, *_days(1, 2, 3, 4, 7, 8)]),
    (casual, single, _days(1, 3)),
    (made.positives, single, [0, HOUR]),
    (made.screenings(), single, [0, *_days(1, 3)]),
    (listed_later, single, _days(0, 1)),
    (lifted_before, single, _days(0, 1)),
)


@st.composite
def couples(draw: st.DrawFn) -> tuple[list[Fact], int]:
    """A fact, one or two more on the bounds of what counts with it, and an instant soon after."""
    kinds, others, lengths = draw(st.sampled_from(COUPLES))
    facts = [draw(kinds)]
    for _ in range(draw(st.integers(1, 2))):
        other, at = draw(others), _last(facts[-1]) + draw(st.sampled_from(lengths)) + draw(beside)
        facts.append(_ending(other, at) if draw(st.booleans()) else _moved(other, at))
    after = st.sampled_from([0, HOUR, *_days(1, 2, 3)])
    now = max(map(_last, facts)) + draw(after) + draw(beside)
    return made.with_ids(facts), now


people = st.one_of(crowds(), couples(), couples())


def _last(fact: Fact) -> int:
    return fact.occurred_at if fact.ended_at is None else fact.ended_at


def _ending(fact: Fact, at: int) -> Fact:
    return _moved(fact, fact.occurred_at + at - _last(fact))


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
