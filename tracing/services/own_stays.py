"""A citizen's own stays, for nobody else: what kind of place, where, from when until when."""

from dataclasses import dataclass, replace
from datetime import datetime

from tracing.models import LeftBy, Place, Visit, VisitSource


@dataclass(frozen=True)
class OwnStay:
    """One stay; `kind` is a kind of venue, or of vehicle where `vehicle` says so.

    `told`: the citizen checked in themselves. `assumed`: nobody knows when it ended.

    The shop's name is not here: the page may be seen over a shoulder, and the citizen knows.
    """

    place_id: int
    kind: str
    vehicle: bool
    district: str
    first: datetime
    last: datetime
    assumed: bool
    told: bool


def own_stays(*, citizen_id: int, since: datetime) -> list[OwnStay]:
    """Return the stays that began at or after `since`, the latest first; touching rows are one."""
    rows = Visit.objects.filter(citizen_id=citizen_id, entered_at__gte=since)
    visits = list(rows.order_by("place_id", "source", "entered_at"))
    numbers = {visit.place_id for visit in visits}
    places = Place.objects.select_related("zone__venue").in_bulk(numbers)
    joined: list[OwnStay] = []
    for visit in visits:
        _join(joined, _stay(visit, places[visit.place_id]))
    return sorted(joined, key=lambda stay: (stay.first, stay.place_id), reverse=True)


def _stay(visit: Visit, place: Place) -> OwnStay:
    venue = place.zone.venue if place.zone else None
    return OwnStay(
        place_id=place.pk,
        kind=venue.kind if venue else place.vehicle,
        vehicle=venue is None,
        district=venue.district if venue else place.district,
        first=visit.entered_at,
        last=visit.left_at,
        assumed=visit.left_by == LeftBy.ASSUMED,
        told=visit.source == VisitSource.SELF,
    )


def _join(joined: list[OwnStay], stay: OwnStay) -> None:
    before = joined[-1] if joined else None
    same = before and (before.place_id, before.told) == (stay.place_id, stay.told)
    if before and same and before.last == stay.first:
        joined[-1] = replace(before, last=stay.last, assumed=stay.assumed)
    else:
        joined.append(stay)
