"""The space behind a zone: how long people are taken to stay there, and how long at most."""

from datetime import timedelta
from typing import NamedTuple

from tracing.models import Place, VenueKind, Zone


class Stay(NamedTuple):
    """The stay assumed of somebody who does not scan out, and the longest one row may hold."""

    assumed: timedelta
    longest: timedelta


def _hours(assumed: float, longest: float) -> Stay:
    return Stay(timedelta(hours=assumed), timedelta(hours=longest))


# Estimates, not measurements: an operator changes them per place. A row of a visit never
# exceeds 24 hours, so neither does a longest stay.
STAYS = {
    VenueKind.RESTAURANT: _hours(1, 6),
    VenueKind.SHOP: _hours(0.5, 12),
    VenueKind.MARKET: _hours(0.5, 12),
    VenueKind.MALL: _hours(2, 12),
    VenueKind.OFFICE: _hours(9, 24),
    VenueKind.FACTORY: _hours(9, 24),
    VenueKind.SCHOOL: _hours(9, 24),
    VenueKind.HOSPITAL: _hours(2, 24),
    VenueKind.LEISURE: _hours(2, 12),
    VenueKind.METRO: _hours(0.5, 3),
    VenueKind.STATION: _hours(1, 12),
    VenueKind.OTHER: _hours(1, 12),
}


def ensure_place(*, zone: Zone) -> Place:
    """Return the zone's place, made with the stays of its venue's kind if there is none."""
    stay = STAYS[VenueKind(zone.venue.kind)]
    place, _ = Place.objects.get_or_create(
        zone=zone,
        defaults={
            "district": zone.venue.district,
            "close_quarters": zone.close_quarters,
            "assumed_stay": stay.assumed,
            "max_stay": stay.longest,
        },
    )
    return place
