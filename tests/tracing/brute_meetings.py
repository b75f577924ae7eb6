"""Who was together with somebody, found by trying everything; no SQL, no cleverness.

A window is tried at every instant at which what it holds could change.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from tests.tracing.brute_city import City, Stay

Piece = tuple[int, int]
Span = tuple[int, int | None]


class Terms(NamedTuple):
    """What the rules take for a meeting; seconds. `closed_spaces`: whether they ask for these."""

    least: int
    window: int
    tail: int
    closed_spaces: bool


class Together(NamedTuple):
    """Two people in one kind of place, not graded yet; no seconds, no vehicle: in a home."""

    via: int
    vehicle: str | None
    close_quarters: bool
    closed_space: bool | None
    seconds: int | None
    rows: int | None
    crew: bool
    told: bool
    places: dict[int | None, list[Span]]


class _Part(NamedTuple):
    place: int
    span: Piece
    rows: int | None
    crew: bool


def met(city: City, one: int, since: int, until: int, terms: Terms) -> dict[int, list[Together]]:
    """Whom somebody met on [since, until) for long enough, by person and kind of place."""
    kinds: dict[tuple, list[_Part]] = defaultdict(list)
    for stay in city.stays_of.get(one, []):
        first, last = max(stay.first, since), min(stay.last, until)
        if first >= last:
            continue
        last += terms.tail
        for other in city.present(stay.place, first, last):
            if other.citizen != one:
                span = max(other.first, first), min(other.last, last)
                kinds[other.citizen, *_kind(city, stay, other, terms)].append(
                    _Part(stay.place, span, _rows(stay, other), 0 in (stay.row, other.row))
                )
    found = defaultdict(list)
    for (other, *kind), parts in kinds.items():
        together = _together(one, kind, parts, terms.window)
        if together.seconds >= terms.least:
            found[other].append(together)
    return found


def _kind(city: City, a: Stay, b: Stay, terms: Terms) -> tuple:
    """Time adds up over all zones alike and all metro rides; within one carriage otherwise."""
    place = city.places[a.place]
    run = a.place if place.vehicle not in ("", "metro") else None
    if not terms.closed_spaces:
        place = place._replace(closed_space=None)
    return (*place, a.told or b.told, run)


def _rows(a: Stay, b: Stay) -> int | None:
    return abs(a.row - b.row) if a.row and b.row else None


def _together(one: int, kind: list, parts: list[_Part], window: int) -> Together:
    vehicle, close_quarters, closed_space, told, _ = kind
    places = defaultdict(list)
    for part in parts:
        places[part.place].append(part.span)
    return Together(
        via=one,
        vehicle=vehicle,
        close_quarters=close_quarters,
        closed_space=closed_space,
        seconds=_best_window([part.span for part in parts], window),
        rows=min((part.rows for part in parts if part.rows is not None), default=None),
        crew=any(part.crew for part in parts),
        told=told,
        places=places,
    )


def _best_window(pieces: list[Piece], window: int) -> int:
    """The most seconds together that a window holds, tried wherever the answer could change."""
    apart = _without_overlap(pieces)
    marks = set(chain.from_iterable(apart))
    marks |= {mark - window for mark in marks}
    return max(
        sum(max(0, min(last, start + window) - max(first, start)) for first, last in apart)
        for start in marks
    )


def _without_overlap(pieces: Iterable[Piece]) -> list[Piece]:
    """The same instants, each held once."""
    apart: list[Piece] = []
    reached = None
    for first, last in sorted(pieces):
        begins = first if reached is None else max(first, reached)
        if begins < last:
            apart.append((begins, last))
            reached = last
    return apart


def covered(pieces: Iterable[Piece]) -> int:
    """How many seconds any of the pieces holds."""
    return sum(last - first for first, last in _without_overlap(pieces))


def lived(city: City, one: int, since: int, until: int | None) -> dict[int, list[Together]]:
    """Who shared a home with somebody on [since, until), up to now."""
    spans = defaultdict(list)
    for a in city.homes_of.get(one, []):
        for b in city.homes_in[a.group]:
            first = max(a.first, b.first, since)
            last = min((end for end in (a.last, b.last, until) if end is not None), default=None)
            if b.citizen != one and first < city.now and (last is None or first < last):
                spans[b.citizen].append((first, last))
    return {other: [_at_home(one, both, city.now)] for other, both in spans.items()}


def _at_home(one: int, spans: list[Span], now: int) -> Together:
    lasts = [last for _, last in spans]
    last = None if None in lasts or max(lasts) > now else max(lasts)
    whole = (min(first for first, _ in spans), last)
    return Together(one, None, False, None, None, None, False, False, {None: [whole]})
