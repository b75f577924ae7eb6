"""A door to stand at: venues, devices, people with codes, and scans of them."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Citizen, User
from accounts.services import find_or_create_citizens
from healthcode import keys
from healthcode.models import Source
from healthcode.services import (
    Item,
    activate_first_ruleset,
    issue_live,
    load_rulesets,
    recolour,
    record_evidence,
)
from tracing.models import Device, Direction, Place, Venue, Zone
from tracing.services import NewScan, create_device, device_by_token, enrol_device

NOW = datetime(2022, 9, 19, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
RULES = "sh-2022-09-18"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def officer() -> User:
    user, _ = User.objects.get_or_create(
        username="wang", defaults={"is_staff": True, "is_superuser": True}
    )
    return user


def venue(name: str = "静安寺站", kind: str = "metro", **fields: object) -> Venue:
    found, _ = Venue.objects.get_or_create(
        name=name, defaults={"kind": kind, "district": "310106", **fields}
    )
    return found


def zone(of: Venue, name: str = "站厅") -> Zone:
    return Zone.objects.get_or_create(venue=of, name=name)[0]


def device(
    of: Venue | None = None,
    *,
    name: str = "2号口",
    direction: str = "entry",
    attended: bool = True,
    zone_name: str = "站厅",
    now: datetime = NOW,
) -> Device:
    """An enrolled device with its venue, zone and place."""
    return device_by_token(
        token=device_token(
            of, name=name, direction=direction, attended=attended, zone_name=zone_name, now=now
        )
    )


def device_token(of: Venue | None = None, *, zone_name: str = "站厅", now: datetime, **how) -> str:
    place = of or venue()
    _, token = create_device(
        venue_id=place.pk, zone_id=zone(place, zone_name).pk, by=officer(), now=now, **how
    )
    return enrol_device(token=token, now=now)[1]


def place_of(found: Device) -> Place:
    return found.zone.place


def rules_in_force() -> None:
    load_rulesets(now=NOW - timedelta(days=1), by="system:test")
    activate_first_ruleset(ruleset_id=RULES, at=NOW - timedelta(days=1), by="system:test")


def keys_in_force(directory: Path) -> Path:
    """A directory with keys of all offices that sign from the day before, and their list."""
    yesterday = int((NOW - timedelta(days=1)).timestamp())
    root = keys.new_root(directory / "root.pem")
    keys.rotate(directory / "keys", iss="SH", root=root, now=yesterday)
    return directory / "keys"


def lab() -> Source:
    source, _ = Source.objects.get_or_create(
        name="lab", defaults={"kinds": ["test", "measure", "exposure", "case", "registration"]}
    )
    return source


def person(number: str, now: datetime = NOW) -> Citizen:
    """Somebody the city knows nothing about yet but a document."""
    document = ("passport", number)
    return Citizen.objects.get(pk=find_or_create_citizens(documents=[document])[document])


def after_test(who: Citizen, result: str, at: datetime, now: datetime = NOW) -> Citizen:
    """A single-tube test of a person, and the colour that follows."""
    details = {"method": "pcr", "result": result, "pool_size": 1, "tube": f"T{who.pk}"}
    item = Item("test", who.pk, at, None, at, f"{who.pk}-{result}-{at:%d%H%M}", details=details)
    [stored] = record_evidence(items=[item], source=lab(), by="system:test", now=now)
    assert stored.error is None, stored.error
    recolour(citizen_ids=[who.pk], now=now)
    connection.check_constraints()  # as the commit would, before the colour changes again
    return who


def code(of: Citizen, at: datetime = NOW) -> str:
    """The text of a live code as the person's phone shows it."""
    return issue_live(citizen_id=of.pk, now=at).text


def tampered(text: str) -> str:
    """The same code with its last letter, a part of the signature, another."""
    return text[:-1] + ("A" if text[-1] != "A" else "Q")


def scan_id(at: datetime, serial: int = 0) -> UUID:
    """A UUIDv7 of an instant; `serial` tells scans of one millisecond apart."""
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | serial)


def scan(text: str, at: datetime = NOW, *, serial: int = 0, **fields) -> NewScan:
    fields.setdefault("direction", Direction.ENTRY)
    return NewScan(scan_id=scan_id(at, serial), text=text, **fields)
