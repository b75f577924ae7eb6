"""Asking for a pass of the phone's own, and renewing live ones, as a browser does."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthcode import passes
from healthcode.models import BoundPass, HealthStatus
from healthcode.passes import Kind
from healthcode.services import issue_live
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, hand_in, pcr

PHONE = "+8613800138000"
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def phone(db):
    """Zhang San's phone; he is green."""
    cache.clear()
    world.rules_in_force()
    hand_in(world.source("lab", "test"), pcr(ZHANG_SAN, "a1"))
    return world.phone_of(ZHANG_SAN, "张小三", PHONE)


def point() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return urlsafe_b64encode(passes.full_point(key)).decode().rstrip("=")


def ask(phone, body):
    return phone.post("/code/bound/", data=body, content_type="application/json")


def test_the_answer_holds_the_pass_and_its_times(phone):
    answer = ask(phone, json.dumps({"holder": point(), "move": False}))
    said = answer.json()
    padded = said["pass"] + "=" * (-len(said["pass"]) % 4)
    claims = passes.claims_of(urlsafe_b64decode(padded))

    assert answer.status_code == 200
    assert claims.kind is Kind.BOUND
    assert (said["iat"], said["exp"], said["colour"]) == (claims.iat, claims.exp, "green")
    assert said["seen"] == HealthStatus.objects.get().decided_at.isoformat()
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", "no json", '{"holder": 7}', '{"holder": "AAAA"}', '{"holder": "~~"}',
     json.dumps({"holder": "A" * 600})],
)  # fmt: skip
def test_what_is_no_key_gets_a_reason_and_no_pass(phone, body):
    answer = ask(phone, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "holder_invalid")
    assert not BoundPass.objects.exists()


def test_another_session_is_told_that_it_is_not_the_phone(phone):
    ask(phone, json.dumps({"holder": point()}))
    other = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    answer = ask(other, json.dumps({"holder": point()}))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_the_phone")
    assert ask(other, json.dumps({"holder": point(), "move": True})).status_code == 200
    assert ask(phone, json.dumps({"holder": point()})).status_code == 409


def test_too_many_are_refused_as_such(phone):
    statuses = [ask(phone, json.dumps({"holder": point()})).status_code for _ in range(25)]

    assert statuses == [200] * 24 + [429]


def test_nobody_else_gets_one(db):
    assert Client().post("/code/bound/").status_code == 302
    assert Client(enforce_csrf_checks=True).post("/code/bound/").status_code in (302, 403)


def test_a_pass_needs_the_page_s_csrf_token(phone):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = phone.cookies

    assert ask(strict, json.dumps({"holder": point()})).status_code == 403
    assert not BoundPass.objects.exists()


def written(queries) -> list[str]:
    return [each["sql"] for each in queries if each["sql"].lstrip().startswith(WRITES)]


def test_a_thousand_renewals_of_a_status_that_is_not_due_write_nothing(phone):
    citizen = world.citizen(ZHANG_SAN)
    issue_live(citizen_id=citizen.pk, now=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        for _ in range(1000):
            issue_live(citizen_id=citizen.pk, now=timezone.now())

    assert written(queries) == []
    assert len(queries) >= 1000


def test_the_page_writes_nothing_either_when_it_renews(phone):
    phone.get("/")
    with CaptureQueriesContext(connection) as queries:
        assert phone.get("/code/fragment/").status_code == 200

    assert written(queries) == []
    assert len(queries) >= 3


def test_signing_out_ends_the_pass_and_the_session(phone):
    ask(phone, json.dumps({"holder": point()}))
    answer = phone.post("/code/leave/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/signin/")
    assert BoundPass.objects.get().withdrawn_at is not None
    assert phone.get("/").headers["Location"].startswith("/signin/")


def test_the_pulse_has_a_phone_drop_what_gates_refuse(phone):
    kid = ask(phone, json.dumps({"holder": point()})).json()["kid"]
    assert "rebind" not in phone.get("/code/pulse/", headers={"X-Kid": kid}).headers.get(
        "HX-Trigger", ""
    )

    other = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    ask(other, json.dumps({"holder": point(), "move": True}))
    assert "rebind" in phone.get("/code/pulse/", headers={"X-Kid": kid}).headers["HX-Trigger"]
    assert "rebind" not in phone.get("/code/pulse/").headers.get("HX-Trigger", "")
