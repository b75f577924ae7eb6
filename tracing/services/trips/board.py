"""Boarding: each item of travel evidence becomes a stay, or is kept with the cause why not."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from tracing import queries, sql
from tracing.models import BoardedTrip, Place
from tracing.queries import TripVersion
from tracing.services.partitions import DAYS_AHEAD, kept_since
from tracing.services.places import closed_aboard
from tracing.services.touch import touch_cases
from tracing.services.trips.berths import Berth, Cause, berth_of
from tracing.services.trips.stow import Stay, stow
from tracing.windows import TRIP_STAY, Span, rows_of

BATCH = 5000
LONGEST_TRIP = timedelta(days=30)


class _Kept(NamedTuple):
    """The days that have partitions: rows begin on [since, horizon)."""

    since: datetime
    horizon: datetime


def board_trips(*, now: datetime) -> int:
    """Board all travel evidence that is new, corrected or retracted; returns how many versions.

    A corrected trip replaces the one before it, a retracted one is removed, one that moved to
    another citizen moves. What cannot be boarded (a private car, no carriage where one is
    needed, no day that is kept) is remembered with its cause. Each batch is a transaction;
    running it twice changes nothing.
    """
    total = 0
    while done := _board_batch(now):
        total += done
    return total


def _board_batch(now: datetime) -> int:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    kept = _Kept(kept_since(now), midnight + timedelta(days=DAYS_AHEAD))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql.LOCK_TRIPS)
        ids = queries.trips_to_board(now=now, limit=BATCH, kept_since=kept.since, horizon=kept[1])
        if not ids:
            return 0
        versions = queries.trip_versions(ids)
        judged = list(_judge_all(versions, kept))
        stays = _board(judged, _places(berth for _, berth in judged), now)
        touch_cases(visits=stow(stays, kept_since=kept.since), now=now)
    return len(ids)


def _judge_all(
    versions: Iterable[TripVersion], kept: _Kept
) -> Iterator[tuple[TripVersion, Berth | Cause]]:
    """Of each item the highest version counts, unless it was taken back."""
    for _, group in groupby(versions, key=attrgetter("source_id", "source_ref")):
        *older, newest = group
        for version in older:
            if version.kind == "travel":
                yield version, Cause.SUPERSEDED
        if newest.kind == "travel":
            yield newest, Cause.RETRACTED if newest.retracted else _judge(newest, kept)


def _judge(trip: TripVersion, kept: _Kept) -> Berth | Cause:
    if trip.ended_at is None or trip.ended_at <= trip.occurred_at:
        return Cause.NO_TIME
    if trip.ended_at - trip.occurred_at > LONGEST_TRIP:
        return Cause.TOO_LONG
    if trip.ended_at > kept.horizon:
        return Cause.NOT_YET
    *_, last = rows_of(Span(trip.occurred_at, trip.ended_at))
    if last.first < kept.since:
        return Cause.TOO_OLD
    return berth_of(trip.details, trip.occurred_at)


def _places(berths: Iterable[Berth | Cause]) -> dict[tuple[str, str, datetime, str], int]:
    """The places of these berths, made where they are new, by what names them."""
    names = {berth[:4] for berth in berths if isinstance(berth, Berth)}
    Place.objects.bulk_create(
        [
            Place(
                vehicle=vehicle,
                service=service,
                departs_at=departs_at,
                carriage=carriage,
                closed_space=closed_aboard(vehicle),
                assumed_stay=TRIP_STAY.assumed,
                max_stay=TRIP_STAY.longest,
            )
            for vehicle, service, departs_at, carriage in sorted(names)
        ],
        ignore_conflicts=True,
    )
    found = Place.objects.filter(
        service__in={name[1] for name in names}, departs_at__in={name[2] for name in names}
    )
    rows = found.values_list("vehicle", "service", "departs_at", "carriage", "pk")
    return {
        (vehicle, service, departs_at, carriage): pk
        for vehicle, service, departs_at, carriage, pk in rows
        if departs_at is not None and (vehicle, service, departs_at, carriage) in names
    }


def _board(
    judged: list[tuple[TripVersion, Berth | Cause]],
    places: dict[tuple[str, str, datetime, str], int],
    now: datetime,
) -> set[Stay]:
    """Write down what each version became; returns the stays this begins or ends."""
    rows, stays = [], set()
    for trip, berth in judged:
        place_id = places[berth[:4]] if isinstance(berth, Berth) else None
        cause = berth if isinstance(berth, Cause) else ""
        before = (trip.boarded_place, trip.boarded_citizen, trip.boarded_cause)
        if before == (place_id, trip.citizen_id, cause):
            continue
        if trip.boarded_place is not None and trip.boarded_citizen is not None:
            stays.add(Stay(trip.boarded_place, trip.boarded_citizen))
        if place_id is not None:
            stays.add(Stay(place_id, trip.citizen_id))
        rows.append(
            BoardedTrip(
                evidence_id=trip.evidence_id,
                citizen_id=trip.citizen_id,
                place_id=place_id,
                entered_at=trip.occurred_at if place_id else None,
                boarded_at=now,
                cause=cause,
            )
        )
    _write(rows)
    return stays


def _write(rows: list[BoardedTrip]) -> None:
    BoardedTrip.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["evidence_id"],
        update_fields=["citizen_id", "place_id", "entered_at", "boarded_at", "cause"],
    )
