"""Where the dots of a chain stand: pure, the same for the same page.

Time runs to the right and is never bent: a dot stands at its own instant. It gets a lane that
is free for as long as it lasts and as its label is long, as near below its source as there is
room.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

# A lane holds so many labels side by side, however long the time is.
LABELS_IN_A_LANE = 7
Room = tuple[datetime, datetime]


class Placed(NamedTuple):
    """What begins at an instant and may last; `key` tells those of one instant apart."""

    key: int
    at: datetime
    until: datetime | None = None


def lanes(dots: Collection[Placed], links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The lane of each dot by key, from 0 down.

    `links` are pairs (source, target), the most telling first: a dot hangs on the first of its
    sources that is not later than itself. Links to others make no difference.
    """
    by_key = {dot.key: dot for dot in dots}
    hangs_on = _sources(by_key, links)
    below: dict[int | None, list[Placed]] = defaultdict(list)
    for dot in sorted(dots, key=_order):
        below[hangs_on.get(dot.key)].append(dot)
    gap = _gap(dots)
    taken: dict[int, list[Room]] = defaultdict(list)
    found: dict[int, int] = {}
    for dot in _in_turn(below):
        lane = found[hangs_on[dot.key]] if dot.key in hangs_on else 0
        room = dot.at, max(dot.at + gap, dot.until or dot.at)
        while any(_overlap(room, other) for other in taken[lane]):
            lane += 1
        taken[lane].append(room)
        found[dot.key] = lane
    return _closed_up(found)


def _sources(by_key: dict[int, Placed], links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Always an earlier dot, or one of the same instant with a smaller key: there is no ring."""
    found: dict[int, int] = {}
    for source, target in links:
        known = source in by_key and target in by_key and target not in found
        if known and _order(by_key[source]) < _order(by_key[target]):
            found[target] = source
    return found


def _in_turn(below: dict[int | None, list[Placed]]) -> Iterator[Placed]:
    """Every dot before those that hang on it, and these together."""
    waiting = below[None][::-1]
    while waiting:
        dot = waiting.pop()
        yield dot
        waiting += below[dot.key][::-1]


def _overlap(one: Room, other: Room) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _closed_up(found: dict[int, int]) -> dict[int, int]:
    """Without lanes on which nothing stands."""
    number = {lane: place for place, lane in enumerate(sorted(set(found.values())))}
    return {key: number[lane] for key, lane in found.items()}


def _gap(dots: Collection[Placed]) -> timedelta:
    """The room a label needs, of all the time that is drawn; where that is one instant, every dot
    has a lane of its own.
    """
    if not dots:
        return timedelta(0)
    span = max(dot.until or dot.at for dot in dots) - min(dot.at for dot in dots)
    return span / LABELS_IN_A_LANE or timedelta(seconds=1)


def _order(dot: Placed) -> tuple[datetime, int]:
    return dot.at, dot.key
