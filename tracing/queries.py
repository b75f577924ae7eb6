"""Questions asked of the database in hand-written SQL, with typed answers."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from psycopg import Cursor

from healthcode.policy.instants import parse_instant
from tracing import sql
from tracing.models import Visit
from tracing.windows import LONGEST_ROW, Span, at_instant

# No transaction lasts longer; an id taken before that is committed or given up.
SETTLED = timedelta(hours=1)


class Source(NamedTuple):
    """Somebody who may have infected others on [since, until); until None: it goes on."""

    citizen_id: int
    since: datetime
    until: datetime | None


class Meeting(NamedTuple):
    """Two people in one kind of place: a vehicle's carriage, all zones alike, all metro rides.

    `vehicle` is empty for zones; `closed_space` None: not known or not asked. `seconds` is their
    time together in the best window, `rows_apart` the least; `crew`: one of the two served
    aboard; `told`: only their own words say that one of the two was there. Who met once did so at
    `place_id` from `first` to `last`, in epoch seconds; who met again, as `places`, `firsts` and
    `lasts` say.
    """

    via_id: int
    citizen_id: int
    vehicle: str
    close_quarters: bool
    closed_space: bool | None
    seconds: float
    rows_apart: int | None
    crew: bool
    told: bool
    place_id: int
    first: float
    last: float
    places: Sequence[int] | None = None
    firsts: Sequence[float] | None = None
    lasts: Sequence[float] | None = None

    @property
    def stays(self) -> tuple[tuple[int, Span], ...]:
        """The stretches together with their place, in no order."""
        if self.places is None or self.firsts is None or self.lasts is None:
            return (_stay(self.place_id, self.first, self.last),)
        return tuple(map(_stay, self.places, self.firsts, self.lasts))


class PlaceKind(NamedTuple):
    """What places are to the rules; `closed_space` None: not known, or the rules do not ask."""

    vehicle: str
    close_quarters: bool
    closed_space: bool | None


class Cohabitation(NamedTuple):
    """Two people of one household or dormitory; `last` None: they still live together."""

    via_id: int
    citizen_id: int
    first: datetime
    last: datetime | None


class Isolation(NamedTuple):
    """When somebody was kept apart; `last` None: to this day."""

    first: datetime
    last: datetime | None


class TripVersion(NamedTuple):
    """One version of an item that is or was a trip, and what it was boarded as."""

    evidence_id: int
    source_id: int
    source_ref: str
    version: int
    kind: str
    citizen_id: int
    occurred_at: datetime
    ended_at: datetime | None
    details: dict[str, Any]
    retracted: bool
    boarded_place: int | None
    boarded_citizen: int | None
    boarded_cause: str | None


class Suspect(NamedTuple):
    """Evidence that somebody may be infected, for a person to decide."""

    evidence_id: int
    citizen_id: int
    district: str
    sampled_at: datetime
    onset_at: datetime | None
    isolated_at: datetime | None


def meetings(
    sources: Sequence[Source],
    *,
    least_minutes: int,
    window_hours: int,
    known: Collection[int] = (),
    kinds: Collection[PlaceKind] | None = None,
    casual: bool = True,
    tail_minutes: int = 0,
    closed_spaces: bool = False,
    most: int | None = None,
) -> list[Meeting]:
    """Whom the sources met for at least so many minutes in some window; one statement.

    Nobody of `known` is met. `kinds` are the places worth looking at; None: all. Without
    `casual`, stays that only a person told of are not looked at. The sources' stays last
    `tail_minutes` longer. With `closed_spaces`, time in these and elsewhere is apart. No
    more than `most` are told of, whichever. Every source has an end.
    """
    if not sources:
        return []
    tail = timedelta(minutes=tail_minutes)
    parameters = _sources(sources) | {
        "earliest": min(source.since for source in sources) - LONGEST_ROW,
        "latest": max(source.until or source.since for source in sources) + tail,
        "tail": tail_minutes,
        "closed": closed_spaces,
        "least": least_minutes,
        "window": window_hours,
        # Written down once for all statements: a text is passed on as it is.
        "known": f"{{{','.join(map(str, known))}}}",
        "casual": casual,
        "vehicles": None if kinds is None else [kind.vehicle for kind in kinds],
        "close_quarters": None if kinds is None else [kind.close_quarters for kind in kinds],
        "closed_spaces": None if kinds is None else [kind.closed_space for kind in kinds],
        "most": most,
    }
    return list(map(Meeting._make, _many_rows(sql.MEETINGS, parameters)))


def cohabitations(
    sources: Sequence[Source], *, now: datetime, known: Collection[int] = ()
) -> list[Cohabitation]:
    """Who lived with the sources while these were infectious, up to now."""
    parameters = _sources(sources) | {"known": list(known), "now": now}
    return [Cohabitation(*row) for row in rows(sql.COHABITANTS, parameters)]


def isolations(citizen_ids: Collection[int]) -> dict[int, list[Isolation]]:
    """When these people were kept apart: ordered into isolation, or isolated as a case."""
    found = defaultdict(list)
    for citizen_id, first, last, isolated_at in rows(
        sql.ISOLATIONS, {"citizens": list(citizen_ids)}
    ):
        found[citizen_id].append(Isolation(_instant(isolated_at) or first, last))
    return found


def apart_from(isolated: Iterable[Isolation], since: datetime) -> datetime | None:
    """The instant from which somebody was kept apart at or after `since`; None: they were not."""
    starts = (one.first for one in isolated if one.last is None or one.last > since)
    return min(starts, default=None)


def trips_to_board(
    *, now: datetime, limit: int, kept_since: datetime, horizon: datetime
) -> list[int]:
    """Evidence ids of trips to look at: never boarded, taken back since, or waited for."""
    pending = {"settled": now - SETTLED, "limit": limit}
    waiting = [
        *rows(sql.PENDING_TRIPS, pending),
        *rows(sql.RETRACTED_TRIPS, {"kept_since": kept_since}),
        *rows(sql.WAITING_TRIPS, {"horizon": horizon}),
    ]
    return [evidence_id for (evidence_id,) in waiting]


def trip_versions(evidence_ids: Sequence[int]) -> list[TripVersion]:
    """All versions of these items, by item and version.

    A version that was never boarded and has a higher id than any of these has its turn later.
    """
    parameters = {"ids": list(evidence_ids), "last": max(evidence_ids)}
    return [
        TripVersion._make((*row[:8], json.loads(row[8]), *row[9:]))
        for row in rows(sql.TRIP_VERSIONS, parameters)
    ]


def suspects(
    *, now: datetime, limit: int, citizen_ids: Collection[int] | None = None
) -> list[Suspect]:
    """Positives and cases that nobody has decided about: of everyone, or of these citizens."""
    parameters = {
        "settled": now - SETTLED,
        "limit": limit,
        "citizens": None if citizen_ids is None else list(citizen_ids),
    }
    return [_suspect(*row) for row in rows(sql.SUSPECTS, parameters)]


def touched_cases(visits: Sequence[Visit]) -> list[int]:
    """Ids of the confirmed cases whose trace these stays could change."""
    parameters = {
        "citizens": [visit.citizen_id for visit in visits],
        "places": [visit.place_id for visit in visits],
        "entered": [visit.entered_at for visit in visits],
        "left": [visit.left_at for visit in visits],
    }
    return [case_id for (case_id,) in rows(sql.TOUCHED_CASES, parameters)]


def groundless_cases(
    states: Collection[str], *, limit: int, case_ids: Collection[int] | None = None
) -> list[int]:
    """Ids of the cases in these states whose grounds were taken back; of all, or of these."""
    parameters = {
        "states": list(states),
        "limit": limit,
        "cases": None if case_ids is None else list(case_ids),
    }
    return [case_id for (case_id,) in rows(sql.GROUNDLESS_CASES, parameters)]


def _stay(place_id: int, first: float, last: float) -> tuple[int, Span]:
    """Epoch seconds are several times quicker to read than timestamps."""
    return place_id, Span(datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC))


def _suspect(
    evidence_id: int,
    citizen_id: int,
    kind: str,
    occurred_at: datetime,
    onset: str | None,
    first_positive_at: str | None,
    isolated_at: str | None,
    district: str,
) -> Suspect:
    if kind == "test":
        return Suspect(evidence_id, citizen_id, district, occurred_at, None, None)
    sampled_at = _instant(first_positive_at) or occurred_at
    return Suspect(
        evidence_id, citizen_id, district, sampled_at, _instant(onset), _instant(isolated_at)
    )


def _instant(stated: str | None) -> datetime | None:
    """An instant as its source stated it: JSON text of a string, a number or null."""
    value = None if stated is None else json.loads(stated)
    return None if value is None else at_instant(parse_instant(value))


def _sources(sources: Sequence[Source]) -> dict[str, Any]:
    return {
        "citizens": [source.citizen_id for source in sources],
        "since": [source.since for source in sources],
        "until": [source.until for source in sources],
    }


def _many_rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """In PostgreSQL's own form, which both sides write and read in half the time of text."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, binary=True)
        return cursor.fetchall()


def rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement, for services that have questions of their own too."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
