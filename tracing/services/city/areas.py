"""Risk areas, stays in them, a screening that some missed, and orders of isolation."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from json import dumps
from typing import NamedTuple

from tracing.services.city.people import Person
from tracing.services.city.plan import CityPlan, written
from tracing.services.city.story import Cast
from tracing.services.city.trips import Travels, isolation_ends

MISSED_SHARE = 0.12
VISITORS_SHARE = 0.0004
STREET, COMMUNITY = 9, 12


class Listing(NamedTuple):
    """A row of the risk-area list."""

    listing: str
    region: str
    tier: str
    tier_from: datetime
    tier_to: datetime | None


class Screening(NamedTuple):
    """A campaign for everybody of a street; `missed` are those who did not come."""

    ref: str
    region: str
    ago: int
    opens_at: datetime
    due_by: datetime
    closes_at: datetime
    members: list[Person]
    missed: frozenset[int]


class Areas(NamedTuple):
    """What was listed and opened, and the stays and orders that somebody reported."""

    listings: list[Listing]
    screening: Screening
    rows: list[list[object]]


def make_areas(plan: CityPlan, people: Sequence[Person], cast: Cast, travels: Travels) -> Areas:
    """A high-risk community, a street that was medium-risk, a screening elsewhere."""
    streets = _untouched(people, cast, STREET)
    communities = _untouched(people, cast, COMMUNITY)
    screened, medium = streets[:2]
    high = next(code for code in communities if code[:STREET] not in {screened, medium})
    listings = [
        Listing(f"SH-{high}-1", high, "high", plan.at(4), None),
        Listing(f"SH-{medium}-1", medium, "medium", plan.at(plan.days), plan.at(1)),
    ]
    rows = [*_stays(plan, people, cast, travels, (high, medium)), *_orders(travels)]
    numbered = [[f"street-{number:06}", *row] for number, row in enumerate(rows)]
    return Areas(listings, _screening(plan, people, screened), numbered)


def _untouched(people: Iterable[Person], cast: Cast, length: int) -> list[str]:
    """Regions without anybody of the story, those with most people first."""
    found = Counter(person.community[:length] for person in people)
    for person in people:
        if person.number in cast.kept:
            found.pop(person.community[:length], None)
    return sorted(found, key=lambda code: (-found[code], code))


def _screening(plan: CityPlan, people: Iterable[Person], region: str) -> Screening:
    """Three days ago, for one day; at least one person did not come."""
    rng = plan.stream("screening")
    members = [person for person in people if person.community.startswith(region)]
    missed = {person.number for person in members if rng.random() < MISSED_SHARE}
    missed.add(members[0].number)
    opens_at, due_by, closes_at = plan.at(3, 6), plan.at(3, 22), plan.at(2)
    ref = f"SC-{region}-{opens_at:%Y%m%d}"
    return Screening(ref, region, 3, opens_at, due_by, closes_at, members, frozenset(missed))


def _stays(
    plan: CityPlan,
    people: Sequence[Person],
    cast: Cast,
    travels: Travels,
    regions: Sequence[str],
) -> Iterator[list[object]]:
    """Some stayed in a listed region and left; a few who live there are still in it."""
    rng = plan.stream("areas")
    free = [one for one in people if one.adult and one.number not in cast.kept | travels.away[0]]
    for region in regions:
        visitors = [one for one in free if not one.community.startswith(region)]
        for person in rng.sample(visitors, max(2, round(len(people) * VISITORS_SHARE))):
            arrived = plan.midnight(4) + rng.randrange(9 * 3600, 18 * 3600)
            left = arrived + rng.randrange(20 * 3600, 44 * 3600)
            yield _stay(person, region, arrived, left)
    for person in [one for one in free if one.community == regions[0]][:5]:
        yield _stay(person, regions[0], plan.midnight(plan.days), None)


def _stay(person: Person, region: str, arrived: int, left: int | None) -> list[object]:
    reported = arrived if left is None else left
    details = {"region": region}
    return _row("area_stay", person, (arrived, left, reported), details)


def _orders(travels: Travels) -> Iterator[list[object]]:
    """Whoever came from abroad is isolated by order."""
    details = {"order": "central_isolation", "issued_by": "集中隔离点"}
    for arrival in travels.arrivals:
        times = (arrival.at, isolation_ends(arrival), arrival.at)
        yield _row("order", arrival.person, times, details)


def _row(
    kind: str,
    person: Person,
    times: tuple[int, int | None, int],
    details: dict[str, str],
) -> list[object]:
    start, end, reported = times
    document = (person.document_type, person.document_number)
    spans = (written(start), "" if end is None else written(end), written(reported))
    return [1, "", kind, *document, *spans, dumps(details, ensure_ascii=False)]
