"""A second tracer that shares nothing with the first but the policy's `grade`.

No SQL, no Django, no cleverness: lists of stays, and every rule of the tracing followed one
contact at a time, from what the rules mean.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from healthcode.policy import CompiledRules, Edge, Grade, grade
from healthcode.policy.ruleset import Contacts, Stretch
from tests.tracing.brute_city import City, Home, Index, Place, Stay
from tests.tracing.brute_meetings import Terms, Together, covered, lived, met

__all__ = ["City", "Contact", "Encounter", "Home", "Index", "Place", "Stay", "trace"]

HOUR = 3600
SETTING = {
    "": "zone",
    "metro": "metro",
    "aircraft": "flight",
    "aircraft_no_hepa": "flight",
    "train_sealed": "train",
    "train_open": "train",
    "coach_sealed": "coach",
    "coach_open": "coach",
    "ship": "ship",
    "car": "car",
}
RANK = {"casual": 0, "secondary": 1, "close": 2}


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
    """What is known of a contact; `setting` of the latest meeting of their grade."""

    level: int
    grade: str
    setting: str
    minutes: int | None
    first: int
    last: int | None
    encounters: frozenset[Encounter]


class _Graded(NamedTuple):
    level: int
    grade: str
    seconds: int | None
    encounters: list[Encounter]


def trace(city: City, index: Index, rules: CompiledRules) -> dict[int, Contact]:
    """Everybody whom tracing should find, by citizen."""
    part = rules.ruleset.contacts
    clock = index.sampled if index.onset is None else min(index.sampled, index.onset)
    graded: dict[int, list[_Graded]] = defaultdict(list)
    at_home = _earlier(index.isolated, part.lookforward and _after(clock, part.lookforward, rules))
    for other, edge in _all_met(city, index.citizen, (index.since, index.until), at_home, rules):
        graded[other].append(_graded(edge, rules, 1))
    close = {who for who, edges in graded.items() if any(e.grade == "close" for e in edges)}
    for other, edge in _origins(city, index, clock, rules):
        graded[other].append(edge)
    if part.second_hop is not None:
        for via in close:
            _second(city, index, rules, via, close, graded)
        _cap(graded, part.second_hop.most)
    return {who: _contact(edges) for who, edges in graded.items() if edges}


Met = Iterator[tuple[int, Together]]


def _all_met(
    city: City, one: int, span: tuple[int, int], at_home: int | None, rules: CompiledRules, hop=1
) -> Met:
    """Whom somebody met, and whom they lived with, from one instant on."""
    for found in (
        met(city, one, *span, _terms(rules, hop)),
        lived(city, one, span[0], at_home),
    ):
        for other, edges in found.items():
            yield from ((other, edge) for edge in edges)


def _terms(rules: CompiledRules, hop: int) -> Terms:
    part: Contacts = rules.ruleset.contacts
    least = part.minimum_minutes
    if hop == 2:
        least = max(least, part.second_hop.minimum_minutes)
    asked = {condition.field for rule in part.rules for condition in rule.conditions}
    return Terms(
        least * 60, part.window_hours * HOUR, part.tail_minutes * 60, "closed_space" in asked
    )


def _origins(city, index, clock, rules) -> Iterator[tuple[int, _Graded]]:
    """Who may have infected the case: listed where they would be close, and casual at that."""
    backward: Stretch | None = rules.ruleset.contacts.backward
    since = None if backward is None else _before(clock, backward, rules)
    if since is None or since >= index.since:
        return
    for other, edge in _all_met(city, index.citizen, (since, index.since), index.since, rules):
        found = _graded(edge, rules, 1)
        if found.grade == "close":
            listed = [e._replace(setting="origin", grade="casual") for e in found.encounters]
            yield other, found._replace(grade="casual", encounters=listed)


def _before(clock: int, stretch: Stretch, rules: CompiledRules) -> int:
    """So many hours before; or the beginning of the local day so many days before."""
    if stretch.days is None:
        return clock - stretch.hours * HOUR
    return _midnight(clock, -stretch.days, rules)


def _after(clock: int, stretch: Stretch, rules: CompiledRules) -> int:
    """So many hours later; or the end of the local day so many days later."""
    if stretch.days is None:
        return clock + stretch.hours * HOUR
    return _midnight(clock, stretch.days + 1, rules)


def _midnight(clock: int, days: int, rules: CompiledRules) -> int:
    zone = ZoneInfo(rules.ruleset.calendar)
    day = datetime.fromtimestamp(clock, zone).date() + timedelta(days=days)
    return int(datetime.combine(day, time(), zone).timestamp())


def _earlier(*instants: int | None) -> int | None:
    return min((one for one in instants if one is not None), default=None)


def _second(city, index, rules, via, close, graded) -> None:
    """Whom a close contact met from the first meeting with the case until kept apart."""
    meetings = [e for g in graded[via] for e in g.encounters if e.via == index.citizen]
    since = min(e.first for e in meetings if e.setting not in ("check_in", "origin"))
    until = index.traced_until
    for citizen, first, last in city.apart:
        if citizen == via and (last is None or last > since):
            until = min(until, first)
    if since >= until:
        return
    for other, edge in _all_met(city, via, (since, until), until, rules, hop=2):
        if other == index.citizen or other in close:
            continue
        found = _graded(edge, rules, 2)
        if found.grade == "secondary":
            graded[other].append(found)


def _cap(graded: dict[int, list[_Graded]], most: int | None) -> None:
    """No more contacts of contacts than this: who shares a home, then who was together longest."""
    second = [who for who, edges in graded.items() if _best(edges) == "secondary"]

    def rank(who: int) -> tuple[bool, int, int]:
        counted = [edge for edge in graded[who] if edge.grade == "secondary"]
        longest = max(0 if edge.seconds is None else edge.seconds // 60 for edge in counted)
        return all(edge.seconds is not None for edge in counted), -longest, who

    for who in sorted(second, key=rank)[len(second) if most is None else most :]:
        graded[who] = [edge for edge in graded[who] if edge.grade != "secondary"]


def _best(edges: list[_Graded]) -> str | None:
    return max((edge.grade for edge in edges), key=RANK.__getitem__, default=None)


def _graded(edge: Together, rules: CompiledRules, hop: int) -> _Graded:
    asked = _asked(edge, hop)
    answer = grade(asked, rules)
    if edge.told:
        asked, answer = asked._replace(setting="check_in"), Grade("casual", hop, None)
    encounters = [
        Encounter(
            edge.via,
            asked.setting,
            place,
            None if place is None else covered(spans) // 60,
            edge.rows,
            min(first for first, _ in spans),
            None if any(last is None for _, last in spans) else max(last for _, last in spans),
            answer.grade,
            answer.rule or "",
        )
        for place, spans in edge.places.items()
    ]
    return _Graded(answer.level, answer.grade, edge.seconds, encounters)


def _asked(edge: Together, hop: int) -> Edge:
    if edge.vehicle is None:
        return Edge(setting="household", hop=hop)
    same = {"ship": True}.get(edge.vehicle)
    if edge.vehicle == "train_open" and edge.rows is not None:
        same = edge.rows == 0
    return Edge(
        setting=SETTING[edge.vehicle],
        minutes=edge.seconds / 60,
        rows_apart=edge.rows,
        vehicle=edge.vehicle or None,
        close_quarters=edge.close_quarters,
        closed_space=edge.closed_space,
        same_compartment=same,
        crew=edge.crew,
        hop=hop,
    )


def _contact(edges: list[_Graded]) -> Contact:
    best = _best(edges)
    counted = [edge for edge in edges if edge.grade == best]
    proof = [e for edge in counted for e in edge.encounters]
    seconds = [edge.seconds for edge in counted if edge.seconds is not None]
    return Contact(
        level=counted[0].level,
        grade=best,
        setting=max(counted, key=_recency).encounters[0].setting,
        minutes=max(seconds) // 60 if seconds else None,
        first=min(e.first for e in proof),
        last=None if any(e.last is None for e in proof) else max(e.last for e in proof),
        encounters=frozenset(e for edge in edges for e in edge.encounters),
    )


def _recency(edge: _Graded) -> tuple[bool, int, str]:
    """What goes on is later than what ended; of several, what began or ended last."""
    setting = edge.encounters[0].setting
    if any(e.last is None for e in edge.encounters):
        return True, min(e.first for e in edge.encounters), setting
    return False, max(e.last for e in edge.encounters), setting
