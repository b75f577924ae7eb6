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


def _test(
    method: str, results: tuple[str, ...], pools: tuple[int | None, ...]
) -> st.SearchStrategy[Fact]:
    details = _details(
        method=st.just(method),
        result=st.sampled_from(results),
        pool_size=st.sampled_from(pools),
        lab=st.sampled_from((None, "a", "b", "b")),
        ct=st.sampled_from((None, 30, 38)),
    )
    return st.builds(lambda start, said: Fact("test", start, None, said), instants, details)


negatives = st.one_of(
    _test("pcr", ("negative",), (1, 1, 10, None)), _test("antigen", ("negative",), (1,))
)
inconclusives = st.one_of(
    _test("pcr", ("inconclusive",), (1, 10)), _test("antigen", ("inconclusive",), (1,))
)
positives = st.one_of(
    _test("pcr", ("positive",), (1, 10, None)), _test("antigen", ("positive",), (1,))
)
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


# Where what is known of somebody begins, and what some sample or report releases.
tubes = _test("pcr", ("positive",), (10,))
contacts = exposures.filter(lambda f: f.ended_at is not None)
entries = legs.map(lambda leg: with_(leg, from_country="JPN", to_country="CHN"))
left_areas = st.builds(
    lambda stay: with_(stay, tier_from=None, tier_to=None)._replace(
        ended_at=stay.ended_at + 3 * DAY
    ),
    stays.filter(lambda f: f.ended_at is not None and f.details["tier"] != "low"),
)
listed_areas = st.builds(
    lambda stay: with_(stay, tier_from=None, tier_to=None)._replace(ended_at=None),
    stays.filter(lambda f: f.details["tier"] != "low"),
)
fevers = st.builds(lambda fact: with_(fact, symptoms=["fever"]), reports)
single_negatives = _test("pcr", ("negative",), (1,))
# What no sample ends.
unending = st.one_of(
    open_cases,
    _test("pcr", ("positive",), (1, None)),
    st.builds(lambda contact: contact._replace(ended_at=None), exposures),
)
# What one stay or journey has no part in.
unrelated = st.one_of(positives, exposures, open_cases, companions)


def milder(fact: Fact) -> list[Fact]:
    """The same fact, milder in every way there is."""
    said = fact.details
    match fact.kind:
        case "exposure":
            milder_grades = {"close": ("secondary", "casual"), "secondary": ("casual",)}
            return [graded(fact, grade) for grade in milder_grades.get(said["grade"], ())]
        case "area_stay":
            milder_tiers = {"high": ("medium", "low"), "medium": ("low",)}
            return [with_(fact, tier=tier) for tier in milder_tiers.get(said["tier"], ())]
        case "test" if said["result"] == "positive":
            return [with_(fact, result="negative"), with_(fact, result="inconclusive")]
        case "case" if fact.ended_at is None:
            excluded = with_(fact, status="excluded")
            return [excluded._replace(ended_at=fact.occurred_at + wait) for wait in (0, DAY)]
        case "health_report" if said["symptoms"]:
            return [with_(fact, symptoms=[])]
    return []


def graded(fact: Fact, grade: str) -> Fact:
    """The contact with another grade."""
    return with_(fact, level=2 if grade == "secondary" else 1, grade=grade)


def with_(fact: Fact, **changes: object) -> Fact:
    """The fact with other details."""
    return fact._replace(details={**fact.details, **changes})
