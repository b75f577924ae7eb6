"""Stays aboard, made to agree with the trips that say so."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from healthcode.models import Evidence
from tracing.models import BoardedTrip, LeftBy, Visit, VisitSource
from tracing.services.trips.berths import Berth, berth_of
from tracing.windows import Span, rows_of, union


class Stay(NamedTuple):
    """A citizen aboard a place: all rows of one journey."""

    place_id: int
    citizen_id: int


def stow(stays: set[Stay], *, kept_since: datetime) -> list[Visit]:
    """Make the rows of these stays what the boarded trips say; returns what came and went.

    Two sources may tell of one journey: its rows are the union of what they say, and stay
    while either says so. Rows that begin on a day no longer kept are left out.
    """
    wanted = {visit.pk: visit for visit in _wanted(stays) if visit.entered_at >= kept_since}
    present = {visit.pk: visit for visit in _present(stays) if visit.entered_at >= kept_since}
    gone = [visit for key, visit in present.items() if not _same(visit, wanted.get(key))]
    new = [visit for key, visit in wanted.items() if not _same(visit, present.get(key))]
    if gone:
        Visit.objects.filter(pk__in=[visit.pk for visit in gone]).delete()
    Visit.objects.bulk_create(new, ignore_conflicts=True)
    return gone + new


def _wanted(stays: set[Stay]) -> list[Visit]:
    """The rows that follow from all trips boarded as these stays."""
    trips = _trips(stays)
    spans: dict[Stay, list[Span]] = defaultdict(list)
    seats: dict[Stay, int] = {}
    for stay, trip in trips:
        spans[stay].append(Span(trip.occurred_at, trip.ended_at or trip.occurred_at))
        berth = berth_of(trip.details, trip.occurred_at)
        if isinstance(berth, Berth) and berth.row is not None:
            seats.setdefault(stay, berth.row)
    return [
        _visit(stay, row, seats.get(stay))
        for stay, told in spans.items()
        for span in union(told)
        for row in rows_of(span)
    ]


def _trips(stays: set[Stay]) -> list[tuple[Stay, Evidence]]:
    rows = BoardedTrip.objects.filter(**_either(stays)).order_by("evidence_id")
    aboard = [(Stay(row.place_id or 0, row.citizen_id), row.evidence_id) for row in rows]
    told = Evidence.objects.in_bulk([pk for stay, pk in aboard if stay in stays])
    return [(stay, told[pk]) for stay, pk in aboard if stay in stays]


def _present(stays: set[Stay]) -> list[Visit]:
    rows = Visit.objects.filter(**_either(stays), left_by=LeftBy.TRIP)
    return [row for row in rows if Stay(row.place_id, row.citizen_id) in stays]


def _either(stays: Iterable[Stay]) -> dict[str, set[int]]:
    """Whatever is in one of the places or of one of the citizens; pairs are told apart after."""
    return {
        "place_id__in": {stay.place_id for stay in stays},
        "citizen_id__in": {stay.citizen_id for stay in stays},
    }


def _visit(stay: Stay, row: Span, seat_row: int | None) -> Visit:
    return Visit(
        place_id=stay.place_id,
        entered_at=row.first,
        citizen_id=stay.citizen_id,
        left_at=row.last,
        left_by=LeftBy.TRIP,
        seat_row=seat_row,
        source=VisitSource.TRIP,
    )


def _same(visit: Visit, other: Visit | None) -> bool:
    return other is not None and (visit.left_at, visit.seat_row) == (other.left_at, other.seat_row)
