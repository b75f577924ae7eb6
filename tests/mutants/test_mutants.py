"""The hunt in the suite: a fixed slice of it, and proof that it finds what is wrong."""

import pytest

from healthcode.passes import Cause, cbor, layers, state, text, trust, verify
from tests.mutants.hunt import MAY_GROW, hunt, hunt_lists
from tests.mutants.make import make

SEED = 1
FEW = 4000


@pytest.mark.slow
def test_no_mutant_is_taken_for_what_nobody_signed_and_both_languages_agree():
    found = hunt(60_000, differential=6000, seed=SEED)

    assert found.findings == []
    assert found.compared == 6000
    assert found.grown <= MAY_GROW


@pytest.mark.slow
def test_both_languages_take_and_refuse_the_same_signed_lists():
    found = hunt_lists(3000, seed=SEED)

    assert found.findings == []
    assert {cause for _, cause in found.reasons} == {"taken", *Cause}


@pytest.mark.slow
def test_the_hunt_fails_when_one_language_takes_a_state_that_is_over(monkeypatch):
    monkeypatch.setattr(state, "demand_current", lambda *_: None)

    assert "Python says None, JavaScript expired" in "\n".join(hunt_lists(1000, SEED).findings)


@pytest.mark.slow
def test_mutants_reach_every_verdict_but_those_a_server_adds():
    """A hunt that only ever met unreadable codes would find nothing."""
    found = hunt(12_000, seed=SEED)

    missing = set(verify.Reason) - {reason for _, reason in found.reasons}
    assert missing == {verify.Reason.RULE, verify.Reason.REPEATED}
    assert found.told > 1000


def test_a_mutant_is_the_same_each_time_and_another_for_another_seed():
    assert [make(SEED, n) for n in range(200)] == [make(SEED, n) for n in range(200)]
    assert [make(SEED, n) for n in range(200)] != [make(SEED + 1, n) for n in range(200)]


def reasons_found(**how) -> str:
    return "\n".join(hunt(FEW, seed=SEED, **how).findings)


@pytest.mark.slow
def test_the_hunt_fails_when_the_holders_signature_is_not_checked(monkeypatch):
    monkeypatch.setattr(verify, "verifies", lambda *_: True)

    assert "shown when no holder showed it" in reasons_found()


@pytest.mark.slow
def test_the_hunt_fails_when_the_issuers_signature_is_not_checked(monkeypatch):
    monkeypatch.setattr(trust, "verifies", lambda *_: True)

    assert "claims that no issuer signed" in reasons_found()


@pytest.fixture
def keys_in_any_order(monkeypatch):
    """The reader of CBOR with all its rules but the one of ascending keys."""

    def read_map(data, at, size, depth, truth):
        items = {}
        for _ in range(size):
            key, at = cbor._item(data, at, depth + 1, False)
            if not isinstance(key, int | str):
                raise cbor.Malformed("a key of another type")
            below = truth or (depth == 1 and key == cbor.CNF)
            items[key], at = cbor._item(data, at, depth + 1, below)
        return items, at

    monkeypatch.setitem(cbor._CONTAINERS, cbor._MAP, read_map)
    yield
    layers._read_header.cache_clear()  # it keeps headers that this reader let pass


@pytest.mark.slow
@pytest.mark.usefixtures("keys_in_any_order")
def test_the_hunt_fails_when_keys_may_come_in_any_order():
    assert "not the one text of these claims" in reasons_found()


@pytest.mark.slow
@pytest.mark.usefixtures("keys_in_any_order")
def test_the_languages_are_seen_to_differ_when_one_lets_keys_come_in_any_order():
    assert "JavaScript ['GREY', 'UNREADABLE'" in reasons_found(differential=FEW)


@pytest.mark.slow
def test_the_hunt_fails_when_the_reader_raises_what_is_not_its_own(monkeypatch):
    monkeypatch.setattr(cbor, "_LEAST", {})

    assert "escaped: KeyError" in reasons_found()


@pytest.mark.slow
def test_the_hunt_fails_when_two_texts_carry_the_same_code(monkeypatch):
    monkeypatch.setattr(text, "_BASE32", text.re.compile(r"[A-Z2-7 \n\t=-]+"))
    monkeypatch.setattr(text, "_from_base32", lenient(text._from_base32))

    assert "a second reader finds no such code" in reasons_found()


def lenient(strict):
    """The decoder, after dropping what is not of its alphabet."""
    return lambda body: strict("".join(letter for letter in body if letter.isalnum()))


@pytest.mark.slow
def test_the_hunt_fails_when_memory_grows(monkeypatch):
    kept = []
    read = cbor._string
    monkeypatch.setattr(cbor, "_string", lambda *given: kept.append(bytes(4096)) or read(*given))

    assert "memory grew by" in reasons_found()
