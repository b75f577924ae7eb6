"""A second tracer that shares nothing with the first but the policy's `grade`.

No SQL, no Django, no cleverness: lists of stays, every pair compared with every pair, instants
in whole seconds, and a window tried at every instant at which its content could change.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, pairwise, product
from typing import NamedTuple

from healthcode.policy import CompiledRules, Edge, Grade, grade

HOUR = 3600
SETTING = {
    "": "zone",
    "metro": "metro",
    "aircraft": "flight",
    "train_sealed": "train",
    "train_open": "train",
    "coach_open": "coach",
    "ship": "ship",
}
RANK = {"casual": 0, "secondary": 1, "close": 2}


class Stay(NamedTuple):
    """A citizen in a place on [first, last); `told` by the citizen alone."""

    citizen: int
    place: int
    first: int
    last: int
    row: int | None = None
    told: bool = False


class Place(NamedTuple):
    """What kind of place it is."""

    vehicle: str = ""
    close_quarters: bool = False


class Home(NamedTuple):
    """A citizen in a household; `last` None: to this day."""

    citizen: int
    group: int
    first: int
    last: int | None = None


class City(NamedTuple):
    """All there is to know; `apart` are (citizen, first, last or None)."""

    stays: list[Stay]
    places: dict[int, Place]
    homes: list[Home]
    apart: list[tuple[int, int, int | None]]
    now: int


class Index(NamedTuple):
    """A case: whom it met on [since, until), at home until `home_until` (None: it goes on)."""

    citizen: int
    since: int
    until: int
    home_until: int | None
    traced_until: int


class Encounter(NamedTuple):
    """Two people at one place (None: a home)."""

    via: int
    setting: str
    place: int | None
    minutes: int | None
    rows: int | None
    first: int
    last: int | None
    grade: str
    rule: str


class Contact(NamedTuple):
    """What is known of a contact."""

    level: int
    grade: str
    minutes: int | None
    first: int
    last: int | None
    encounters: frozenset[Encounter]


Piece = tuple[int, int]


def trace(city: City, index: Index, rules: CompiledRules) -> dict[int, Contact]:
    """Everybody whom tracing should find, by citizen."""
    part = rules.ruleset.contacts
    window = part.window_hours * HOUR
    found: dict[int, list[Edge_]] = defaultdict(list)
    for other in _people(city) - {index.citizen}:
        found[other] += _met(
            city, index.citizen, other, index.since, index.until, part.minimum_minutes, window
        )
        found[other] += _lived(city, index.citizen, other, index.since, index.home_until)
    graded = {who: [_graded(edge, rules, 1) for edge in edges] for who, edges in found.items()}
    close = {who for who, edges in graded.items() if any(e.grade == "close" for e in edges)}
    if part.second_hop is not None:
        for via in close:
            _second(city, index, rules, via, close, graded)
    return {who: _contact(edges) for who, edges in graded.items() if edges}


class Edge_(NamedTuple):
    """Two people in one kind of place, not graded yet."""

    via: int
    vehicle: str | None
    close_quarters: bool
    seconds: int | None
    rows: int | None
    crew: bool
    told: bool
    places: dict[int | None, list[tuple[int, int | None]]]


class Graded_(NamedTuple):
    level: int
    grade: str
    seconds: int | None
    encounters: list[Encounter]


def _second(city, index, rules, via, close, graded) -> None:
    part = rules.ruleset.contacts
    met = [e for g in graded[via] for e in g.encounters if e.via == index.citizen]
    since = min(e.first for e in met if e.setting != "check_in")
    until = index.traced_until
    for citizen, first, last in city.apart:
        if citizen == via and (last is None or last > since):
            until = min(until, first)
    if since >= until:
        return
    least = max(part.minimum_minutes, part.second_hop.minimum_minutes)
    for other in _people(city) - {index.citizen} - close:
        edges = _met(city, via, other, since, until, least, part.window_hours * HOUR)
        edges += _lived(city, via, other, since, until)
        second = [_graded(edge, rules, 2) for edge in edges]
        graded[other] += [edge for edge in second if edge.grade == "secondary"]


def _people(city: City) -> set[int]:
    return {s.citizen for s in city.stays} | {h.citizen for h in city.homes}


def _met(city, one, other, since, until, least, window) -> list[Edge_]:
    """The kinds of places in which two people were together for long enough."""
    kinds: dict[tuple, list[Piece_]] = defaultdict(list)
    for a, b in product(_stays(city, one), _stays(city, other)):
        first, last = max(a.first, b.first, since), min(a.last, b.last, until)
        if a.place == b.place and first < last:
            place = city.places[a.place]
            run = a.place if place.vehicle not in ("", "metro") else None
            rows = abs(a.row - b.row) if a.row and b.row else None
            piece = Piece_(a.place, (first, last), rows, 0 in (a.row, b.row))
            kinds[(*place, a.told or b.told, run)].append(piece)
    edges = [_edge(one, kind, pieces, window) for kind, pieces in kinds.items()]
    return [edge for edge in edges if edge.seconds >= least * 60]


class Piece_(NamedTuple):
    place: int
    span: Piece
    rows: int | None
    crew: bool


def _stays(city: City, citizen: int) -> list[Stay]:
    return [stay for stay in city.stays if stay.citizen == citizen]


def _edge(one: int, kind: tuple, pieces: list[Piece_], window: int) -> Edge_:
    vehicle, close_quarters, told, _ = kind
    seconds = _best_window([piece.span for piece in pieces], window)
    rows = min((piece.rows for piece in pieces if piece.rows is not None), default=None)
    places = defaultdict(list)
    for piece in pieces:
        places[piece.place].append(piece.span)
    crew = any(piece.crew for piece in pieces)
    return Edge_(one, vehicle, close_quarters, seconds, rows, crew, told, places)


def _best_window(pieces: list[Piece], window: int) -> int:
    """The most seconds together that a window holds, tried wherever the answer could change."""
    marks = set(chain.from_iterable(pieces))
    marks |= {mark - window for mark in marks}
    return max(_covered(pieces, start, start + window) for start in marks)


def _covered(pieces: Iterable[Piece], start: int, end: int) -> int:
    """How many seconds of [start, end) any of the pieces covers."""
    marks = sorted({start, end, *(m for p in pieces for m in p if start < m < end)})
    return sum(
        b - a for a, b in pairwise(marks) if any(first <= a and b <= last for first, last in pieces)
    )


def _lived(city, one, other, since, until) -> list[Edge_]:
    spans = []
    for a in city.homes:
        for b in city.homes:
            if (a.citizen, b.citizen) != (one, other) or a.group != b.group:
                continue
            first = max(a.first, b.first, since)
            ends = [end for end in (a.last, b.last, until) if end is not None]
            last = min(ends, default=None)
            if first < city.now and (last is None or first < last):
                spans.append((first, last))
    if not spans:
        return []
    lasts = [last for _, last in spans]
    last = None if None in lasts or max(lasts) > city.now else max(lasts)
    together = [(min(first for first, _ in spans), last)]
    return [Edge_(one, None, False, None, None, False, False, {None: together})]


def _graded(edge: Edge_, rules: CompiledRules, hop: int) -> Graded_:
    asked = Edge(setting="household", hop=hop)
    if edge.vehicle is not None:
        same = {"ship": True}.get(edge.vehicle)
        if edge.vehicle == "train_open" and edge.rows is not None:
            same = edge.rows == 0
        asked = Edge(
            setting=SETTING[edge.vehicle],
            minutes=edge.seconds / 60,
            rows_apart=edge.rows,
            vehicle=edge.vehicle or None,
            close_quarters=edge.close_quarters,
            same_compartment=same,
            crew=edge.crew,
            hop=hop,
        )
    answer = grade(asked, rules)
    if edge.told:
        asked, answer = asked._replace(setting="check_in"), Grade("casual", hop, None)
    encounters = [
        Encounter(
            edge.via,
            asked.setting,
            place,
            None if place is None else _covered(pieces, *_hull(pieces)) // 60,
            edge.rows,
            min(first for first, _ in pieces),
            None if any(last is None for _, last in pieces) else max(last for _, last in pieces),
            answer.grade,
            answer.rule or "",
        )
        for place, pieces in edge.places.items()
    ]
    return Graded_(answer.level, answer.grade, edge.seconds, encounters)


def _hull(pieces: list[Piece]) -> Piece:
    return min(first for first, _ in pieces), max(last for _, last in pieces)


def _contact(edges: list[Graded_]) -> Contact:
    best = max((edge.grade for edge in edges), key=RANK.__getitem__)
    counted = [edge for edge in edges if edge.grade == best]
    proof = [e for edge in counted for e in edge.encounters]
    seconds = [edge.seconds for edge in counted if edge.seconds is not None]
    return Contact(
        level=counted[0].level,
        grade=best,
        minutes=max(seconds) // 60 if seconds else None,
        first=min(e.first for e in proof),
        last=None if any(e.last is None for e in proof) else max(e.last for e in proof),
        encounters=frozenset(e for edge in edges for e in edge.encounters),
    )
