"""What a turnstile calls: its kit, a verdict without a clock of its own, where its scans wait."""

from base64 import urlsafe_b64decode
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from healthcode.colours import Reason
from healthcode.passes import Gate, Held, judge
from tests.healthcode.pockets import pocket_with_a_pass
from tests.journeys import world
from tests.tracing import door
from tracing.models import Alarm, Device, Scan, Visit
from tracing.services import revoke_device

pytestmark = pytest.mark.django_db
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def token():
    world.rules_in_force()
    return door.device_token(now=timezone.now(), name="1号闸机", direction="entry", attended=False)


@pytest.fixture
def zhang():
    """Green, with a pass in the pocket."""
    world.hand_in(world.source("lab", "test"), world.pcr(world.ZHANG_SAN, "one"))
    world.status_after_the_sweep(world.ZHANG_SAN)
    return pocket_with_a_pass(world.citizen(world.ZHANG_SAN), timezone.now())


def call(token, method, path, **data):
    return getattr(Client(), method)(
        f"/api/v1/{path}",
        data=data or None,
        content_type="application/json",
        headers={"Authorization": f"Device {token}"},
    )


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def equipped(kit, at: int) -> Held:
    held = Held(pin=bytes_of(kit["pin"])).take_keys(bytes_of(kit["keys"]), at)
    held = held.take_state(bytes_of(kit["state"]), at)
    for each in kit["withdrawn"]:
        held = held.take_withdrawn(bytes_of(each["token"]), each["number"], at)
    return held


def test_a_kit_is_all_that_is_needed_to_judge_a_phone_without_network(token, zhang):
    kit = call(token, "get", "devices/kit/").json()
    at = kit["now"] // 1000
    held = equipped(kit, at)

    now = timezone.now()
    found = judge(zhang.show(now), keys=held.key_list, gate=held.gate(at), now=at)
    assert found.reason is Reason.GREEN
    assert kit["device"]["name"] == "1号闸机"


def test_a_kit_older_than_the_server_s_keys_does_no_harm(token, zhang):
    """The device cannot judge the new key; the server judges what it uploads."""
    now = timezone.now()
    at = int(now.timestamp())
    text = zhang.show(now)
    old = judge(text, keys=Held(pin=bytes(32)).key_list, gate=Gate(), now=at)
    assert old.reason is Reason.UNKNOWN_ISSUER

    item = {
        "scan_id": str(door.scan_id(now)),
        "text": text,
        "admitted": False,
        "device_outcome": old.outcome,
        "device_reason": old.reason,
    }
    [result] = call(token, "post", "scans/", scans=[item]).json()["results"]
    assert (result["status"], result["reason"]) == ("stored", "GREEN")
    assert Scan.objects.get().device_reason == "UNKNOWN_ISSUER"


def test_a_gate_without_a_clock_has_its_scan_named_by_the_server(token, zhang):
    before = timezone.now()
    answer = call(token, "post", "verify/", text=zhang.show(before)).json()

    assert (answer["outcome"], answer["admitted"]) == ("PASS", True)
    stored = Scan.objects.get()
    assert str(stored.scan_id) == answer["scan_id"]
    assert abs(stored.scanned_at - before) < timedelta(seconds=5)
    assert Visit.objects.count() == 1


def test_it_is_stored_whatever_was_read(token):
    assert call(token, "post", "verify/", text="https://example.org").json()["reason"] == "FOREIGN"
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("path", ["devices/kit/", "verify/", "devices/store/"])
def test_only_an_enrolled_device_may_call(token, path):
    method = {"devices/kit/": "get", "verify/": "post", "devices/store/": "put"}[path]
    assert call("nobody's", method, path).status_code == 401

    revoke_device(device_id=Device.objects.get().pk, by=door.officer(), now=timezone.now())
    assert call(token, method, path).status_code == 403


def test_a_device_says_where_its_scans_wait(token):
    answer = call(token, "put", "devices/store/", store=str(ONE), waiting=3)

    assert answer.json() == {"lost": None}
    assert call(token, "put", "devices/store/", store=str(ONE), waiting=0).json()["lost"] is None
    device = Device.objects.get()
    assert (device.store, device.waiting) == (ONE, 0)
    assert device.heard_at is not None


def test_a_store_that_is_gone_is_told_and_raises_an_alarm(token):
    call(token, "put", "devices/store/", store=str(ONE), waiting=3)
    answer = call(token, "put", "devices/store/", store=str(OTHER), waiting=0)

    assert answer.json() == {"lost": 3}
    assert call(token, "put", "devices/store/", store=str(OTHER), waiting=0).json()["lost"] is None
    [alarm] = Alarm.objects.all()
    assert (alarm.kind, alarm.district) == ("scans_lost", "310106")


def test_an_empty_store_that_is_gone_raises_no_alarm(token):
    call(token, "put", "devices/store/", store=str(ONE), waiting=0)

    assert call(token, "put", "devices/store/", store=str(OTHER), waiting=0).json()["lost"] == 0
    assert not Alarm.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"store": "x", "waiting": 1}, {"store": str(ONE), "waiting": -1}]
)
def test_nonsense_about_a_store_is_refused(token, wrong):
    answer = call(token, "put", "devices/store/", **wrong)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert Device.objects.get().store is None


def test_people_inside_are_counted(token, zhang):
    assert call(token, "get", "devices/me/").json()["inside"] == 0
    call(token, "post", "verify/", text=zhang.show(timezone.now()))

    assert call(token, "get", "devices/me/").json()["inside"] == 1


def test_one_bad_scan_among_five_hundred_stops_no_other(token, zhang):
    now = timezone.now()
    scans = [
        {"scan_id": str(door.scan_id(now, serial)), "text": "nonsense"} for serial in range(499)
    ]
    scans.insert(250, {"scan_id": "no id", "text": "nonsense"})
    answer = call(token, "post", "scans/", scans=scans)

    statuses = [result["status"] for result in answer.json()["results"]]
    assert answer.status_code == 207
    assert (statuses.count("stored"), statuses[250]) == (499, "refused")
    assert Scan.objects.count() == 499
