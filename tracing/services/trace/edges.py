"""Meetings as the policy sees them, graded by it and by nothing else."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import product
from typing import NamedTuple

from healthcode.policy import CompiledRules, Edge, Grader, grade
from tracing.models import ContactGrade
from tracing.queries import Cohabitation, Meeting, PlaceKind
from tracing.windows import Span, contacts_part, union

SETTINGS = {
    "": "zone",
    "aircraft": "flight",
    "aircraft_no_hepa": "flight",
    "train_sealed": "train",
    "train_open": "train",
    "coach_sealed": "coach",
    "coach_open": "coach",
    "ship": "ship",
    "car": "car",
    "metro": "metro",
}


# A meeting of which only the people's own words say that both were there.
TOLD = "check_in"
# A meeting before the case was infectious: it may have been where it was infected.
ORIGIN = "origin"


class Together(NamedTuple):
    """Two people at one place; `last` None: they still are. A home has no place, no minutes."""

    place_id: int | None
    minutes: int | None
    first: datetime
    last: datetime | None


class Graded(NamedTuple):
    """A graded meeting and what proves it. `minutes` together in the best window, if counted."""

    via_id: int
    citizen_id: int
    setting: str
    level: int
    grade: ContactGrade
    rule: str
    minutes: int | None
    rows_apart: int | None
    proof: tuple[Together, ...]

    @property
    def first(self) -> datetime:
        """When they first met."""
        return min(together.first for together in self.proof)

    @property
    def last(self) -> datetime | None:
        """When they last met; None: they still do."""
        lasts = [together.last for together in self.proof if together.last is not None]
        return max(lasts) if len(lasts) == len(self.proof) else None


def grade_meeting(
    meeting: Meeting, graded: Grader, hop: int, distance_m: float | None = None
) -> Graded:
    """What the rules (`graded`) make of two people in one kind of place, so far apart if measured.

    The rules are not asked where it is only told that one of them was there: a photograph of
    a poster can be scanned from anywhere, so that makes a casual contact, whatever else.
    """
    if meeting.told:
        return _told(meeting)
    found = graded(_edge(meeting, hop, distance_m))
    return Graded(
        via_id=meeting.via_id,
        citizen_id=meeting.citizen_id,
        setting=_setting(meeting.vehicle),
        level=found.level,
        grade=ContactGrade(found.grade),
        rule=found.rule or "",
        minutes=int(meeting.seconds // 60),
        rows_apart=meeting.rows_apart,
        proof=tuple(_by_place(meeting)),
    )


def _told(meeting: Meeting) -> Graded:
    return Graded(
        via_id=meeting.via_id,
        citizen_id=meeting.citizen_id,
        setting=TOLD,
        level=1,
        grade=ContactGrade.CASUAL,
        rule="",
        minutes=int(meeting.seconds // 60),
        rows_apart=meeting.rows_apart,
        proof=tuple(_by_place(meeting)),
    )


def grade_home(home: Cohabitation, rules: CompiledRules, hop: int) -> Graded:
    """What the rules make of two people under one roof."""
    found = grade(Edge(setting="household", hop=hop), rules)
    return Graded(
        via_id=home.via_id,
        citizen_id=home.citizen_id,
        setting="household",
        level=found.level,
        grade=ContactGrade(found.grade),
        rule=found.rule or "",
        minutes=None,
        rows_apart=None,
        proof=(Together(None, None, home.first, home.last),),
    )


def asks_for_closed_space(rules: CompiledRules) -> bool:
    """Whether any contact rule makes a difference between closed spaces and others."""
    conditions = (one for rule in contacts_part(rules).rules for one in rule.conditions)
    return any(condition.field == "closed_space" for condition in conditions)


def kinds_worth_asking(
    rules: CompiledRules, *, hop: int, minutes: int, distance_m: float | None = None
) -> list[PlaceKind]:
    """The kinds of places where some meeting could be more than casual.

    The rules themselves are asked, with the most and the least telling meetings of each kind,
    so that the database is not searched for what they would drop.
    """
    times = (minutes, contacts_part(rules).window_hours * 60)
    closed = (None, False, True) if asks_for_closed_space(rules) else (None,)
    return [
        kind
        for kind in map(PlaceKind._make, product(SETTINGS, (False, True), closed))
        if any(
            grade(edge._replace(distance_m=distance_m), rules).grade != ContactGrade.CASUAL
            for edge in _probes(kind, hop, times)
        )
    ]


def _probes(kind: PlaceKind, hop: int, times: tuple[int, ...]) -> Iterator[Edge]:
    for minutes, apart, crew in product(times, (0, None), (True, False)):
        meeting = Meeting(0, 0, *kind, minutes * 60.0, apart, crew, False, 0, 0.0, 0.0)
        yield _edge(meeting, hop, None)


def _edge(meeting: Meeting, hop: int, distance_m: float | None) -> Edge:
    return Edge(
        setting=_setting(meeting.vehicle),
        minutes=meeting.seconds / 60,
        rows_apart=meeting.rows_apart,
        distance_m=distance_m,
        vehicle=meeting.vehicle or None,
        close_quarters=meeting.close_quarters,
        closed_space=meeting.closed_space,
        same_compartment=_same_compartment(meeting),
        crew=meeting.crew,
        hop=hop,
    )


def _same_compartment(meeting: Meeting) -> bool | None:
    """A ship's place is a cabin; in an open carriage the row is the bay or compartment."""
    if meeting.vehicle == "ship":
        return True
    if meeting.vehicle == "train_open" and meeting.rows_apart is not None:
        return meeting.rows_apart == 0
    return None


def _setting(vehicle: str) -> str:
    return SETTINGS.get(vehicle, "other")


def _by_place(meeting: Meeting) -> Iterator[Together]:
    if meeting.places is None:
        [(place_id, span)] = meeting.stays
        yield Together(place_id, _minutes([span]), *span)
        return
    stays: dict[int, list[Span]] = defaultdict(list)
    for place_id, span in meeting.stays:
        stays[place_id].append(span)
    for place_id in sorted(stays):
        spans = union(stays[place_id])
        yield Together(place_id, _minutes(spans), spans[0].first, spans[-1].last)


def _minutes(spans: list[Span]) -> int:
    return int(sum((span.last - span.first).total_seconds() for span in spans) // 60)
