"""The gate API: enrolment, scans, batches and admission as turnstiles and browsers use it."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.tracing import door
from tests.tracing.door import NOW, code, scan_id
from tracing import permissions
from tracing.authentication import COOKIE
from tracing.models import Device, Scan, Visit
from tracing.permissions import DeviceThrottle
from tracing.services import create_device, revoke_device

pytestmark = pytest.mark.django_db

ENROL, ME, SCANS = "/api/v1/devices/enrol/", "/api/v1/devices/me/", "/api/v1/scans/"


@pytest.fixture(autouse=True)
def _ten_o_clock(tmp_path, settings):
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    door.rules_in_force()
    DeviceThrottle.cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def token():
    return door.device_token(name="2号口", direction="entry", attended=True, now=NOW)


@pytest.fixture
def li():
    """Green: tested negative yesterday."""
    return door.after_test(door.person("E10000001"), "negative", NOW - timedelta(days=1))


@pytest.fixture
def qian():
    """Yellow: nobody has tested them for a long time."""
    return door.after_test(door.person("E10000003"), "negative", NOW - timedelta(days=20))


def post(path, data, token=None, client=None, **headers):
    if token:
        headers["Authorization"] = f"Device {token}"
    return (client or Client()).post(
        path, json.dumps(data), content_type="application/json", headers=headers
    )


def get(path, token):
    return Client().get(path, headers={"Authorization": f"Device {token}"})


def item(text, serial=0, **more):
    return {"scan_id": str(scan_id(NOW, serial)), "text": text} | more


def enrolment():
    station = door.venue()
    return create_device(
        venue_id=station.pk,
        zone_id=door.zone(station).pk,
        name="2号口",
        direction="entry",
        attended=True,
        by=door.officer(),
        now=NOW,
    )[1]


def refused(response, status, code):
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) == {"code", "message", "details"}
    assert body["code"] == code
    return body


def test_a_turnstile_enrols_and_scans(li):
    answer = post(ENROL, {"token": enrolment()})
    assert answer.status_code == 200
    assert COOKIE not in answer.cookies
    assert answer.json()["device"]["venue"] == "静安寺站"
    scanned = post(SCANS, item(code(li)), answer.json()["token"])
    assert scanned.status_code == 200
    assert scanned.json() == {
        "scan_id": str(scan_id(NOW)),
        "status": "stored",
        "outcome": "PASS",
        "reason": "GREEN",
        "admitted": True,
        "name": "*",
        "negative_hours": 24,
        "shown_before": None,
    }
    assert Visit.objects.filter(citizen_id=li.pk).count() == 1


def test_a_browser_keeps_its_token_where_no_script_reads_it():
    answer = post(ENROL, {"token": enrolment(), "keep": "cookie"})
    assert "token" not in answer.json()
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")


def test_enrolment_is_refused_with_its_cause():
    refused(post(ENROL, {"token": "A" * 26}), 404, "enrolment_unknown")
    used = enrolment()
    post(ENROL, {"token": used})
    refused(post(ENROL, {"token": used}), 409, "enrolment_used")
    late = enrolment()
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        refused(post(ENROL, {"token": late}), 410, "enrolment_expired")
    refused(post(ENROL, {}), 400, "invalid")


def test_the_device_is_told_who_it_is_what_it_did_and_what_time_it_is(token, li):
    post(SCANS, item(code(li)), token)
    body = get(ME, token).json()
    assert body["device"]["name"] == "2号口"
    assert body["today"] == {"PASS": 1, "CHECK": 0, "STOP": 0, "GREY": 0}
    assert body["now"] == NOW.timestamp() * 1000
    assert "csrf_token" not in body


def test_nobody_scans_without_a_token(token, li):
    for headers in ({}, {"Authorization": "Device wrong"}, {"Authorization": f"Bearer {token}"}):
        response = Client().post(
            SCANS, json.dumps(item(code(li))), content_type="application/json", headers=headers
        )
        refused(response, 401, "unknown_device")
    assert not Scan.objects.exists()


def test_a_revoked_device_is_refused(token, li):
    revoke_device(device_id=Device.objects.get().pk, by=door.officer(), now=NOW)
    refused(post(SCANS, item(code(li)), token), 403, "device_revoked")


@pytest.fixture
def browser():
    """A browser with the device's cookie, whose CSRF is checked as in earnest."""
    client = Client(enforce_csrf_checks=True)
    post(ENROL, {"token": enrolment(), "keep": "cookie"}, client=client)
    return client


def test_a_browser_scans_with_its_cookie_and_csrf_token(browser, li):
    me = browser.get(ME)
    assert me.cookies[COOKIE]["httponly"]
    token = me.json()["csrf_token"]
    answer = post(SCANS, item(code(li)), client=browser, **{"X-CSRFToken": token})
    assert answer.json()["outcome"] == "PASS"


def test_another_site_cannot_scan_with_the_cookie(browser, li):
    browser.get(ME)
    refused(post(SCANS, item(code(li)), client=browser), 403, "permission_denied")
    refused(
        post(SCANS, item(code(li)), client=browser, **{"X-CSRFToken": "a" * 64}),
        403,
        "permission_denied",
    )
    assert not Scan.objects.exists()


def test_a_device_reaches_only_the_routes_made_for_devices(token, monkeypatch):
    for path in ("/", "/admin/", "/why/", "/visits/"):
        assert get(path, token).status_code in {302, 401, 403}
    refused(post("/api/v1/evidence/", [], token), 401, "unknown_source")
    monkeypatch.setattr(permissions, "ROUTES", permissions.ROUTES - {("GET", "tracing:device-me")})
    refused(get(ME, token), 403, "permission_denied")


def test_sent_twice_is_answered_the_same(token, li):
    first = post(SCANS, item(code_ := code(li)), token).json()
    again = post(SCANS, item(code_), token).json()
    assert again == first | {"status": "repeated"}
    assert Scan.objects.count() == 1


def test_a_used_id_with_other_content_is_a_conflict(token, li):
    post(SCANS, item(code(li)), token)
    refused(post(SCANS, item("HCP:/1/AAAA"), token), 409, "conflict")


def test_a_batch_is_answered_item_by_item(token, li):
    good = [item(code(li)), item("not a code", 1)]
    answer = post(SCANS, {"scans": good}, token)
    assert answer.status_code == 200
    assert [result["reason"] for result in answer.json()["results"]] == ["GREEN", "FOREIGN"]


def test_one_bad_scan_among_five_hundred_stops_no_other(token):
    scans = [item(f"https://example.org/{n}", n) for n in range(499)]
    scans.insert(250, {"scan_id": "of no use", "text": "x"})
    answer = post(SCANS, {"scans": scans}, token)
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [n for n, result in enumerate(results) if result["status"] == "refused"] == [250]
    assert results[250]["error"]["code"] == "scan_invalid"
    assert results[250]["error"]["details"] == {"scan_id": "invalid"}
    assert Scan.objects.count() == 499


def test_a_batch_of_nothing_good_answers_with_its_first_error(token):
    scans = [{"text": "x"}, item("x", admitted="perhaps")]
    body = refused(post(SCANS, {"scans": scans}, token), 400, "scan_invalid")
    assert body["details"]["scan_id"] == "required"
    assert [result["status"] for result in body["details"]["results"]] == ["refused"] * 2


@pytest.mark.parametrize("scans", [[], "x", None, {}, [{}] * 501])
def test_a_batch_is_a_list_of_one_to_five_hundred(token, scans):
    refused(post(SCANS, {"scans": scans}, token), 400, "scan_invalid")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "x"},
        {"scan_id": "x", "text": "x"},
        {"scan_id": str(scan_id(NOW))},
        {"scan_id": str(scan_id(NOW)), "text": "x" * 7090},
        {"scan_id": str(scan_id(NOW)), "text": "x", "direction": "up"},
        {"scan_id": str(scan_id(NOW)), "text": "x", "device_outcome": "FINE"},
        {"scan_id": str(scan_id(NOW - timedelta(hours=73))), "text": "x"},
        {"scan_id": "d9428888-122b-41e1-b85c-61e2b5c5a0d3", "text": "x"},
        [],
        "x",
        None,
    ],
)
def test_what_is_no_scan_is_refused_and_not_stored(token, wrong):
    refused(post(SCANS, wrong, token), 400, "scan_invalid")
    assert not Scan.objects.exists()


def test_what_was_scanned_is_not_repeated_in_an_error(token, li):
    text = code(li)
    response = post(SCANS, item("x", direction=text, device_reason=text), token)
    assert text[8:40] not in response.content.decode()


def test_the_body_must_be_json(token):
    response = Client().post(
        SCANS,
        "{",
        content_type="application/json",
        headers={"Authorization": f"Device {token}"},
    )
    refused(response, 400, "parse_error")


def admission(serial=0):
    return f"{SCANS}{scan_id(NOW, serial)}/admission/"


def test_staff_say_that_the_person_went_in(token, qian):
    assert post(SCANS, item(code(qian)), token).json()["admitted"] is None
    for _ in range(2):
        answer = post(admission(), {"admitted": True}, token)
        assert (answer.status_code, answer.json()["admitted"]) == (200, True)
    refused(post(admission(), {"admitted": False}, token), 409, "conflict")
    assert Visit.objects.filter(citizen_id=qian.pk).count() == 1


def test_an_admission_says_yes_or_no_about_a_scan_of_ones_own(token, qian):
    post(SCANS, item(code(qian)), token)
    refused(post(admission(), {}, token), 400, "invalid")
    refused(post(admission(9), {"admitted": True}, token), 404, "unknown_scan")
    other = door.device_token(name="3号口", direction="entry", attended=True, now=NOW)
    refused(post(admission(), {"admitted": True}, other), 404, "unknown_scan")


def test_a_device_that_has_run_wild_is_slowed_down(token, monkeypatch):
    monkeypatch.setattr(DeviceThrottle, "rate", "3/min")
    for _ in range(3):
        assert get(ME, token).status_code == 200
    refused(get(ME, token), 429, "throttled")


def test_a_scan_takes_few_statements(token, li, django_assert_max_num_queries):
    text = code(li)
    with django_assert_max_num_queries(16):
        post(SCANS, item(text), token)


def test_the_staff_pages_are_public_and_empty():
    for path in ("/staff/", "/staff/enrol/"):
        page = Client().get(path)
        assert page.status_code == 200
        assert "静安寺站" not in page.content.decode()


def test_a_citizen_sees_their_own_stays_and_no_others(token, li, qian):
    post(SCANS, item(code(li)), token)
    post(SCANS, item(code(qian), 1, admitted=True), token)
    user = door.officer()
    li.user, li.identity_confirmed_at = user, NOW
    li.save(update_fields=["user", "identity_confirmed_at"])
    client = Client()
    client.force_login(user)
    page = client.get("/visits/")
    [shown] = page.context["days"][0].visits
    assert (shown.kind, shown.times) == ("地铁站", "10:00 – 10:15")
    assert "静安寺站" not in page.content.decode()


def test_stays_that_touch_are_shown_as_one(token, li):
    post(SCANS, item(code(li)), token)
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        later = NOW + timedelta(minutes=10)
        post(SCANS, {"scan_id": str(scan_id(later)), "text": code(li, later)}, token)
    user = door.officer()
    li.user, li.identity_confirmed_at = user, NOW
    li.save(update_fields=["user", "identity_confirmed_at"])
    client = Client()
    client.force_login(user)
    [shown] = client.get("/visits/").context["days"][0].visits
    assert (shown.times, shown.notes) == ("10:00 – 10:25", ["离开时间是估计的"])
