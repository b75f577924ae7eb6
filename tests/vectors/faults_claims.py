"""Codes that are well signed and yet not in order: issuer, claims, holder, time."""

from collections.abc import Iterator

from tests.vectors import craft as c
from tests.vectors.craft import HOUR, KIDS, NOW, STATUS, bound, dumps, issue, live, paper, show
from tests.vectors.good import grey

UNREADABLE, BAD_SIGNATURE, BAD_CLAIMS = "UNREADABLE", "BAD_SIGNATURE", "BAD_CLAIMS"


def chapters() -> Iterator[list[dict]]:
    """All of them, chapter by chapter."""
    yield from (_issuers(), _lives(), _statuses(), _claims(), _holders(), _names())
    yield from (_presentations(), _times(), _order())


PASS_A = issue(bound(number=0xA))
PASS_B = issue(bound(number=0xB))


def _issuers() -> list[dict]:
    killed = KIDS["killed"].hex()
    stranger = c.sign1(c.header(b"none"), c.join(c.pairs(live())), c.STRANGER)
    early = issue(live(iat=NOW - 1), "next")
    late = issue(live(iat=NOW - 600, exp=NOW - 540), "stopped")
    unknown = grey("UNKNOWN_ISSUER", {"unknown kid": stranger})
    unknown += grey("UNKNOWN_ISSUER", {"key past verify_until": issue(live(), "old")})
    unknown += grey("UNKNOWN_ISSUER", {"two equal kids in the list": issue(live())}, keys="twins")
    unknown += grey("UNKNOWN_ISSUER", {"no keys": issue(live())}, keys="none")
    return [
        *unknown,
        *grey("KEY_KILLED", {"killed key": issue(live(), "killed")}, killed=[killed]),
        *grey(BAD_CLAIMS, {"key not yet signing": early}),
        *grey(BAD_CLAIMS, {"key no longer signing": late}, now=NOW - 560),
        *grey(
            BAD_CLAIMS,
            {
                "live by the paper key": issue(live(), "paper"),
                "live by the state key": issue(live(), "state"),
                "paper by the issuer's key": issue(paper()),
                "specimen by the issuer's key": issue(c.specimen()),
                "live by the specimen key": issue(live(), "specimen"),
                "iss not the key's": issue(live(c1="BJ")),
                "iss of bytes": issue(live(c1=b"SH")),
            },
        ),
    ]


def _lives() -> list[dict]:
    return grey(
        BAD_CLAIMS,
        {
            "exp = iat": issue(live(exp=NOW - 10)),
            "exp before iat": issue(live(exp=NOW - 11)),
            "live of 10 minutes": issue(live(exp=NOW + 590)),
            "live of 91 s": issue(live(exp=NOW + 81)),
            "bound of 25 h": show(issue(bound(exp=NOW + 25 * HOUR - 1200))),
            "bound of 24 h and 1 s": show(issue(bound(exp=NOW + 24 * HOUR - 1199))),
            "paper of 91 days": issue(paper(exp=NOW + 90 * c.DAY), "paper"),
            "hour after iat": issue(live(hour=NOW // HOUR)),
        },
    )


def _statuses() -> list[dict]:
    name, hour = "张*丰", NOW // HOUR - 20
    faults = {
        "colour 4": [2, 4, name, hour],
        "colour negative": [2, -1, name, hour],
        "colour text": [2, "1", name, hour],
        "kind 5": [5, 1, name, hour],
        "kind 0": [0, 1, name, hour],
        "kind text": ["2", 1, name, hour],
        "hour negative": [2, 1, name, -1],
        "live with slot": [2, 1, name, hour, 77],
        "live without hour": [2, 1, name],
        "status empty": [],
        "status a map": {0: 2},
        "name of bytes": [2, 1, name.encode(), hour],
    }
    made = {fault: issue(live(c70001=None) | {STATUS: status}) for fault, status in faults.items()}
    deep = c.pairs(live(), {STATUS: b"\x81" * 4 + b"\x00"})
    made["status six deep, as deep as may be read"] = issue(live(), payload=c.join(deep))
    made["paper with colour"] = issue(paper() | {STATUS: [3, 1, name]}, "paper")
    made["paper with hour"] = issue(paper() | {STATUS: [3, name, hour]}, "paper")
    made["bound without slot"] = show(issue(bound() | {STATUS: [1, 1, name, hour]}))
    made["slot negative"] = show(issue(bound(slot=-1)))
    return grey(BAD_CLAIMS, made)


def _claims() -> list[dict]:
    cnf = {1: c.cose_key(c.HOLDER)}
    return grey(
        BAD_CLAIMS,
        {
            "iss missing": issue(live(c1=None)),
            "exp missing": issue(live(c4=None)),
            "iat missing": issue(live(c6=None)),
            "pass id missing": issue(live(c7=None)),
            "status missing": issue({k: v for k, v in live().items() if k != STATUS}),
            "no claims": issue({}),
            "extra claim": issue(live(c5=NOW)),
            "extra text claim": issue(live() | {"sub": "x"}),
            "exp text": issue(live(c4=str(NOW))),
            "iat negative": issue(live(c6=-NOW)),
            "pass id of 15 bytes": issue(live(c7=bytes(15))),
            "pass id of 17 bytes": issue(live(c7=bytes(17))),
            "pass id text": issue(live(c7="a" * 16)),
            "live with cnf": issue(live(c8=cnf)),
            "paper with cnf": issue(paper(c8=cnf), "paper"),
            "bound without cnf": issue(bound(c8=None)),
        },
    )


def _holders() -> list[dict]:
    key = c.cose_key(c.HOLDER)
    x, y = key[-2], c.HOLDER.public_key().public_numbers().y.to_bytes(32, "big")
    keys = {
        "cnf off the curve": key | {-2: (1).to_bytes(32, "big")},
        "cnf x = p": key | {-2: c.P.to_bytes(32, "big")},
        "cnf x > p": key | {-2: (c.P + 5).to_bytes(32, "big")},
        "cnf y as bytes": key | {-3: y},
        "cnf y as a number": key | {-3: 1},
        "cnf of another type on this curve": key | {1: 3},
        "cnf of type OKP": {1: 1, -1: 6, -2: x},
        "cnf on another curve": key | {-1: 2},
        "cnf with true for curve 1": key | {-1: True},
        "cnf with private d": key | {-4: bytes(32)},
        "cnf with an extra member": key | {3: -7},
        "cnf with a truth beside": key | {3: True},
        "cnf without y": {k: v for k, v in key.items() if k != -3},
        "cnf x of 31 bytes": key | {-2: x[1:]},
        "cnf empty": {},
    }
    members = {name: {1: value} for name, value in keys.items()}
    members |= {"cnf a key id": {3: b"key"}, "cnf with two members": {1: key, 3: b"key"}}
    members |= {"cnf not a map": x}
    # Bare passes: a wrong holder key is found before the missing presentation.
    faults = {name: issue(bound(c8=member)) for name, member in members.items()}
    return grey(BAD_CLAIMS, faults)


def _names() -> list[dict]:
    names = {
        "with a byte order mark before": "\ufeff张*丰",
        "empty": "",
        "of 21 bytes": "欧" * 7,
        "that makes 483 characters": "*" * 166,
        "not NFC": "A\u0308***",
        "with NUL": "a\0b",
        "with a newline": "a\nb",
        "with a bidi override": "a\u202eb",
        "with a zero-width joiner": "a\u200db",
        "with a digit": "a1",
        "with a full stop": "a.b",
        "with an ideographic space": "张\u3000丰",
    }
    return grey(
        BAD_CLAIMS, {f"name {what}": issue(live(name=name)) for what, name in names.items()}
    )


def _presentations() -> list[dict]:
    issued = issue(bound())
    unsigned = [issued, NOW - 5]
    around = {
        "presentation around live": show(issue(live())),
        "presentation around paper": show(issue(paper(), "paper")),
        "presentation around specimen": show(issue(c.specimen(), "specimen")),
    }
    holder = {
        "holder signature with empty external data": show(issued, aad=b""),
        "holder signature by another key": show(issued, by=c.STRANGER),
        "holder signature by the issuer": show(issued, by=c.ISSUER),
        "holder signature of another presentation": show(issued, NOW - 4)[:-64]
        + show(issued, NOW - 5)[-64:],
        "pass B in the presentation of pass A": show(PASS_A)[:-64].replace(PASS_A, PASS_B)
        + show(PASS_A)[-64:],
    }
    broken = {
        "presentation around a presentation": show(show(issued)),
        "presentation with a kid": show(issued, protected=dumps({1: -7, 4: KIDS["issuer"]})),
        "presentation with alg -8": show(issued, protected=dumps({1: -8})),
        "presentation with unprotected header": show(issued, unprotected=dumps({4: b"abcd"})),
        "presentation in the other order": show(issued, payload=dumps(unsigned)),
        "presentation of three": show(issued, payload=dumps([NOW, issued, 0])),
        "presentation with the pass not as bytes": show(
            issued, payload=b"\x82" + dumps(NOW - 5) + issued
        ),
        "presentation with float time": show(issued, payload=dumps([NOW - 5.0, issued])),
        "presentation with negative time": show(issued, -5),
        "presentation of an untagged pass": show(issue(bound(), head=b"\x84")),
        "presentation of a pass with a tail": show(issue(bound(), tail=b"\x00")),
        "presentation of nothing": show(b""),
        "presentation with a signature of 63 bytes": show(issued, signature=bytes(63)),
    }
    return [
        *grey("NOT_BOUND", {"bare bound pass": issued}),
        *grey(BAD_CLAIMS, around),
        *grey(BAD_SIGNATURE, holder),
        *grey(UNREADABLE, broken),
    ]


def _times() -> list[dict]:
    code, issued = issue(live()), issue(bound())
    iat, exp = bound()[6], bound()[4]
    return [
        *grey("NOT_YET", {"31 s before iat": code}, now=NOW - 41),
        *grey("EXPIRED", {"at exp": code}, now=NOW + 80),
        *grey("EXPIRED", {"bound at exp": show(issued, exp - 1)}, now=exp),
        *grey("NOT_YET", {"bound 31 s before iat": show(issued, iat)}, now=iat - 31),
        *grey("CLOCK", {"presentation 61 s old": show(issued, NOW - 61)}),
        *grey("CLOCK", {"presentation 31 s ahead": show(issued, NOW + 31)}),
        *grey("CLOCK", {"presentation before iat": show(issued, iat - 1)}, now=iat + 5),
        *grey("CLOCK", {"presentation at exp": show(issued, exp)}, now=exp - 1),
        *grey("CLOCK", {"screenshot of two minutes": show(issued, NOW - 120)}),
    ]


def _order() -> list[dict]:
    """Two faults at once: the earlier step gives the reason."""
    issued = issue(bound())
    unsure = {"clock_sure": False, "keys_fresh": False, "listing": "withdrawn"}
    old_keys = unsure | {"clock_sure": True}
    gone = {"listing": "withdrawn"}
    later = NOW + 30 * HOUR
    return [
        *grey("CLOCK", {"unsure clock before expiry": show(issued)}, gate=unsure, now=later),
        *grey("STALE_KEYS", {"old keys before expiry": show(issued)}, gate=old_keys, now=later),
        *grey("NOT_BOUND", {"unbound before unsure clock": issued}, gate=unsure),
        *grey("EXPIRED", {"expiry before the list": show(issued)}, gate=gone, now=later),
        *grey("CLOCK", {"old presentation before the list": show(issued, NOW - 90)}, gate=gone),
    ]
