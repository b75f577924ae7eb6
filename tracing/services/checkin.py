"""Stays that citizens tell of themselves, by a poster where no staff stands.

What a person alone says is believed for finding whom to ask and for no more: it never changes
a colour, and whoever is found through it alone is a casual contact at most.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tracing.errors import TooManyCheckIns, VenueClosed
from tracing.models import LeftBy, Place, Visit, VisitSource, Zone
from tracing.services.posters import zone_of_poster
from tracing.services.visits import enter, lock_citizen, say_left
from tracing.windows import LONGEST_ROW

MOST_A_DAY = 12
SHORTEST = timedelta(seconds=1)
# As far as a gate's clock, or another server's, may be ahead.
SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Here:
    """Where a citizen is staying now, for the citizen alone; `until` unless they say otherwise.

    `told`: by the person, who may also say when it ends; else a gate saw them come.
    """

    venue: str
    zone: str
    entered_at: datetime
    until: datetime
    told: bool


def check_in(*, citizen_id: int, text: str, now: datetime) -> Here:
    """Begin the stay that a poster's text tells of; the same poster again is the same stay.

    A stay elsewhere ends with it. Raises NoPoster, HealthCodeShown, UnknownPoster,
    VenueClosed, or TooManyCheckIns after twelve on one day.
    """
    zone = zone_of_poster(text=text)
    if not zone.venue.is_active:
        raise VenueClosed
    with transaction.atomic():
        lock_citizen(citizen_id=citizen_id)
        last = _last_stay(citizen_id, now)
        if last is None or not _is_in(last, zone.place, now):
            _stop_the_thirteenth(citizen_id, now)
            last = _begin(citizen_id, zone.place, last, now)
    return _here(last, zone)


def check_out(*, citizen_id: int, now: datetime) -> Here | None:
    """End the stay that the citizen told of; None if there is none."""
    with transaction.atomic():
        lock_citizen(citizen_id=citizen_id)
        stay = _last_stay(citizen_id, now)
        if stay is None or stay.left_at <= now or stay.source != VisitSource.SELF:
            return None
        left_at = max(now.replace(microsecond=0), stay.entered_at + SHORTEST)
        return _here(say_left(stay=stay, at=left_at, now=now), _zone_of(stay))


def where_now(*, citizen_id: int, now: datetime) -> Here | None:
    """The stay in a venue that a citizen has not ended; None if there is none."""
    stay = _last_stay(citizen_id, now)
    zone = stay and _zone_of(stay)
    return _here(stay, zone) if stay and zone and stay.left_at > now else None


def _last_stay(citizen_id: int, now: datetime) -> Visit | None:
    """The stay that began last: whatever began before it has ended."""
    begun = Visit.objects.filter(
        citizen_id=citizen_id, entered_at__gt=now - LONGEST_ROW, entered_at__lte=now + SKEW
    )
    return begun.exclude(source=VisitSource.TRIP).order_by("entered_at").last()


def _is_in(stay: Visit, place: Place, now: datetime) -> bool:
    running = stay.left_at > now and stay.left_by == LeftBy.ASSUMED
    return running and stay.place_id == place.pk


def _begin(citizen_id: int, place: Place, last: Visit | None, now: datetime) -> Visit:
    """One stay after the other, also where requests overtake one another."""
    at = now.replace(microsecond=0)
    if last is not None:
        assumed = last.left_by == LeftBy.ASSUMED
        at = max(at, last.entered_at + SHORTEST if assumed else last.left_at)
    stay = enter(citizen_id=citizen_id, place=place, at=at, now=now, source=VisitSource.SELF)
    if stay is None:
        raise AssertionError("an arrival that is known is the last stay, and running")
    return stay


def _stop_the_thirteenth(citizen_id: int, now: datetime) -> None:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Visit.objects.filter(
        citizen_id=citizen_id, entered_at__gte=midnight, source=VisitSource.SELF
    )
    if today.count() >= MOST_A_DAY:
        raise TooManyCheckIns


def _zone_of(stay: Visit) -> Zone | None:
    return Zone.objects.select_related("venue").filter(place__pk=stay.place_id).first()


def _here(stay: Visit, zone: Zone | None) -> Here:
    return Here(
        venue=zone.venue.name if zone else "",
        zone=zone.name if zone else "",
        entered_at=stay.entered_at,
        until=stay.left_at,
        told=stay.source == VisitSource.SELF,
    )
