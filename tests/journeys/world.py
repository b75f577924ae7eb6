"""What every journey starts from: rules in force, sources with tokens, people by document.

Journeys go through the interfaces that people and machines use; this only sets the stage.
"""

import csv
import json
import re
import secrets
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import pii
from accounts.models import Citizen, User
from accounts.services import find_or_create_citizens
from healthcode.colours import Colour
from healthcode.intake.files import TESTS
from healthcode.models import HealthStatus, Source
from healthcode.services import new_source_token
from healthcode.tasks import sweep_due
from tracing.models import Venue, Zone
from tracing.services import create_device

#: Invented numbers with right check digits.
ZHANG_SAN = "11010519491231002X"
LI_SI = "310104198812040017"
RULES = "sh-2022-09-18"


def ago(**span: float) -> datetime:
    """An instant so long ago, in whole seconds."""
    return timezone.now().replace(microsecond=0) - timedelta(**span)


def rules_in_force() -> None:
    """The first rule set, loaded and active, by the command officers use."""
    call_command("load_rules", activate_first=RULES, stdout=StringIO())


def source(name: str, *kinds: str) -> str:
    """A source that may hand in these kinds; returns its token."""
    Source.objects.get_or_create(name=name, defaults={"kinds": list(kinds)})
    return new_source_token(name=name, by="system:test", now=timezone.now())


def hand_in(token: str, *items: dict[str, Any]) -> Any:
    """POST items as a source does; returns the response."""
    return Client().post(
        "/api/v1/evidence/",
        data=json.dumps(items),
        content_type="application/json",
        headers={"Authorization": f"Source {token}"},
    )


def pcr(
    number: str,
    ref: str,
    *,
    result: str = "negative",
    at: datetime | None = None,
    pool_size: int = 1,
    **more: Any,
) -> dict[str, Any]:
    """A PCR sample of the holder of a resident id, as a laboratory states it."""
    at = at or ago(hours=6)
    details = {"method": "pcr", "result": result, "pool_size": pool_size}
    if pool_size > 1:
        details["tube"] = f"tube of {ref}"
    return {
        "kind": "test",
        "document_type": "resident_id",
        "document_number": number,
        "occurred_at": at.isoformat(),
        "reported_at": (at + timedelta(hours=4)).isoformat(),
        "source_ref": ref,
        "details": details,
    } | more


def results_file(path: Path, *rows: dict[str, Any], encoding: str = "utf-8") -> Path:
    """A laboratory's CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, TESTS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def csv_row(number: str, ref: str, **more: Any) -> dict[str, Any]:
    """One row of such a file: a negative single-tube sample."""
    return {
        "source_ref": ref,
        "document_type": "resident_id",
        "document_number": number,
        "collected_at": ago(hours=6).isoformat(),
        "reported_at": ago(hours=2).isoformat(),
        "method": "pcr",
        "result": "negative",
        "pool_size": "1",
    } | more


def citizen(number: str) -> Citizen:
    """The citizen of a resident id."""
    return Citizen.objects.get(document_fingerprint=pii.document_fingerprint("resident_id", number))


def status_after_the_sweep(number: str) -> HealthStatus:
    """What the sweeper makes of everything that is due."""
    sweep_due()
    return HealthStatus.objects.get(citizen=citizen(number))


def colour_of(number: str) -> Colour:
    """The colour after the sweep."""
    return Colour(status_after_the_sweep(number).colour)


def resident(number: str, name: str, phone: str, *, district: str = "310106") -> Citizen:
    """A person as the population register has them: document, name and phone."""
    person = ("resident_id", pii.normalise_document("resident_id", number))
    found = Citizen.objects.get(pk=find_or_create_citizens(documents=[person])[person])
    found.name_sealed = pii.seal("citizen.name", name, context=found.ref)
    found.phone_fingerprint = pii.phone_fingerprint(phone)
    found.district, found.community = district, f"{district}001001"
    found.save(update_fields=["name_sealed", "phone_fingerprint", "district", "community"])
    return found


def sign_in(phone: str) -> Client:
    """A phone whose holder has signed in with the code the page shows in tests."""
    client = Client()
    client.post("/signin/", {"phone": phone})
    page = client.get("/signin/code/").content.decode()
    code = re.search(r"demo__code\">(\d{6})<", page)
    assert code, "no code on the page"
    client.post("/signin/code/", {"code": code[1]})
    return client


def register(client: Client, number: str, name: str, kind: str = "resident_id") -> Any:
    """Fill in the registration form; returns the page it leads to."""
    form = {"document_type": kind, "document_number": number, "name": name}
    return client.post("/register/", form, follow=True)


def phone_of(number: str, name: str, phone: str) -> Client:
    """A resident's phone, signed in and registered."""
    resident(number, name, phone)
    client = sign_in(phone)
    register(client, number, name)
    return client


def officer(name: str = "wang") -> User:
    """An administrator who may do everything officers may."""
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_superuser(name, "a long enough password")


def office(name: str = "wang") -> Client:
    """That officer's browser, signed in."""
    client = Client()
    client.force_login(officer(name))
    return client


def scan_id(at: datetime | None = None) -> str:
    """A UUIDv7 of an instant, by default now."""
    milliseconds = int((at or timezone.now()).timestamp() * 1000)
    number = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64
    return str(UUID(int=number | 2 << 62 | secrets.randbits(62)))


def enrolment(venue: Venue, zone: str = "大厅", direction: str = "entry") -> str:
    """A one-time token for a device at a venue's door, from the venues' office."""
    place, _ = Zone.objects.get_or_create(venue=venue, name=zone, defaults={"close_quarters": True})
    _, token = create_device(
        venue_id=venue.pk,
        zone_id=place.pk,
        name=f"{zone} {secrets.token_hex(2)}",
        direction=direction,
        attended=True,
        by=officer(),
        now=timezone.now(),
    )
    return token


def enrol(token: str) -> Any:
    """Enrol a device as a turnstile does; returns the response."""
    return _post("/api/v1/devices/enrol/", {"token": token})


class Gate:
    """An enrolled device, as a turnstile talks to the API."""

    def __init__(self, venue: Venue, zone: str = "大厅", direction: str = "entry") -> None:
        """Enrol with a one-time token."""
        self.venue = venue
        self.one_time = enrolment(venue, zone, direction)
        enrolled = enrol(self.one_time).json()
        self.token, self.device_id = enrolled["token"], enrolled["device"]["id"]

    def scan(self, text: str, **more: Any) -> Any:
        """Scan a text; returns the response."""
        return self._post("/api/v1/scans/", {"scan_id": scan_id(), "text": text} | more)

    def say(self, scan: str, *, admitted: bool) -> Any:
        """Tell what staff did after a CHECK."""
        return self._post(f"/api/v1/scans/{scan}/admission/", {"admitted": admitted})

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return _post(path, body, {"Authorization": f"Device {self.token}"})


def _post(path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    return Client().post(path, json.dumps(body), "application/json", headers=headers or {})


def venue(name: str = "老城厢饭店", kind: str = "restaurant", **fields: Any) -> Venue:
    """A venue in Jing'an district."""
    return Venue.objects.create(name=name, kind=kind, district="310106", **fields)
