"""Venues and their zones: made and changed by officers."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import Region, User
from tracing.errors import VenueInvalid
from tracing.models import Place, Ventilation, Venue, VenueKind, Zone, ZoneKind
from tracing.services.places import closed_space, ensure_place

DISTRICT = 6
COMMUNITY = 12


def add_venue(
    *,
    name: str,
    kind: str,
    region: str,
    negative_within_hours: int | None,
    by: User,
    now: datetime,
) -> Venue:
    """Make a venue in a district or a smaller region. Raises NotPermitted or VenueInvalid."""
    _need(by, "tracing.add_venue")
    _known_kind(kind, VenueKind)
    with transaction.atomic():
        venue = Venue.objects.create(
            name=name, kind=kind, negative_within_hours=negative_within_hours, **_where(region)
        )
        _record("venue.added", f"venue:{venue.pk}", by, now)
    return venue


def change_venue(
    *,
    venue_id: int,
    name: str,
    kind: str,
    region: str,
    negative_within_hours: int | None,
    is_active: bool,
    by: User,
    now: datetime,
) -> None:
    """Say how a venue is from now on; one out of service has no scanning devices.

    Its places move with it to another district. Raises NotPermitted or VenueInvalid.
    """
    _need(by, "tracing.change_venue")
    _known_kind(kind, VenueKind)
    values = {
        "name": name,
        "kind": kind,
        "negative_within_hours": negative_within_hours,
        "is_active": is_active,
        **_where(region),
    }
    with transaction.atomic():
        if Venue.objects.filter(pk=venue_id).update(**values) != 1:
            raise VenueInvalid
        Place.objects.filter(zone__venue_id=venue_id).update(district=values["district"])
        _record("venue.changed", f"venue:{venue_id}", by, now, active=is_active)


def add_zone(
    *,
    venue_id: int,
    name: str,
    kind: str,
    close_quarters: bool,
    ventilation: str = "",
    by: User,
    now: datetime,
) -> Zone:
    """Make a zone of a venue and its place. Raises NotPermitted or VenueInvalid."""
    _need(by, "tracing.add_zone")
    _known_zone(kind, ventilation)
    venue = Venue.objects.filter(pk=venue_id).first()
    if venue is None:
        raise VenueInvalid
    try:
        with transaction.atomic():
            zone = Zone.objects.create(
                venue=venue,
                name=name,
                kind=kind,
                close_quarters=close_quarters,
                ventilation=ventilation,
            )
            ensure_place(zone=zone)
            _record("zone.added", f"zone:{zone.pk}", by, now, venue=venue.pk)
    except IntegrityError:
        raise VenueInvalid(name="taken") from None
    return zone


def change_zone(
    *,
    zone_id: int,
    name: str,
    kind: str,
    close_quarters: bool,
    ventilation: str = "",
    by: User,
    now: datetime,
) -> None:
    """Say how a zone is; the grading of later traces follows. Raises as `add_zone`."""
    _need(by, "tracing.change_zone")
    _known_zone(kind, ventilation)
    values = {"name": name, "kind": kind, "ventilation": ventilation}
    air = {"closed_space": closed_space(kind, ventilation), "close_quarters": close_quarters}
    try:
        with transaction.atomic():
            changed = Zone.objects.filter(pk=zone_id).update(
                **values, close_quarters=close_quarters
            )
            if changed != 1:
                raise VenueInvalid
            Place.objects.filter(zone_id=zone_id).update(**air)
            _record("zone.changed", f"zone:{zone_id}", by, now, close_quarters=close_quarters)
    except IntegrityError:
        raise VenueInvalid(name="taken") from None


def _need(by: User, permission: str) -> None:
    if not by.has_perm(permission):
        raise NotPermitted


def _known_kind(kind: str, kinds: type[VenueKind] | type[ZoneKind]) -> None:
    if kind not in kinds.values:
        raise VenueInvalid(kind="unknown")


def _known_zone(kind: str, ventilation: str) -> None:
    _known_kind(kind, ZoneKind)
    if ventilation not in ("", *Ventilation.values):
        raise VenueInvalid(ventilation="unknown")


def _where(region: str) -> dict[str, str]:
    """The district of a region and, if it is one, the community."""
    if not Region.objects.filter(code=region).exists():
        raise VenueInvalid(region="unknown")
    return {
        "district": region[:DISTRICT],
        "community": region if len(region) == COMMUNITY else "",
    }


def _record(action: str, target: str, by: User, now: datetime, **details: object) -> None:
    audit.record(actor=f"user:{by.username}", action=action, target=target, now=now, **details)
