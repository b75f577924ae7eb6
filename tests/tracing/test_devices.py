"""Devices: made by an officer, enrolled once, revoked for good."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent, User
from tests.tracing.door import NOW, device_token, minutes, officer, venue, zone
from tracing.errors import (
    DeviceInvalid,
    DeviceRevoked,
    EnrolmentExpired,
    EnrolmentRefused,
    EnrolmentUsed,
    UnknownDevice,
)
from tracing.models import Device, Place
from tracing.services import (
    create_device,
    device_by_token,
    enrol_device,
    renew_enrolment,
    revoke_device,
)

pytestmark = pytest.mark.django_db


def made(**changes):
    station = venue()
    wanted = {
        "venue_id": station.pk,
        "zone_id": zone(station).pk,
        "name": "2号口",
        "direction": "entry",
        "attended": True,
        "by": officer(),
        "now": NOW,
    }
    return create_device(**wanted | changes)


def test_a_device_is_enrolled_with_its_one_time_token():
    device, enrolment = made()
    enrolled, token = enrol_device(token=enrolment, now=NOW + minutes(1))
    assert enrolled == device
    assert device_by_token(token=token) == device
    assert device_by_token(token=token).zone.place.max_stay == timedelta(hours=3)


def test_neither_token_is_in_the_database():
    _, enrolment = made()
    device, token = enrol_device(token=enrolment, now=NOW)
    stored = [bytes(device.enrol_hash), bytes(device.token_hash)]
    assert enrolment.encode() not in stored
    assert token.encode() not in stored
    written = str(list(AuditEvent.objects.values()))
    assert enrolment not in written
    assert token not in written


def test_tokens_are_long_and_never_the_same():
    tokens = {made(name=f"{n}号口")[1] for n in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 26 for token in tokens)
    device_tokens = {enrol_device(token=token, now=NOW)[1] for token in tokens}
    assert len(device_tokens) == 20
    assert all(len(token) == 43 for token in device_tokens)


def test_a_token_typed_by_hand_is_understood():
    _, enrolment = made()
    typed = "-".join(enrolment[i : i + 5] for i in range(0, 26, 5)).lower()
    typed = typed.replace("o", "0")
    enrol_device(token=f" {typed} ", now=NOW)


def test_a_token_enrols_once():
    _, enrolment = made()
    enrol_device(token=enrolment, now=NOW)
    with pytest.raises(EnrolmentUsed):
        enrol_device(token=enrolment, now=NOW + minutes(1))
    with pytest.raises(EnrolmentUsed):
        enrol_device(token=enrolment, now=NOW + minutes(11))


def test_a_token_lives_ten_minutes():
    _, enrolment = made()
    with pytest.raises(EnrolmentExpired):
        enrol_device(token=enrolment, now=NOW + minutes(10))
    enrol_device(token=enrolment, now=NOW + timedelta(minutes=9, seconds=59))


def test_an_unknown_token_enrols_nothing():
    made()
    with pytest.raises(EnrolmentRefused):
        enrol_device(token="A" * 26, now=NOW)
    with pytest.raises(EnrolmentRefused):
        enrol_device(token="", now=NOW)
    assert not Device.objects.filter(enrolled_at__isnull=False).exists()


def test_a_fresh_token_replaces_the_old_device_token_only_when_it_is_used():
    device, enrolment = made()
    _, old = enrol_device(token=enrolment, now=NOW)
    fresh = renew_enrolment(device_id=device.pk, by=officer(), now=NOW + minutes(5))
    assert device_by_token(token=old) == device
    _, new = enrol_device(token=fresh, now=NOW + minutes(6))
    assert device_by_token(token=new) == device
    with pytest.raises(UnknownDevice):
        device_by_token(token=old)
    with pytest.raises(EnrolmentRefused):
        enrol_device(token=enrolment, now=NOW + minutes(7))


def test_a_revoked_device_neither_scans_nor_comes_back():
    device, enrolment = made()
    _, token = enrol_device(token=enrolment, now=NOW)
    fresh = renew_enrolment(device_id=device.pk, by=officer(), now=NOW + minutes(1))
    revoke_device(device_id=device.pk, by=officer(), now=NOW + minutes(2))
    with pytest.raises(DeviceRevoked):
        device_by_token(token=token)
    with pytest.raises(DeviceRevoked):
        enrol_device(token=fresh, now=NOW + minutes(3))
    with pytest.raises(DeviceRevoked):
        renew_enrolment(device_id=device.pk, by=officer(), now=NOW + minutes(3))
    with pytest.raises(AlreadyDecided):
        revoke_device(device_id=device.pk, by=officer(), now=NOW + minutes(3))


def test_devices_of_a_closed_venue_are_out_of_service():
    token = device_token(name="2号口", direction="entry", attended=True, now=NOW)
    device_by_token(token=token)
    station = venue()
    station.is_active = False
    station.save(update_fields=["is_active"])
    with pytest.raises(DeviceRevoked):
        device_by_token(token=token)


def test_an_unknown_token_is_an_unknown_device():
    with pytest.raises(UnknownDevice):
        device_by_token(token="nobody")
    with pytest.raises(UnknownDevice):
        revoke_device(device_id=0, by=officer(), now=NOW)


def test_only_those_who_may_enrol_devices_do():
    device, _ = made()
    zhao = User.objects.create_user("zhao")
    with pytest.raises(NotPermitted):
        made(by=zhao)
    with pytest.raises(NotPermitted):
        renew_enrolment(device_id=device.pk, by=zhao, now=NOW)
    with pytest.raises(NotPermitted):
        revoke_device(device_id=device.pk, by=zhao, now=NOW)


def test_the_zone_is_one_of_the_venues():
    elsewhere = zone(venue("南京西路商场", "mall"))
    with pytest.raises(DeviceInvalid):
        made(zone_id=elsewhere.pk)
    assert not Place.objects.filter(zone=elsewhere).exists()


def test_every_deed_is_written_down():
    device, enrolment = made()
    enrol_device(token=enrolment, now=NOW)
    renew_enrolment(device_id=device.pk, by=officer(), now=NOW)
    revoke_device(device_id=device.pk, by=officer(), now=NOW)
    events = AuditEvent.objects.filter(target=f"device:{device.pk}").order_by("id")
    assert list(events.values_list("action", "actor")) == [
        ("device.created", "user:wang"),
        ("device.enrolled", f"device:{device.pk}"),
        ("device.renewed", "user:wang"),
        ("device.revoked", "user:wang"),
    ]


def test_without_its_record_a_device_is_not_enrolled(monkeypatch):
    device, enrolment = made()

    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr("accounts.audit.record", fail)
    with pytest.raises(RuntimeError):
        enrol_device(token=enrolment, now=NOW)
    device.refresh_from_db()
    assert device.token_hash is None


def test_an_enrolled_device_has_a_token():
    device, _ = made()
    with pytest.raises(IntegrityError, match="device_token_when_enrolled"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(enrolled_at=NOW)


def test_an_enrolment_token_has_an_end():
    device, _ = made()
    with pytest.raises(IntegrityError, match="device_enrolment_ends"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(enrol_until=None)
