"""Lists of withdrawn passes, in order and with one fault each: a chapter of `faults_lists`."""

import zlib
from collections.abc import Iterator

from tests.vectors.craft import DAY, ISSUER, KIDS, NOW, dumps, join, pairs
from tests.vectors.craft_lists import LIST_BYTES, TYPE, case, sealed, state, withdrawn

TICK = NOW - 60


def cases() -> Iterator[dict]:
    """All of them."""

    def given(name, data, cause=None, **context):
        return case("withdrawn", name, data, cause, number=3, **context)

    yield given("in order", withdrawn())
    yield given("one byte", withdrawn(b"\x01"))
    yield given("as long as can be", withdrawn(bytes(LIST_BYTES)))
    yield given("not compressed", withdrawn(lst=zlib.compress(bytes(64), 0)))
    yield given("ttl 0", withdrawn(c65534=0))
    yield given("the one held again", withdrawn(), held={"iat": TICK})
    for name, data in _malformed_withdrawn().items():
        yield given(name, data, "malformed")
    for name, sub in _wrong_subjects().items():
        yield given(name, withdrawn(sub=sub), "wrong_list")
    yield case("withdrawn", "asked for another", withdrawn(), "wrong_list", number=2)
    yield given("iat before", withdrawn(), "rolled_back", held={"iat": TICK + 1})


def _wrong_subjects() -> dict[str, str]:
    return {
        "another number": "urn:healthcode:SH:withdrawn:4",
        "number with a zero before it": "urn:healthcode:SH:withdrawn:03",
        "another issuer": "urn:healthcode:BJ:withdrawn:3",
        "no subject": "",
    }


def _malformed_withdrawn() -> dict[str, bytes]:
    whole = zlib.compress(bytes(64), 9)
    status = {"lst": whole, "bits": 1}
    swapped = dumps("bits") + dumps(1) + dumps("lst") + dumps(whole)
    return {
        "bomb": withdrawn(bytes(2**26)),
        "one byte too long": withdrawn(bytes(LIST_BYTES + 1)),
        "empty": withdrawn(b""),
        "not zlib": withdrawn(lst=bytes(64)),
        "raw deflate": withdrawn(lst=whole[2:-4]),
        "gzip": withdrawn(lst=zlib.compress(bytes(64), 9, wbits=31)),
        "cut short": withdrawn(lst=whole[:-1]),
        "nothing": withdrawn(lst=b""),
        "a byte after it": withdrawn(lst=whole + b"\x00"),
        "much after it": withdrawn(lst=whole + bytes(5000)),
        "checksum wrong": withdrawn(lst=whole[:-1] + bytes((whole[-1] ^ 1,))),
        "a dictionary": withdrawn(lst=_with_dictionary()),
        "2 bits": withdrawn(status=status | {"bits": 2}),
        "bits as text": withdrawn(status=status | {"bits": "1"}),
        "lst as text": withdrawn(status=status | {"lst": "x"}),
        "a member of the list more": withdrawn(status=status | {"aggregation_uri": "x"}),
        "no bits": withdrawn(status={"lst": whole}),
        "bits before lst": sealed(
            {1: -7, 4: KIDS["state"], 16: TYPE},
            {},
            ISSUER,
            payload=join(pairs(_members(), {65533: b"\xa2" + swapped})),
        ),
        "no ttl": withdrawn(c65534=None),
        "negative ttl": withdrawn(c65534=-1),
        "sub as bytes": withdrawn(sub=b"x"),
        "24 h and a second": withdrawn(c4=TICK + DAY + 1),
        "no type": withdrawn(header={1: -7, 4: KIDS["state"]}),
        "type of a JWT": withdrawn(header={1: -7, 4: KIDS["state"], 16: "statuslist+jwt"}),
        "type as a number": withdrawn(header={1: -7, 4: KIDS["state"], 16: 1}),
        "a state": state(),
    }


def _members() -> dict:
    sub = "urn:healthcode:SH:withdrawn:3"
    return {2: sub, 4: NOW + DAY - 60, 6: TICK, 65533: 0, 65534: 300}


def _with_dictionary() -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, 15, 8, 0, b"healthcode")
    return engine.compress(bytes(64)) + engine.flush()
