"""Signing keys in their files, and who may sign what when."""

import json
from base64 import b64encode
from dataclasses import replace
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from healthcode import keys
from healthcode.colours import Colour, Reason
from healthcode.passes import Claims, Gate, Kind, judge, write_text

DAY = 86_400
NOW = 1_663_545_600
LIVE = Claims(
    kind=Kind.LIVE,
    iat=NOW,
    exp=NOW + 90,
    pass_id=bytes(16),
    name="张*丰",
    colour=Colour.GREEN,
    hour=0,
)


@pytest.fixture
def directory(tmp_path, settings):
    settings.HEALTHCODE_KEYS_DIR = tmp_path / "keys"
    return settings.HEALTHCODE_KEYS_DIR


@pytest.fixture(autouse=True)
def live_id_key(settings):
    settings.HEALTHCODE_LIVE_ID_KEY = b64encode(bytes(range(16))).decode()


def make(directory, *kinds, sign_from=NOW, days=30):
    return keys.new_key(
        directory, kinds=kinds or [Kind.LIVE], iss="SH", sign_from=sign_from, signing_days=days
    )


def test_a_new_key_signs_what_its_public_half_verifies(directory):
    key = make(directory)
    signed = keys.sign(LIVE, now=NOW)
    found = judge(write_text(signed), keys=keys.public_list(), gate=Gate(), now=NOW)

    assert found.reason is Reason.GREEN
    assert found.claims == replace(LIVE, iss="SH")
    assert keys.active_key(Kind.LIVE, NOW).public == key


def test_the_private_key_is_for_its_owner_only(directory):
    key = make(directory)

    assert (directory / f"{key.kid.hex()}.pem").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in (directory / f"{key.kid.hex()}.json").read_text()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_private_key_that_others_can_read_is_not_loaded(directory, mode):
    key = make(directory)
    (directory / f"{key.kid.hex()}.pem").chmod(mode)

    with pytest.raises(keys.KeyFileUnsafe) as refused:
        keys.sign(LIVE, now=NOW)
    assert refused.value.details == {"kid": key.kid.hex()}


def test_a_private_key_under_another_kid_is_not_loaded(directory):
    one, other = make(directory), make(directory)
    (directory / f"{one.kid.hex()}.pem").replace(directory / f"{other.kid.hex()}.pem")

    with pytest.raises(keys.KeyFileUnsafe):
        keys.load_ring(directory)


def test_without_a_key_nothing_is_signed(directory):
    with pytest.raises(keys.NoActiveKey) as refused:
        keys.sign(LIVE, now=NOW)

    assert refused.value.code == "no_active_key"
    assert refused.value.details == {"kind": "live"}


def test_a_key_signs_in_its_time_only(directory):
    key = make(directory)

    assert keys.active_key(Kind.LIVE, key.sign_from)
    assert keys.active_key(Kind.LIVE, key.sign_until - 1)
    for now in (key.sign_from - 1, key.sign_until):
        with pytest.raises(keys.NoActiveKey):
            keys.active_key(Kind.LIVE, now)


def test_a_key_signs_its_kinds_only(directory):
    make(directory, Kind.PAPER)

    with pytest.raises(keys.NoActiveKey):
        keys.sign(LIVE, now=NOW)


def test_the_newest_of_several_keys_signs_and_all_verify(directory):
    first, second = make(directory), make(directory, sign_from=NOW + DAY)

    assert keys.active_key(Kind.LIVE, NOW).public == first
    assert keys.active_key(Kind.LIVE, NOW + DAY).public == second
    assert set(keys.public_list().keys) == {first, second}


def test_a_killed_key_signs_no_more_and_is_told_to_verifiers(directory):
    key = make(directory)
    signed = keys.sign(LIVE, now=NOW)
    facts = directory / f"{key.kid.hex()}.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"killed": True}))

    with pytest.raises(keys.NoActiveKey):
        keys.sign(LIVE, now=NOW)
    found = judge(write_text(signed), keys=keys.public_list(), gate=Gate(), now=NOW)
    assert found.reason is Reason.KEY_KILLED


def test_a_key_whose_private_half_is_gone_verifies_still(directory):
    key = make(directory)
    (directory / f"{key.kid.hex()}.pem").unlink()

    assert keys.public_list().keys == (key,)
    with pytest.raises(keys.NoActiveKey):
        keys.sign(LIVE, now=NOW)


def test_the_ring_is_read_again_only_when_a_file_changed(directory):
    make(directory)
    ring = keys.load_ring(directory)

    assert keys.load_ring(directory) is ring
    make(directory)
    assert len(keys.load_ring(directory).keys) == 2


def test_a_key_verifies_as_long_as_its_passes_can_live(directory):
    paper, live = make(directory, Kind.PAPER, Kind.LIVE), make(directory)

    assert paper.verify_until - paper.sign_until == 90 * DAY
    assert live.verify_until - live.sign_until == 90


def test_a_key_starts_on_full_ten_minutes(directory):
    assert make(directory, sign_from=NOW + 599).sign_from == NOW


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW + 91},
        {"iat": NOW + 1},
        {"iat": NOW - 90, "exp": NOW},
        {"name": ""},
        {"slot": 1, "kind": Kind.BOUND},
    ],
    ids=str,
)
def test_claims_that_a_verifier_would_refuse_are_not_signed(directory, changes):
    make(directory, Kind.LIVE, Kind.BOUND, sign_from=NOW - DAY)

    with pytest.raises(keys.ClaimsRefused) as refused:
        keys.sign(replace(LIVE, **changes), now=NOW)
    assert "张" not in str(refused.value.as_dict())


def test_claims_from_before_the_key_are_not_signed(directory):
    make(directory)

    with pytest.raises(keys.ClaimsRefused):
        keys.sign(replace(LIVE, iat=NOW - 1), now=NOW)


@given(st.integers(1, 2**63 - 1))
def test_a_live_id_leads_back_to_its_citizen(citizen_id):
    pass_id = keys.seal_live_id(citizen_id)

    assert len(pass_id) == 16
    assert keys.open_live_id(pass_id) == citizen_id


def test_no_two_live_ids_of_a_citizen_are_alike():
    ids = {keys.seal_live_id(7) for _ in range(100)}

    assert len(ids) == 100
    assert len({one[:8] for one in ids}) == len({one[8:] for one in ids}) == 100


def test_a_live_id_key_of_another_length_stops():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.HEALTHCODE_LIVE_ID_KEY", b64encode(b"short").decode())
        with pytest.raises(ImproperlyConfigured):
            keys.seal_live_id(7)


def command(*arguments) -> str:
    out = StringIO()
    call_command("keys", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def root(directory):
    command("root", str(directory.with_name("root.pem")))
    return ("--root", str(directory.with_name("root.pem")))


def test_the_command_makes_and_lists_keys(directory, root):
    new = ("new", *root, "--issuer", "SH")
    kid = command(*new, "--kinds", "live", "bound", "--in-hours", "0").strip()
    waiting = command(*new).strip()
    rows = {row.split()[0]: row.split()[1:4] for row in command("list").splitlines()}

    assert rows == {kid: ["signing", "SH", "bound,live"], waiting: ["waiting", "SH", "live"]}


def test_the_command_kills_and_rotates(directory, root):
    command("rotate", *root, "--issuer", "SH")
    kinds = {row.split()[3]: row.split()[0] for row in command("list").splitlines()}
    command("kill", kinds["state"])
    standing = {row.split()[3]: row.split()[1] for row in command("list").splitlines()}

    assert standing == {
        "bound,live": "signing",
        "paper": "signing",
        "specimen": "signing",
        "state": "killed",
    }


@pytest.mark.parametrize("wrong", [("--days", "0"), ("--issuer", "沪"), ("--issuer", "SHANGHAI")])
def test_the_command_refuses_a_key_that_could_sign_nothing(directory, root, wrong):
    with pytest.raises(CommandError):
        command("new", *root, *wrong)
    assert not list(directory.glob("*"))


def test_the_command_says_what_is_wrong_with_a_root(directory, root):
    with pytest.raises(CommandError, match="cannot be read"):
        command("rotate", "--root", str(directory / "nothing.pem"))
    with pytest.raises(CommandError, match="There is a root"):
        command("root", root[1])
