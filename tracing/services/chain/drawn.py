"""One page of a chain: dots for people, lines for meetings, each with its proof.

A line says that one person could have infected another, never that they did. Nobody has a name
here; people are called by the beginning of their public reference.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from accounts.models import Citizen
from tracing.models import Case, ContactGrade
from tracing.services.chain import reading
from tracing.services.chain.cluster import Cluster
from tracing.services.chain.layout import Placed, lanes
from tracing.services.chain.reading import ChainEdge
from tracing.services.trace.edges import ORIGIN

# People on one page, and meetings looked through for it.
MOST_DOTS, MOST_LINES = 120, 200


class Kind(StrEnum):
    """What a line says: a contact, two cases that could explain each other, or that could not."""

    CLOSE = "close"
    SECONDARY = "secondary"
    PROPOSED = "proposed"
    LATE = "late"


class Dot(NamedTuple):
    """A person on the page: a case, or a contact of the grade. `record` is the row to open.

    `key` is the person's number and stays on the server; `ref` the beginning of their name.
    """

    key: int
    ref: str
    case: Case | None
    grade: ContactGrade | None
    record: int
    at: datetime
    lane: int


class Proof(NamedTuple):
    """What is known of a meeting; None where it was not counted or does not apply."""

    first_at: datetime
    last_at: datetime | None
    setting: str
    place_id: int | None
    minutes: int | None
    rows_apart: int | None
    grade: ContactGrade
    rule: str


class Line(NamedTuple):
    """A meeting from one dot to another, found by tracing the case."""

    source: int
    target: int
    kind: Kind
    case_id: int
    proof: Proof


class Chain(NamedTuple):
    """A page of a cluster's meetings. `after`: the key of the last one, if more follow."""

    cluster: Cluster
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    after: str


def draw(cluster: Cluster, *, after: str = "") -> Chain:
    """The page of meetings that follows a key; the first page has every case.

    Six statements, whatever the size. Raises ValueError for a key that is none.
    """
    found = reading.edges(cluster.ids, after=_key(after), most=MOST_LINES + 1)
    every_case = set(cluster.faces.values()) if not after else set()
    edges, people = _that_fit(found, cluster, every_case)
    more = _text(edges[-1]) if edges and len(edges) < len(found) else ""
    clocks = {case.pk: clock(case) for case in cluster.cases}
    lines = tuple(_lines(edges, cluster, clocks))
    return Chain(cluster, tuple(_dots(people, lines, cluster)), lines, more)


def clock(case: Case) -> datetime:
    """When somebody fell ill, or was sampled where that is earlier or all that is known."""
    return min(case.onset_at or case.sampled_at, case.sampled_at)


def case_key(case_id: int) -> int:
    """The number of a case's dot: below those of citizens, so that none is taken twice."""
    return -case_id


def _key(after: str) -> tuple[int, datetime, int] | None:
    if not after:
        return None
    turn, first_at, pk = after.split(",")
    return int(turn), datetime.fromisoformat(first_at), int(pk)


def _text(edge: ChainEdge) -> str:
    return f"{edge.turn},{edge.first_at.isoformat()},{edge.id}"


def _that_fit(
    found: Sequence[ChainEdge], cluster: Cluster, cases: Iterable[int]
) -> tuple[list[ChainEdge], set[int]]:
    """As many meetings as there is room for their people, and these by key."""
    people = {case_key(pk) for pk in cases}
    taken: list[ChainEdge] = []
    for edge in found[:MOST_LINES]:
        more = people | {_who(edge.via_id, cluster), _who(edge.citizen_id, cluster)}
        if len(more) > MOST_DOTS and taken:
            break
        people = more
        taken.append(edge)
    return taken, people


def _who(citizen_id: int, cluster: Cluster) -> int:
    case_id = cluster.faces.get(citizen_id)
    return citizen_id if case_id is None else case_key(case_id)


def _lines(
    edges: Iterable[ChainEdge], cluster: Cluster, clocks: dict[int, datetime]
) -> Iterator[Line]:
    for edge in edges:
        ends = _who(edge.via_id, cluster), _who(edge.citizen_id, cluster)
        # A meeting before the case was infectious: the other may be where it was infected.
        source, target = ends[::-1] if edge.setting == ORIGIN else ends
        proof = Proof(*(getattr(edge, name) for name in Proof._fields))
        yield Line(source, target, _kind(edge, target, clocks), edge.case_id, proof)


def _kind(edge: ChainEdge, target: int, clocks: dict[int, datetime]) -> Kind:
    """Whoever was ill already was not infected at this meeting."""
    if edge.turn:
        return Kind.CLOSE if edge.grade == ContactGrade.CLOSE else Kind.SECONDARY
    return Kind.PROPOSED if edge.first_at < clocks[-target] else Kind.LATE


def _dots(people: set[int], lines: Sequence[Line], cluster: Cluster) -> Iterator[Dot]:
    cases = {case_key(case.pk): case for case in cluster.cases}
    citizens = [key for key in people if key not in cases]
    exposed = reading.first_exposed(cluster.ids, citizens)
    refs = dict(Citizen.objects.filter(pk__in=citizens).values_list("pk", "ref"))
    at = {key: _instant(cases[key], cluster) for key in people & cases.keys()}
    at |= {key: one.first_at for key, one in exposed.items()}
    for line in lines:  # whoever a trace forgot meanwhile
        at.setdefault(line.source, line.proof.first_at)
        at.setdefault(line.target, line.proof.first_at)
    told = sorted((line for line in lines if line.kind is not Kind.LATE), key=_telling)
    ends = {key: cases[key].window_until for key in people & cases.keys()}
    lane = lanes(
        [Placed(key, at[key], ends.get(key)) for key in people],
        [(line.source, line.target) for line in told],
    )
    for key in sorted(people, key=lambda one: (at[one], one)):
        case, met = cases.get(key), exposed.get(key)
        ref = case.ref if case else refs.get(key, "")
        grade = met and (ContactGrade.CLOSE if met.close else ContactGrade.SECONDARY)
        record = case.pk if case else met.contact_id if met else 0
        yield Dot(key, ref, case, grade, record, at[key], lane[key])


def _telling(line: Line) -> tuple[datetime, int, int]:
    return line.proof.first_at, line.source, line.target


def _instant(case: Case, cluster: Cluster) -> datetime:
    """The onset, or the first exposure that it made where that was earlier."""
    first = cluster.sizes[case.pk].first_at
    return min(clock(case), first) if first else clock(case)
