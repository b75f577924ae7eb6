"""What is done to the keys, seen from a gate that has no network half of the time."""

import os
import shutil
from pathlib import Path

import pytest

from healthcode import keys, passes
from healthcode.colours import Colour, Reason
from healthcode.keys import CeremonyRefused
from healthcode.passes import Cause, Claims, Held, Kind, ListRefused, judge, write_text

DAY = 86_400
HOUR = 3600
NOW = 1_663_545_600


@pytest.fixture
def directory(tmp_path, settings) -> Path:
    settings.HEALTHCODE_KEYS_DIR = tmp_path / "keys"
    return tmp_path / "keys"


@pytest.fixture
def root(directory) -> keys.Root:
    made = keys.new_root(directory.with_name("root.pem"))
    keys.rotate(directory, iss="SH", root=made, now=NOW)
    return made


def gate(directory, root, now: int = NOW) -> Held:
    """A gate that has fetched everything there is at `now`."""
    return refreshed(Held(pin=root.pin), directory, now)


def refreshed(held: Held, directory, now: int) -> Held:
    listed = keys.published_list(directory)
    held = held.take_keys(listed.data, now)
    return held.take_state(keys.sign_state(version=listed.signed.version, now=now), now)


def code(now: int) -> str:
    """A live code signed by whichever key signs at `now`."""
    claims = Claims(
        kind=Kind.LIVE,
        iat=now,
        exp=now + 90,
        pass_id=bytes(16),
        name="张*丰",
        colour=Colour.GREEN,
        hour=0,
    )
    return write_text(keys.sign(claims, now=now))


def verdict(held: Held, text: str, now: int) -> Reason:
    return judge(text, keys=held.key_list, gate=held.gate(now), now=now).reason


def kid_of(kind: Kind, now: int) -> bytes:
    return keys.active_key(kind, now).public.kid


def test_first_keys_sign_at_once_and_the_list_says_what_each_may(directory, root):
    held = gate(directory, root)

    assert verdict(held, code(NOW), NOW) is Reason.GREEN
    offices = {key.kinds for key in held.key_list.keys}
    assert offices == {
        frozenset({Kind.BOUND, Kind.LIVE}),
        frozenset({Kind.PAPER}),
        frozenset({Kind.SPECIMEN}),
        frozenset({Kind.STATE}),
    }


def test_weekly_rotation_leaves_no_hour_without_a_key_and_no_gate_without_its_successor(
    directory, root
):
    """A year of weekly ceremonies; the gate hears of them a day late, and is never surprised."""
    seen, held = set(), gate(directory, root)
    for week in range(52):
        ceremony = NOW + week * 7 * DAY
        keys.rotate(directory, iss="SH", root=root, now=ceremony)
        for hour in range(0, 7 * 24, 6):
            now = ceremony + hour * HOUR
            seen.add(kid_of(Kind.LIVE, now))
            if hour == 24:
                held = refreshed(held, directory, now)
            state = keys.sign_state(version=keys.published_list(directory).signed.version, now=now)
            held = held.take_state(state, now)
            checked = passes.check(code(now), keys=held.key_list, gate=held.gate(now), now=now)
            # Between a ceremony and the gate's next fetch its list is behind, and it says so.
            assert checked.reason in ({None, Reason.STALE_KEYS} if hour < 24 else {None}), now

    assert len(seen) >= 4


def test_a_key_that_gates_cannot_know_yet_is_not_made(directory, root):
    with pytest.raises(CeremonyRefused):
        keys.add_key(directory, kinds=[Kind.LIVE], iss="SH", root=root, now=NOW, in_hours=23)

    made = keys.add_key(directory, kinds=[Kind.LIVE], iss="SH", root=root, now=NOW)
    assert made.sign_from >= NOW + 24 * HOUR - 600
    assert made.kid in {key.kid for key in gate(directory, root).key_list.keys}


def test_a_retired_key_signs_no_more_and_what_it_signed_stays_good(directory, root):
    old, text = kid_of(Kind.LIVE, NOW + 25 * HOUR), code(NOW + 25 * HOUR)
    keys.add_key(directory, kinds=[Kind.LIVE, Kind.BOUND], iss="SH", root=root, now=NOW)
    keys.retire(directory, old, root=root, now=NOW + 25 * HOUR + 1)
    now = NOW + 25 * HOUR + 60

    assert kid_of(Kind.LIVE, now) != old
    assert verdict(gate(directory, root, now), text, now) is Reason.GREEN


def test_the_only_key_of_a_kind_is_not_retired(directory, root):
    with pytest.raises(CeremonyRefused):
        keys.retire(directory, kid_of(Kind.PAPER, NOW), root=root, now=NOW)


def test_the_older_key_takes_over_again_when_it_is_activated(directory, root):
    old = kid_of(Kind.LIVE, NOW)
    new = keys.add_key(directory, kinds=[Kind.LIVE, Kind.BOUND], iss="SH", root=root, now=NOW)
    later = new.sign_from + HOUR
    assert kid_of(Kind.LIVE, later) == new.kid

    keys.activate(directory, old, now=later)

    assert kid_of(Kind.LIVE, later) == old
    assert verdict(gate(directory, root, later), code(later), later) is Reason.GREEN


def test_a_key_is_activated_only_in_its_time_and_from_the_list(directory, root):
    new = keys.add_key(directory, kinds=[Kind.LIVE], iss="SH", root=root, now=NOW)
    unlisted = keys.new_key(directory, kinds=[Kind.LIVE], iss="SH", sign_from=NOW)

    for kid, now in ((new.kid, NOW), (unlisted.kid, NOW), (b"none", NOW)):
        with pytest.raises(CeremonyRefused):
            keys.activate(directory, kid, now=now)


def test_a_killed_key_is_refused_as_soon_as_the_gate_hears_of_it_and_for_ever(directory, root):
    held, text = gate(directory, root), code(NOW)
    before = refreshed(held, directory, NOW)
    keys.kill(directory, kid_of(Kind.LIVE, NOW))
    told = refreshed(before, directory, NOW + 30)

    assert verdict(told, text, NOW + 60) is Reason.KEY_KILLED
    # Somebody who puts the facts back cannot raise it from the dead.
    for file in directory.glob("*.json"):
        file.write_text(file.read_text().replace('"killed": true', '"killed": false'))
    assert verdict(refreshed(told, directory, NOW + 61), text, NOW + 61) is Reason.KEY_KILLED


def test_an_older_key_list_is_refused_and_the_newer_kept(directory, root):
    older = keys.published_list(directory).data
    keys.publish(directory, root=root, now=NOW + 10)
    held = gate(directory, root, NOW + 20)

    with pytest.raises(ListRefused) as refused:
        held.take_keys(older, NOW + 20)
    assert refused.value.cause is Cause.ROLLED_BACK


def test_an_older_state_is_refused(directory, root):
    older = keys.sign_state(version=NOW, now=NOW)
    held = gate(directory, root, NOW + 30)

    with pytest.raises(ListRefused) as refused:
        held.take_state(older, NOW + 31)
    assert refused.value.cause is Cause.ROLLED_BACK


def test_a_gate_takes_no_list_of_another_root(directory, root, tmp_path):
    stranger = keys.new_root(tmp_path / "stranger.pem")

    with pytest.raises(ListRefused) as refused:
        Held(pin=stranger.pin).take_keys(keys.published_list(directory).data, NOW)
    assert refused.value.cause is Cause.BAD_SIGNATURE
    with pytest.raises(CeremonyRefused):
        keys.publish(directory, root=stranger, now=NOW)


def test_a_state_that_is_a_day_old_makes_the_keys_stale(directory, root):
    held = gate(directory, root)

    assert verdict(held, code(NOW + DAY), NOW + DAY) is Reason.GREEN
    assert verdict(held, code(NOW + DAY + 1), NOW + DAY + 1) is Reason.STALE_KEYS


def test_a_state_that_speaks_of_a_newer_list_makes_the_keys_stale(directory, root):
    held = gate(directory, root)
    ahead = held.take_state(keys.sign_state(version=NOW + 99, now=NOW + 1), NOW + 1)

    assert verdict(ahead, code(NOW + 1), NOW + 1) is Reason.STALE_KEYS


def test_an_encrypted_root_needs_its_passphrase(tmp_path):
    file = tmp_path / "root.pem"
    made = keys.new_root(file, passphrase=b"correct horse")

    assert keys.load_root(file, passphrase=b"correct horse").pin == made.pin
    assert file.stat().st_mode & 0o777 == 0o600
    for wrong in (None, b"battery staple"):
        with pytest.raises(CeremonyRefused):
            keys.load_root(file, passphrase=wrong)


def test_the_state_is_small_also_when_thirty_keys_were_killed(directory, root):
    kid = kid_of(Kind.STATE, NOW)
    killed = frozenset(number.to_bytes(4, "big") for number in range(30))
    state = passes.State(NOW, NOW, NOW + DAY, killed)
    sign = keys.active_key(Kind.STATE, NOW).sign

    assert sign is not None
    assert len(passes.build_state(state, kid=kid, sign=sign)) < 300


def test_strangers_find_the_same_keys_as_a_jwk_set(directory, root):
    listed = keys.published_list(directory).signed
    told = keys.jwk_set(listed)

    assert {key["kid"] for key in told["keys"]} == {key.kid.hex() for key in listed.keys}
    assert all(key["kty"] == "EC" and key["crv"] == "P-256" for key in told["keys"])


def test_the_root_s_machine_needs_the_public_files_only(directory, root, tmp_path):
    """The stick carries facts and the list there, and the list back."""
    made = keys.rotate(directory, iss="SH", root=None, now=NOW + 80 * DAY)
    assert len(made) == 4
    with_root = tmp_path / "stick"
    shutil.copytree(directory, with_root, ignore=shutil.ignore_patterns("*.pem"))

    assert keys.rotate(with_root, iss="SH", root=root, now=NOW + 81 * DAY) == []
    shutil.copy(with_root / keys.LIST_FILE, directory)

    later = NOW + 89 * DAY
    assert kid_of(Kind.LIVE, later) in {key.kid for key in made}
    assert verdict(gate(directory, root, later), code(later), later) is Reason.GREEN


def test_a_key_that_the_root_has_not_listed_signs_nothing(directory, root):
    unlisted = keys.new_key(directory, kinds=[Kind.LIVE, Kind.BOUND], iss="SH", sign_from=NOW)

    assert kid_of(Kind.LIVE, NOW + HOUR) != unlisted.kid
    assert unlisted.kid not in {key.kid for key in keys.public_list().keys}


def test_a_key_that_is_listed_late_signs_a_day_later_however_it_was_made(directory, root):
    made = keys.new_key(directory, kinds=[Kind.LIVE, Kind.BOUND], iss="SH", sign_from=NOW)
    keys.publish(directory, root=root, now=NOW + HOUR)

    assert kid_of(Kind.LIVE, NOW + 24 * HOUR) != made.kid
    assert kid_of(Kind.LIVE, NOW + 25 * HOUR) == made.kid


@pytest.mark.parametrize("mask", [0o077, 0o027])
def test_public_files_can_be_read_whatever_the_umask(tmp_path, settings, mask):
    before = os.umask(mask)
    try:
        directory = settings.HEALTHCODE_KEYS_DIR = tmp_path / "keys"
        keys.rotate(directory, iss="SH", root=keys.new_root(tmp_path / "r.pem"), now=NOW)
    finally:
        os.umask(before)

    modes = {file.suffix: file.stat().st_mode & 0o777 for file in directory.iterdir()}
    assert modes == {".pem": 0o600, ".json": 0o644, ".cose": 0o644}
    assert directory.stat().st_mode & 0o777 == 0o755


def test_after_a_kill_the_next_key_signs_at_once(directory, root):
    """A day without codes would be worse than gates that learn of the key a few minutes late."""
    stolen = kid_of(Kind.LIVE, NOW)
    keys.kill(directory, stolen)
    [made] = keys.rotate(directory, iss="SH", root=root, now=NOW + HOUR)

    assert kid_of(Kind.LIVE, NOW + HOUR) == made.kid
    assert verdict(gate(directory, root, NOW + HOUR), code(NOW + HOUR), NOW + HOUR) is Reason.GREEN
