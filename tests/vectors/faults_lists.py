"""Signed lists in order and with one fault each, and the cause for which each is refused.

A case has a `name`, `what` it is (keys, state or withdrawn), `data` in hex, the `cause` (None:
taken), `now`, and where they matter the `number` of the list, what is `held` already and the
kids that were `killed`. State and withdrawn lists are read with the key list `BASE` held.
"""

from collections.abc import Iterator

from tests.vectors import faults_withdrawn
from tests.vectors.craft import (
    DAY,
    HOLDER,
    ISSUER,
    KIDS,
    NOW,
    N,
)
from tests.vectors.craft_lists import (
    KEYS_AAD,
    OTHER_ROOT,
    PIN,
    STATE_AAD,
    TYPE,
    case,
    cose_key,
    key,
    key_list,
    main_keys,
    point,
    state,
    withdrawn,
)

BASE = key_list()
TICK, OFFICE = NOW - 60, (NOW - DAY, NOW + DAY, NOW + DAY)


def document() -> dict:
    """All cases, with the pin and the key list that they suppose, as JSON can hold it."""
    return {"pin": PIN.hex(), "base": BASE.hex(), "now": NOW, "cases": cases()}


def cases() -> list[dict]:
    """All of them."""
    return [*_keys(), *_states(), *faults_withdrawn.cases(), *_shared()]


def _refused(what: str, cause: str, faults: dict, **context) -> Iterator[dict]:
    return (case(what, name, data, cause, **context) for name, data in faults.items())


# --- the list of keys --------------------------------------------------------------------


def _keys() -> Iterator[dict]:
    held = {"version": 7, "iat": NOW - 3600, "exp": NOW + 20 * DAY}
    yield case("keys", "in order", BASE)
    yield case("keys", "the one held again", BASE, held=held)
    yield case("keys", "a later one", key_list(c_70002=8, c6=NOW - 7200), held=held)
    yield case("keys", "an algorithm not known here", key_list([*main_keys(), unknown()]))
    yield case("keys", "two equal kids", key_list([*main_keys(), main_keys()[0]]))
    yield case("keys", "no key", key_list([]))
    yield case("keys", "the greatest version", key_list(c_70002=2**32 - 1))
    yield case("keys", "the shortest office", key_list([key("old", ["live"], 0, 0, 0)]))
    yield case("keys", "30 days", key_list(c6=NOW - 10 * DAY))
    yield from _refused("keys", "malformed", _malformed_keys() | _malformed_members())
    yield from _refused("keys", "bad_signature", _forged_keys())
    yield case("keys", "31 s before iat", key_list(c6=NOW + 31), "not_yet")
    yield case("keys", "30 s before iat", key_list(c6=NOW + 30))
    yield case("keys", "over", key_list(c4=NOW), "expired")
    yield case("keys", "in its last second", key_list(c4=NOW + 1))
    yield case("keys", "version before", key_list(c_70002=6, c6=NOW), "rolled_back", held=held)
    yield case("keys", "iat before", key_list(c6=NOW - 3601), "rolled_back", held=held)
    yield case("keys", "over and rolled back", key_list(c4=NOW, c_70002=6), "expired", held=held)


def unknown() -> dict:
    """A key of an algorithm that no verifier knows yet."""
    return key("paper", ["paper"], *OFFICE, c3=-35, c2={1: 2, -1: 2, -2: b"x"})


def _malformed_keys() -> dict[str, bytes]:
    member = {1: -7, 4: KIDS["state"]}
    off_curve = b"\x04" + point(HOLDER)[1:33] + bytes(31) + b"\x01"
    return {
        "kid in the header": key_list(header=member),
        "header without alg": key_list(header=b"\xa0"),
        "alg -35 in the header": key_list(header={1: -35}),
        "version 0": key_list(c_70002=0),
        "version as text": key_list(c_70002="7"),
        "negative iat": key_list(c6=-1),
        "exp at iat": key_list(c6=NOW, c4=NOW),
        "30 days and a second": key_list(c6=NOW - 10 * DAY - 1),
        "keys as a map": key_list(c_70003={}),
        "no keys": key_list(c_70003=None),
        "no root": key_list(c_70005=None),
        "root compressed": key_list(c_70005=b"\x02" + point(OTHER_ROOT)[1:33]),
        "root off the curve": key_list(c_70005=off_curve),
        "one member more": key_list(c_70004=[]),
    }


def _malformed_members() -> dict[str, bytes]:
    whole = cose_key(ISSUER)
    flipped = whole | {-3: bytes(32)}
    faults = {
        "kid of 3 bytes": {"c1": b"abc"},
        "kid of 3 bytes, algorithm not known": {"c3": -35, "c1": b"abc"},
        "iss of one letter, algorithm not known": {"c3": -35, "c4": "S"},
        "kid as text": {"c1": "abcd"},
        "no verify_until": {"c8": None},
        "a member more": {"c9": 0},
        "negative sign_from": {"c6": -1},
        "alg as text": {"c3": "ES256"},
        "iss of one letter": {"c4": "S"},
        "iss of seven letters": {"c4": "SHSHSHS"},
        "iss beyond ASCII": {"c4": "沪"},
        "no kind": {"c5": []},
        "kind 0": {"c5": [0]},
        "kind 6": {"c5": [1, 6]},
        "kinds descending": {"c5": [2, 1]},
        "a kind twice": {"c5": [1, 1]},
        "kinds as a number": {"c5": 1},
        "key off the curve": {"c2": flipped},
        "key with x of 31 bytes": {"c2": whole | {-2: bytes(31)}},
        "key compressed": {"c2": whole | {-3: True}},
        "key on another curve": {"c2": whole | {-1: 2}},
        "key with kid": {"c2": whole | {2: KIDS["issuer"]}},
        "key without y": {"c2": {label: whole[label] for label in (1, -1, -2)}},
        "private d": {"c2": whole | {-4: bytes(32)}},
    }
    return {
        f"key: {name}": key_list([key("issuer", ["live"], *OFFICE, **fault)])
        for name, fault in faults.items()
    }


def _forged_keys() -> dict[str, bytes]:
    return {
        "another root": key_list(by=OTHER_ROOT, c_70005=point(OTHER_ROOT)),
        "another root's signature": key_list(by=OTHER_ROOT),
        "no external data": key_list(aad=b""),
        "external data of a state": key_list(aad=STATE_AAD),
        "signed by a pass key": key_list(by=ISSUER),
        "signed by nobody, and over": key_list(parts={"signature": bytes(64)}, c4=NOW),
    }


# --- the state ---------------------------------------------------------------------------


def _states() -> Iterator[dict]:
    kids = sorted(KIDS.values())
    yield case("state", "in order", state())
    yield case("state", "kills", state(kids))
    yield case("state", "of a list not held yet", state(c_70002=8))
    yield case("state", "24 h", state(c4=TICK + DAY))
    yield case("state", "the one held again", state(), held={"iat": TICK})
    yield case("state", "kills its own key", state([KIDS["state"]]))
    yield from _refused("state", "malformed", _malformed_states(kids))
    yield case("state", "iat before", state(), "rolled_back", held={"iat": TICK + 1})


def _malformed_states(kids: list[bytes]) -> dict[str, bytes]:
    return {
        "24 h and a second": state(c4=TICK + DAY + 1),
        "exp at iat": state(c4=TICK),
        "no kids": state(c_70004=None),
        "kids as bytes": state(c_70004=kids[0]),
        "kids descending": state(kids[::-1]),
        "a kid twice": state([kids[0], kids[0]]),
        "kid of 3 bytes": state([b"abc"]),
        "kid as text": state(["abcd"]),
        "version 0": state(c_70002=0),
        "a member more": state(c7=bytes(16)),
        "true under key 8": state(c8=True),
        "kid of the header of 8 bytes": state(header={1: -7, 4: bytes(8)}),
        "header of a presentation": state(header={1: -7}),
        "alg -35 in the header": state(header={1: -35, 4: KIDS["state"]}),
        "header of a withdrawn list": state(header={1: -7, 4: KIDS["state"], 16: TYPE}),
        "a list of withdrawn passes": withdrawn(),
        "a list of keys": BASE,
    }


# --- what holds for both kinds of list that a state key signs ----------------------------


def _shared() -> Iterator[dict]:
    for what, make, aad in (("state", state, STATE_AAD), ("withdrawn", withdrawn, b"")):
        context = {} if what == "state" else {"number": 3}
        yield from _refused(what, "malformed", _broken(make()), **context)
        yield from _refused(what, "unknown_key", _unknown_keys(make), **context)
        yield from _refused(what, "bad_signature", _forged(make, aad), **context)
        yield case(
            what, "killed key", make(), "unknown_key", killed=[KIDS["state"].hex()], **context
        )
        yield case(what, "31 s before iat", make(c6=NOW + 31), "not_yet", **context)
        yield case(what, "30 s before iat", make(c6=NOW + 30), **context)
        yield case(what, "over", make(c4=NOW), "expired", **context)
        yield case(what, "in its last second", make(c4=NOW + 1), **context)
        yield case(what, "a key in its first second", make(by="next", c6=NOW), **context)
    yield from _refused("keys", "malformed", _broken(BASE))


def _broken(good: bytes) -> dict[str, bytes]:
    return {
        "no bytes": b"",
        "cut": good[:-1],
        "a byte more": good + b"\x00",
        "no tag": good[1:],
        "tag 17": b"\xd1" + good[1:],
        "text": b"<!doctype html>",
        "a number": b"\x01",
    }


def _unknown_keys(make) -> dict[str, bytes]:
    return {
        "kid not held": make(by="specimen"),
        "a key of passes": make(by="issuer"),
        "past verify_until": make(by="old"),
        "iat at sign_until": make(by="stopped", c6=NOW - 600, c4=NOW + 600),
        "iat before sign_from": make(by="next", c6=NOW - 1),
        "kid not held, and over": make(by="specimen", c4=NOW),
    }


def _forged(make, aad: bytes) -> dict[str, bytes]:
    other = KEYS_AAD if aad else STATE_AAD
    return {
        "other external data": make(aad=other),
        "a zero signature": make(parts={"signature": bytes(64)}),
        "s = n": make(parts={"signature": bytes(31) + b"\x01" + N.to_bytes(32, "big")}),
        "r = n": make(parts={"signature": N.to_bytes(32, "big") + bytes(31) + b"\x01"}),
        "forged, and over": make(parts={"signature": bytes(64)}, c4=NOW),
    }
