"""What gates and strangers fetch: signed, for everybody, and about nobody."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from healthcode import keys
from healthcode.colours import Reason
from healthcode.models import WithdrawnList
from healthcode.passes import SLOTS, Held, Kind, judge
from tests.healthcode.pockets import pocket_with_a_pass
from tests.journeys import world

pytestmark = pytest.mark.django_db
PLACE = "/.well-known/healthcode"


@pytest.fixture(autouse=True)
def city_root(tmp_path, settings):
    directory = settings.HEALTHCODE_KEYS_DIR = tmp_path / "keys"
    root = keys.new_root(tmp_path / "root.pem")
    keys.rotate(directory, iss="SH", root=root, now=seconds())
    world.rules_in_force()
    return root


@pytest.fixture
def zhang():
    """Green, with a pass in the pocket."""
    lab = world.source("lab", "test")
    world.hand_in(lab, world.pcr(world.ZHANG_SAN, "one"))
    world.status_after_the_sweep(world.ZHANG_SAN)
    return pocket_with_a_pass(world.citizen(world.ZHANG_SAN), timezone.now())


def seconds() -> int:
    return int(timezone.now().timestamp())


def fetch(path: str, **headers):
    return Client().get(f"{PLACE}/{path}", headers=headers)


def gate(root) -> Held:
    """A gate that knows the pin and has fetched the rest, as anybody can."""
    now = seconds()
    held = Held(pin=root.pin).take_keys(fetch("keys").content, now)
    held = held.take_state(fetch("state").content, now)
    for number in fetch("withdrawn/").json()["lists"]:
        held = held.take_withdrawn(fetch(f"withdrawn/{number}").content, number, now)
    return held


def verdict(held: Held, pocket) -> Reason:
    now = timezone.now()
    at = int(now.timestamp())
    return judge(pocket.show(now), keys=held.key_list, gate=held.gate(at), now=at).reason


def test_a_gate_judges_a_phone_by_what_is_fetched_here_alone(city_root, zhang):
    assert verdict(gate(city_root), zhang) is Reason.GREEN


def test_a_withdrawn_pass_is_told_to_gates(city_root, zhang):
    held = gate(city_root)
    lab = world.source("lab", "test")
    world.hand_in(lab, world.pcr(world.ZHANG_SAN, "two", result="positive", at=world.ago(hours=1)))
    world.status_after_the_sweep(world.ZHANG_SAN)

    assert verdict(held, zhang) is Reason.GREEN  # as old as its list
    assert verdict(gate_a_minute_later(city_root), zhang) is Reason.WITHDRAWN


def gate_a_minute_later(root) -> Held:
    """The list that was signed a moment ago is signed again a minute after."""
    WithdrawnList.objects.update(built_at=timezone.now() - timedelta(minutes=1))
    return gate(root)


def test_a_gate_without_the_list_cannot_tell(city_root, zhang):
    now = seconds()
    held = Held(pin=city_root.pin).take_keys(fetch("keys").content, now)

    assert verdict(held.take_state(fetch("state").content, now), zhang) is Reason.STALE_LIST


def test_answers_are_for_everybody_and_kept_as_long_as_they_may(zhang):
    number = zhang.claims.slot // SLOTS
    for path, age in {
        "keys": 300,
        "keys.json": 300,
        "state": 10,
        "withdrawn/": 60,
        f"withdrawn/{number}": 60,
    }.items():
        answer = fetch(path)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == f"public, max-age={age}"
        assert "Set-Cookie" not in answer.headers


def test_who_has_the_list_is_not_sent_it_again():
    first = fetch("keys")
    again = fetch("keys", if_none_match=first.headers["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert fetch("keys", if_none_match='"another"').status_code == 200


def test_the_state_is_under_300_bytes():
    assert len(fetch("state").content) < 300


def test_a_list_that_is_not_there_says_so():
    answer = fetch("withdrawn/4095")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_list")
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_published_list_gates_are_told_that_there_is_none(settings, tmp_path):
    settings.HEALTHCODE_KEYS_DIR = tmp_path / "nothing"

    for path in ("keys", "keys.json", "state"):
        answer = fetch(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "nothing_published")


def test_a_damaged_list_is_not_handed_on(settings):
    file = settings.HEALTHCODE_KEYS_DIR / keys.LIST_FILE
    file.write_bytes(file.read_bytes()[:-1])

    assert fetch("keys").status_code == 503


def test_a_killed_key_is_in_the_state_at_once(city_root, zhang):
    kid = keys.active_key(Kind.BOUND, seconds()).public.kid
    keys.kill(configured.HEALTHCODE_KEYS_DIR, kid)

    assert verdict(gate(city_root), zhang) is Reason.KEY_KILLED
