"""The space behind a zone, and what is known of the air in a space."""

from tracing.models import Place, Ventilation, Zone, ZoneKind
from tracing.windows import stay_in_zone

_ROOMS = frozenset({ZoneKind.ROOM, ZoneKind.DINING})
_SEALED = frozenset({"aircraft", "aircraft_no_hepa", "train_sealed", "coach_sealed", "car"})


def ensure_place(*, zone: Zone) -> Place:
    """Return the zone's place, made with the stays of its kind of venue if there is none."""
    stay = stay_in_zone(zone.venue.kind, zone.kind)
    place, _ = Place.objects.get_or_create(
        zone=zone,
        defaults={
            "district": zone.venue.district,
            "close_quarters": zone.close_quarters,
            "closed_space": closed_space(zone.kind, zone.ventilation),
            "assumed_stay": stay.assumed,
            "max_stay": stay.longest,
        },
    )
    return place


def closed_space(kind: str, ventilation: str) -> bool | None:
    """Whether people in a zone share its air; None: nobody knows.

    A room or a dining area is closed; a hall or an entrance only where its operator says that
    it is badly ventilated.
    """
    if kind == ZoneKind.OPEN_AIR:
        return False
    if kind in _ROOMS or ventilation == Ventilation.POOR:
        return True
    return False if ventilation == Ventilation.GOOD else None


def closed_aboard(vehicle: str) -> bool | None:
    """Whether a vehicle is closed; None: nobody knows whether its windows are open."""
    return True if vehicle in _SEALED else None
