"""The space behind a zone."""

from tracing.models import Place, Zone
from tracing.windows import stay_in_zone


def ensure_place(*, zone: Zone) -> Place:
    """Return the zone's place, made with the stays of its kind of venue if there is none."""
    stay = stay_in_zone(zone.venue.kind, zone.kind)
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
