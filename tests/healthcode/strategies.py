"""Made-up people for the properties of the policy: facts that touch, overlap and coincide."""

from hypothesis import strategies as st

from healthcode.policy import Fact
from healthcode.policy.instants import DAY, HOUR
from tests.healthcode.given import at

START = at("09-01 00:00")
DAYS = 30
# The instants at which rules turn: midnights, their neighbours, and some hours of the day.
TURNS = (0, 0, 1, 9 * HOUR, 12 * HOUR, 12 * HOUR + 1, 20 * HOUR, DAY - 1)

instants = st.builds(
    lambda day, second: START + day * DAY + second,
    st.integers(0, DAYS),
    st.sampled_from(TURNS),
)
short = st.sampled_from((0, 1, HOUR, 5 * HOUR, DAY, 3 * DAY, 9 * DAY))
recorded = st.one_of(st.none(), instants)


def _span(kind: str, details: st.SearchStrategy, end: st.SearchStrategy) -> st.SearchStrategy[Fact]:
    def build(start: int, length: int | None, said: dict, known: int | None) -> Fact:
        return Fact(kind, start, None if length is None else start + length, said, 0, known)

    return st.builds(build, instants, end, details, recorded)


def _details(**fields: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(fields)


def _test(method: str, results: tuple[str, ...], pools: tuple[int, ...]) -> st.SearchStrategy[Fact]:
    details = _details(
        method=st.just(method),
        result=st.sampled_from(results),
        pool_size=st.sampled_from(pools),
        lab=st.sampled_from((None, "a", "b")),
    )
    return st.builds(lambda start, said: Fact("test", start, None, said), instants, details)


negatives = st.one_of(
    _test("pcr", ("negative",), (1, 1, 10)), _test("antigen", ("negative",), (1,))
)
inconclusives = st.one_of(
    _test("pcr", ("inconclusive",), (1, 10)), _test("antigen", ("inconclusive",), (1,))
)
positives = st.one_of(_test("pcr", ("positive",), (1, 10)), _test("antigen", ("positive",), (1,)))
exposures = _span(
    "exposure",
    st.sampled_from(
        [
            {"level": level, "grade": grade, "case": case, "setting": "zone"}
            for level, grade in ((1, "close"), (1, "casual"), (2, "secondary"))
            for case in ("c1", "c2")
        ]
    ),
    st.one_of(st.none(), short),
)
open_cases = _span(
    "case",
    _details(status=st.sampled_from(("confirmed", "asymptomatic", "suspected"))),
    st.none(),
)
closed_cases = _span("case", _details(status=st.sampled_from(("discharged", "excluded"))), short)
legs = _span(
    "travel",
    st.builds(
        lambda pair: {"mode": "flight", "from_country": pair[0], "to_country": pair[1]},
        st.sampled_from(
            [
                ("JPN", "CHN"),
                ("HKG", "CHN"),
                ("MAC", "CHN"),
                ("CHN", "CHN"),
                ("CHN", "JPN"),
                ("JPN", "MAC"),
                ("CHN", "MAC"),
            ]
        ),
    ),
    short,
)
stays = _span(
    "area_stay",
    _details(
        region=st.sampled_from(("310101", "110101")),
        tier=st.sampled_from(("low", "medium", "high")),
        tier_from=st.one_of(st.none(), instants),
        tier_to=st.one_of(st.none(), instants),
    ).filter(lambda d: not (d["tier_from"] and d["tier_to"]) or d["tier_from"] < d["tier_to"]),
    st.one_of(st.none(), short),
)
orders = _span(
    "order", _details(order=st.sampled_from(("home_isolation", "central_isolation"))), short
)
companions = _span("companion", st.just({"grid": "g"}), st.one_of(st.none(), short))
reports = st.builds(
    lambda start, symptoms: Fact("health_report", start, None, {"symptoms": symptoms}),
    instants,
    st.sampled_from(([], [], [], ["fever"])),
)
vaccinations = st.builds(
    lambda start: Fact("vaccination", start, None, {"dose": 1, "product": "x"}), instants
)


@st.composite
def screenings(draw: st.DrawFn) -> Fact:
    """A screening whose deadline lies between opening and closing."""
    opens = draw(instants)
    by = opens + draw(short)
    details = {"campaign": draw(st.sampled_from(("k1", "k2"))), "by": by}
    return Fact("screening_due", opens, by + draw(short), details, 0, draw(recorded))


any_fact = st.one_of(
    negatives,
    positives,
    exposures,
    stays,
    legs,
    closed_cases,
    open_cases,
    screenings(),
    inconclusives,
    orders,
    companions,
    reports,
    vaccinations,
)


def with_ids(facts: list[Fact]) -> list[Fact]:
    """Number the facts, so that each is named by its own id."""
    return [fact._replace(id=i) for i, fact in enumerate(facts)]


# Most releases need several samples after one cause: people of whom little else is known.
tested = st.one_of(negatives, negatives, positives, exposures, closed_cases, inconclusives)
causes = st.one_of(positives, exposures.filter(lambda f: f.details["grade"] != "secondary"))


@st.composite
def followed(draw: st.DrawFn) -> list[Fact]:
    """A cause and samples in the days after it, where releases are decided."""
    cause = draw(causes)
    start = cause.ended_at or cause.occurred_at
    later = st.builds(
        lambda fact, day, second: fact._replace(occurred_at=start + day * DAY + second),
        st.one_of(negatives, negatives, inconclusives),
        st.integers(0, 9),
        st.sampled_from(TURNS),
    )
    return with_ids([cause, *draw(st.lists(later, max_size=4))])


# What some release waits for, and the samples that releases name.
tubes = _test("pcr", ("positive",), (10,))
contacts = exposures.filter(lambda f: f.ended_at is not None and f.details["grade"] == "close")
single_negatives = _test("pcr", ("negative",), (1,))


@st.composite
def aftermath(
    draw: st.DrawFn, cause: st.SearchStrategy[Fact], days: int
) -> tuple[list[Fact], list[Fact], int]:
    """A cause, negatives sampled in the days after it, and an instant at or after them all."""
    first = draw(cause)
    start = first.ended_at or first.occurred_at
    steps = draw(st.lists(st.integers(1, days * 24), min_size=1, max_size=4, unique=True))
    samples = [draw(single_negatives)._replace(occurred_at=start + h * HOUR) for h in steps]
    now = start + draw(st.integers(max(steps), days * 24)) * HOUR
    return [first], with_ids([first, *samples])[1:], now


@st.composite
def alone(draw: st.DrawFn) -> tuple[list[Fact], int]:
    """A fact that could be milder, a recent negative, and an instant in the days after."""
    serious = draw(st.one_of(positives, exposures, stays, open_cases))
    start = serious.ended_at or serious.occurred_at
    now = start + draw(st.integers(0, 9 * 24)) * HOUR
    known = draw(single_negatives)._replace(occurred_at=now - draw(st.integers(0, 96)) * HOUR)
    return with_ids([serious, known]), now


people = st.one_of(
    st.lists(any_fact, max_size=8).map(with_ids),
    st.lists(tested, max_size=8).map(with_ids),
    followed(),
)


def milder(fact: Fact) -> list[Fact]:
    """The same fact, one step milder in every way there is."""
    said = fact.details
    steps: list[Fact] = []
    match fact.kind:
        case "exposure" if said["grade"] == "close":
            steps = [with_(fact, level=2, grade="secondary"), with_(fact, grade="casual")]
        case "exposure" if said["grade"] == "secondary":
            steps = [with_(fact, level=1, grade="casual")]
        case "area_stay" if said["tier"] == "high":
            steps = [with_(fact, tier="medium"), with_(fact, tier="low")]
        case "area_stay" if said["tier"] == "medium":
            steps = [with_(fact, tier="low")]
        case "test" if said["result"] == "positive":
            steps = [with_(fact, result="negative")]
        case "case" if fact.ended_at is None:
            steps = [with_(fact, status="excluded")._replace(ended_at=fact.occurred_at + DAY)]
    return steps


def with_(fact: Fact, **changes: object) -> Fact:
    """The fact with other details."""
    return fact._replace(details={**fact.details, **changes})
