"""Scanners and gates: made by an officer, enrolled once with a token, revoked.

Both tokens are random and long, so a plain hash keeps them: whoever reads the database can
neither enrol nor scan.
"""

import hashlib
import secrets
from base64 import b32encode
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from tracing.errors import (
    DeviceInvalid,
    DeviceRevoked,
    EnrolmentExpired,
    EnrolmentRefused,
    EnrolmentUsed,
    UnknownDevice,
)
from tracing.models import Device, Zone
from tracing.services.alarms import raise_alarm
from tracing.services.places import ensure_place

ENROLMENT_LIFE = timedelta(minutes=10)
ENROLMENT_BYTES = 16
TOKEN_BYTES = 32
LOST = "scans_lost"
# Base32 has none of these; people who type a code by hand still do.
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B", "-": None, " ": None})


def create_device(
    *,
    venue_id: int,
    zone_id: int,
    name: str,
    direction: str,
    attended: bool,
    by: User,
    now: datetime,
) -> tuple[Device, str]:
    """Make a device and its one-time enrolment token, valid for ten minutes.

    The zone is one of the venue's, else DeviceInvalid. The token is returned this once.
    """
    _need_permission(by)
    zone = Zone.objects.select_related("venue").filter(pk=zone_id, venue_id=venue_id).first()
    if zone is None:
        raise DeviceInvalid(zone="not of this venue")
    token = _new_enrolment_token()
    with transaction.atomic():
        ensure_place(zone=zone)
        device = Device.objects.create(
            venue=zone.venue,
            zone=zone,
            name=name,
            direction=direction,
            attended=attended,
            enrol_hash=_hash(token),
            enrol_until=now + ENROLMENT_LIFE,
            created_by=by,
            created_at=now,
        )
        _record("device.created", device, f"user:{by.username}", now)
    return device, token


def renew_enrolment(*, device_id: int, by: User, now: datetime) -> str:
    """Return a fresh enrolment token; what is enrolled keeps working until it is used.

    Raises UnknownDevice or DeviceRevoked: a revoked device never comes back.
    """
    _need_permission(by)
    token = _new_enrolment_token()
    with transaction.atomic():
        device = _locked(device_id)
        device.enrol_hash, device.enrol_until = _hash(token), now + ENROLMENT_LIFE
        device.save(update_fields=["enrol_hash", "enrol_until"])
        _record("device.renewed", device, f"user:{by.username}", now)
    return token


def enrol_device(*, token: str, now: datetime) -> tuple[Device, str]:
    """Use up an enrolment token and return the device with its new token.

    Raises EnrolmentRefused (unknown), EnrolmentUsed, EnrolmentExpired or DeviceRevoked.
    """
    digest = _hash(token.upper().translate(_MISREAD))
    device_token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        # Enrolled before this token was issued, or never: the token was not used yet.
        unused = Q(enrolled_at__isnull=True) | Q(enrolled_at__lt=F("enrol_until") - ENROLMENT_LIFE)
        open_for = Device.objects.filter(
            unused, enrol_hash=digest, enrol_until__gt=now, revoked_at__isnull=True
        )
        if open_for.update(token_hash=_hash(device_token), enrolled_at=now) != 1:
            raise _why_refused(digest, now)
        device = _with_places().get(enrol_hash=digest)
        _record("device.enrolled", device, f"device:{device.pk}", now)
    return device, device_token


def revoke_device(*, device_id: int, by: User, now: datetime) -> None:
    """Take a device out of service at once and for good.

    Raises UnknownDevice, or AlreadyDecided if it was revoked before.
    """
    _need_permission(by)
    with transaction.atomic():
        if not Device.objects.filter(pk=device_id, revoked_at__isnull=True).update(revoked_at=now):
            known = Device.objects.filter(pk=device_id).exists()
            raise AlreadyDecided if known else UnknownDevice
        device = Device.objects.get(pk=device_id)
        _record("device.revoked", device, f"user:{by.username}", now)


def hear_store(*, device_id: int, store: UUID, waiting: int, now: datetime) -> int | None:
    """Note where a device's scans wait; returns how many waited in a store that is gone.

    None where the store is the one it had, or its first. A loss raises an alarm in the
    venue's district: whoever was let in by those scans has no visit.
    """
    with transaction.atomic():
        device = Device.objects.select_for_update(of=("self",)).get(pk=device_id)
        lost = device.waiting if device.store not in (None, store) else None
        device.store, device.waiting, device.heard_at = store, waiting, now
        device.save(update_fields=["store", "waiting", "heard_at"])
        if lost is not None:
            _record("device.lost_store", device, f"device:{device.pk}", now, scans=lost)
        if lost:
            raise_alarm(LOST, device.venue.district, f"device:{device.pk}:{store}", now)
    return lost


def device_by_token(*, token: str) -> Device:
    """Return the enrolled device with its venue, zone and place.

    Raises UnknownDevice, or DeviceRevoked also when the whole venue is out of service.
    """
    device = _with_places().filter(token_hash=_hash(token)).first()
    if device is None:
        raise UnknownDevice
    if device.revoked_at is not None or not device.venue.is_active:
        raise DeviceRevoked
    return device


def _with_places() -> QuerySet[Device]:
    return Device.objects.select_related("venue", "zone__place")


def _need_permission(by: User) -> None:
    if not by.has_perm("tracing.enrol_device"):
        raise NotPermitted


def _locked(device_id: int) -> Device:
    device = Device.objects.select_for_update().filter(pk=device_id).first()
    if device is None:
        raise UnknownDevice
    if device.revoked_at is not None:
        raise DeviceRevoked
    return device


def _why_refused(digest: bytes, now: datetime) -> Exception:
    device = Device.objects.filter(enrol_hash=digest).first()
    if device is None:
        return EnrolmentRefused()
    if device.revoked_at is not None:
        return DeviceRevoked()
    return EnrolmentExpired() if _unused(device) else EnrolmentUsed()


def _unused(device: Device) -> bool:
    if device.enrolled_at is None or device.enrol_until is None:
        return True
    return device.enrolled_at < device.enrol_until - ENROLMENT_LIFE


def _new_enrolment_token() -> str:
    """128 random bits in letters and digits that can be read out and typed."""
    return b32encode(secrets.token_bytes(ENROLMENT_BYTES)).decode("ascii").rstrip("=")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _record(action: str, device: Device, actor: str, now: datetime, **more: int) -> None:
    target = f"device:{device.pk}"
    audit.record(actor=actor, action=action, target=target, now=now, venue=device.venue_id, **more)
