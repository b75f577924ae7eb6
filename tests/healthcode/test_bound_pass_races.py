"""A pass is signed while the colour changes, on two connections: none survives the change."""

import importlib
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from healthcode import passes
from healthcode.models import BoundPass
from healthcode.services import recolour
from healthcode.services.phones import digest_of
from healthcode.services.signing import Order
from tests.healthcode.pockets import Pocket
from tests.healthcode.recoloured import (
    NOW,
    colour,
    decided,
    hand_in,
    other_connections,
    pcr,
    person,
    rules_in_force,
    source,
    stopped_before,
)
from tests.tracing import door

pytestmark = pytest.mark.usefixtures("committed")
signing = importlib.import_module("healthcode.services.signing")
recolouring = importlib.import_module("healthcode.services.recolour")
SOON = 20


@pytest.fixture(autouse=True)
def _stage(committed, tmp_path, settings) -> None:
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    rules_in_force()
    source()


@pytest.fixture
def other() -> Iterator:
    with other_connections() as call:
        yield call


@pytest.fixture
def anna():
    """Green, with a phone."""
    who = person("E10000001")
    hand_in(pcr(who, "18 08:00", "negative", "a0"))
    decided(who)
    Pocket(who).bind(NOW)
    return who


def turn_red(who) -> None:
    hand_in(pcr(who, "19 08:00", "positive", "a1"))
    recolour(citizen_ids=[who.pk], now=NOW)


def sign(who):
    """What the pass of a phone's fresh key says."""
    point = passes.full_point(ec.generate_private_key(ec.SECP256R1()).public_key())
    order = Order(passes.Kind.BOUND, who.pk, point, digest_of("phone"))
    return passes.claims_of(signing.sign_here(order, now=NOW))


def counting(who) -> int:
    return BoundPass.objects.filter(citizen_id=who.pk, withdrawn_at__isnull=True).count()


@pytest.mark.parametrize("step", ["_bind", "_take_slot", "_hour"])
def test_a_colour_that_changes_while_a_pass_is_signed_withdraws_that_pass(
    anna, other, monkeypatch, step
):
    with stopped_before(monkeypatch, signing, step) as (there, go_on):
        fetching = other(sign, anna)
        assert there.wait(SOON)
        changing = other(turn_red, anna)
        go_on.set()
        fetching.result(SOON)
        changing.result(SOON)

    assert (colour(anna), counting(anna)) == ("red", 0)


def test_without_the_lock_a_green_pass_would_survive(anna, other, monkeypatch):
    """What the lock is for: the same race, and nothing that holds the status."""
    monkeypatch.setattr("healthcode.services.signing.sql.lock_statuses", lambda ids: [])
    with stopped_before(monkeypatch, signing, "_take_slot") as (there, go_on):
        fetching = other(sign, anna)
        assert there.wait(SOON)
        monkeypatch.undo()
        other(turn_red, anna).result(SOON)
        go_on.set()
        fetching.result(SOON)

    assert (colour(anna), counting(anna)) == ("red", 1)


def test_a_pass_is_signed_after_the_change_that_is_under_way(anna, other, monkeypatch):
    with stopped_before(monkeypatch, recolouring, "_write") as (there, go_on):
        changing = other(turn_red, anna)
        assert there.wait(SOON)
        fetching = other(sign, anna)
        go_on.set()
        changing.result(SOON)
        claims = fetching.result(SOON)

    assert claims.colour.word == "red"
    assert counting(anna) == 1


def test_two_requests_open_one_list_and_get_two_slots(anna, other):
    fetches = [other(sign, anna) for _ in range(2)]
    for each in fetches:
        each.result(SOON)

    assert BoundPass.objects.values("slot").distinct().count() == 2
