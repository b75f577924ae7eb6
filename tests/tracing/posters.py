"""Rooms with posters on their walls, and people who check in by them."""

from datetime import datetime

from accounts.models import Citizen
from tests.tracing.door import NOW, minutes, officer, venue, zone
from tracing.models import Place, Visit
from tracing.services import Here, check_in, check_out, ensure_place, renew_poster

LIBRARY, GYM = "静安图书馆", "江宁健身房"


def room(name: str = LIBRARY, kind: str = "leisure", *, near: bool = True) -> Place:
    """A room of a venue of that name; people stay two hours in places of leisure."""
    hall = zone(venue(name, kind), "阅览室")
    hall.close_quarters = near
    hall.save(update_fields=["close_quarters"])
    return ensure_place(zone=hall)


def poster(place: Place, at: datetime = NOW) -> str:
    """The text of a new poster on the wall there."""
    return renew_poster(zone_id=place.zone_id or 0, by=officer(), now=at)


def scanned(who: Citizen, text: str, minute: float = 0) -> Here:
    """Somebody scans a poster so many minutes after ten."""
    return check_in(citizen_id=who.pk, text=text, now=NOW + minutes(minute))


def left(who: Citizen, minute: float) -> Here | None:
    """Somebody says that they leave."""
    return check_out(citizen_id=who.pk, now=NOW + minutes(minute))


def stays(of: Citizen) -> list[tuple[float, float, str, str]]:
    """From, until (minutes after ten), how the end is known, who told; in order."""
    rows = Visit.objects.filter(citizen_id=of.pk).order_by("entered_at", "place_id")
    return [
        (_minute(row.entered_at), _minute(row.left_at), row.left_by, row.source) for row in rows
    ]


def _minute(at: datetime) -> float:
    return (at - NOW) / minutes(1)
