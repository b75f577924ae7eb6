"""Finding the people of the story in the database of a seeded city, and saying what to try.

The city is thought out again from what the audit trail says it was made from: nothing about its
people is kept outside the sealed columns.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import AuditEvent, Citizen, User
from tracing.models import Case, CaseState, Device, Zone
from tracing.services.city.build import SEEDED
from tracing.services.city.design import City, design_city
from tracing.services.city.people import Person
from tracing.services.city.plan import CityPlan, CityRefused
from tracing.services.devices import create_device, renew_enrolment

DEVICE = "演示扫码点"


@dataclass(frozen=True)
class Role:
    """Somebody of the story: how to sign in as them, and who they are."""

    ref: str
    name: str
    phone: str
    document_type: str
    document_number: str


@dataclass(frozen=True)
class Story:
    """Whom to watch, which case to confirm (None: not proposed yet) and where to scan."""

    index: Role
    close: Role
    secondary: Role
    newcomer: Role
    case_id: int | None
    zone: Zone


def tell_story() -> Story:
    """The story of the city in this database. Raises CityRefused if there is none."""
    city = design_city(_plan())
    cast = city.cast
    return Story(
        index=_role(cast.index),
        close=_role(cast.close),
        secondary=_role(cast.secondary),
        newcomer=_role(cast.newcomer),
        case_id=_case_id(cast.index),
        zone=_zone(city),
    )


def offer_device(*, zone: Zone, by: User, now: datetime) -> str:
    """A fresh one-time enrolment token for the demo's device in this zone."""
    device = Device.objects.filter(zone=zone, name=DEVICE, revoked_at__isnull=True).first()
    if device is not None:
        return renew_enrolment(device_id=device.pk, by=by, now=now)
    _, token = create_device(
        venue_id=zone.venue_id,
        zone_id=zone.pk,
        name=DEVICE,
        direction="entry",
        attended=True,
        by=by,
        now=now,
    )
    return token


def _plan() -> CityPlan:
    """What the audit trail says the city was made from."""
    seeded = AuditEvent.objects.filter(action=SEEDED).first()
    if seeded is None:
        raise CityRefused(reason="no city was seeded into this database")
    made: dict[str, Any] = seeded.details
    until = datetime.fromisoformat(made["until"])
    return CityPlan(made["citizens"], made["days"], made["seed"], until)


def _role(person: Person) -> Role:
    """The person with what they need to sign in, if the city's register knows them."""
    if not Citizen.objects.filter(ref=person.ref).exists():
        raise CityRefused(reason="the city was seeded by another version: seed it anew")
    phone = person.phone or ""
    return Role(person.ref, person.name, phone, person.document_type, person.document_number)


def _case_id(person: Person) -> int | None:
    open_cases = Case.objects.filter(state__in=[CaseState.SUSPECTED, CaseState.CONFIRMED])
    return open_cases.filter(citizen__ref=person.ref).values_list("pk", flat=True).first()


def _zone(city: City) -> Zone:
    """Where the index case ate: a place at which to scan people in."""
    number = city.habits[city.cast.index.number].tables[0].id
    zone = city.venues.zones[number]
    venue = city.venues.venues[zone.venue]
    return Zone.objects.select_related("venue").get(venue__ref=venue.ref, name=zone.name)
