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
from tracing.services.stated_stays import is_told
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
    """Begin the stay that a poster's text tells of; where a stay is running, it is that stay.

    What the person told of elsewhere ends with it; what a gate saw elsewhere does not. Raises
    NoPoster, HealthCodeShown, UnknownPoster, VenueClosed, or TooManyCheckIns after twelve on
    one day.
    """
    zone = zone_of_poster(text=text)
    if not zone.venue.is_active:
        raise VenueClosed
    with transaction.atomic():
        lock_citizen(citizen_id=citizen_id)
        begun = _begun(citizen_id, now)
        stay = _running_in(zone.place, begun, now)
        if stay is None:
            _stop_the_thirteenth(citizen_id, now)
        if stay is None or not is_told(stay.source):
            stay = _arrive(citizen_id, zone.place, begun, now) or stay
    if stay is None:
        raise AssertionError("an arrival that is known already is in a stay that is running")
    return _here(stay, zone)


def check_out(*, citizen_id: int, now: datetime) -> Here | None:
    """End the stay that the citizen told of; None if there is none."""
    with transaction.atomic():
        lock_citizen(citizen_id=citizen_id)
        told = [s for s in _begun(citizen_id, now) if is_told(s.source)]
        if not told or not _is_running(told[-1], now):
            return None
        stay = told[-1]
        left_at = max(now.replace(microsecond=0), stay.entered_at + SHORTEST)
        return _here(say_left(stay=stay, at=left_at, now=now), _zone_of(stay))


def where_now(*, citizen_id: int, now: datetime) -> Here | None:
    """The stay in a venue that began last of those not ended; None if there is none."""
    running = [stay for stay in _begun(citizen_id, now) if stay.left_at > now]
    zone = _zone_of(running[-1]) if running else None
    return _here(running[-1], zone) if zone else None


def _begun(citizen_id: int, now: datetime) -> list[Visit]:
    """The stays of the last day in order; of two that began at once, the told one is last."""
    begun = Visit.objects.filter(
        citizen_id=citizen_id, entered_at__gt=now - LONGEST_ROW, entered_at__lte=now + SKEW
    )
    others = begun.exclude(left_by__in=(LeftBy.TRIP, LeftBy.HAND))
    return list(others.order_by("entered_at", "source"))


def _is_running(stay: Visit, now: datetime) -> bool:
    return stay.left_at > now and stay.left_by == LeftBy.ASSUMED


def _running_in(place: Place, begun: list[Visit], now: datetime) -> Visit | None:
    here = [stay for stay in begun if stay.place_id == place.pk and _is_running(stay, now)]
    return here[-1] if here else None


def _arrive(citizen_id: int, place: Place, begun: list[Visit], now: datetime) -> Visit | None:
    """One told stay after the other, also where requests overtake one another."""
    at = now.replace(microsecond=0)
    for stay in begun:
        at = max(at, stay.entered_at + SHORTEST)
        told_or_here = is_told(stay.source) or stay.place_id == place.pk
        if told_or_here and stay.left_by != LeftBy.ASSUMED:
            at = max(at, stay.left_at)
    return enter(citizen_id=citizen_id, place=place, at=at, now=now, source=VisitSource.SELF)


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
        told=is_told(stay.source),
    )
