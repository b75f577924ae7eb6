"""Codes whose bytes or signatures are not in order, each by one fault."""

from collections.abc import Iterator

from tests.vectors import craft as c
from tests.vectors.craft import KIDS, STATUS, bound, dumps, issue, live
from tests.vectors.good import grey

UNREADABLE, BAD_SIGNATURE = "UNREADABLE", "BAD_SIGNATURE"


def chapters() -> Iterator[list[dict]]:
    """All of them, chapter by chapter."""
    yield from (_texts(), _base32(), _alg(), _kid(), _headers(), _wrappings(), _signatures())
    yield _cbor()


GREEN = c.text(issue(live()))
PASS_A = issue(bound(number=0xA))
PASS_B = issue(bound(number=0xB))


def _texts() -> list[dict]:
    foreign = {
        "EU certificate": "HC1:NCFOXN%TS3DHOGXTNQ5N",
        "SMART health card": "shc:/5676290952432060346029243740",
        "New Zealand pass": "NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALYDZSGSZB2O5SWEOTOPJRXALTD",
        "link": "https://example.org/code",
        "venue poster": "HCV:/1/" + GREEN[7:33],
        "enrolment code": "https://code.example.org/staff/#e=kYx3",
        "empty text": "",
        "lower case, not cleaned": GREEN.lower(),
        "full-width colon, not cleaned": GREEN.replace(":", "："),
        "white space before, not cleaned": " " + GREEN,
        "other case inside, cleaned": "x" + GREEN,
    }
    newer = {
        "newer version": "HCP:/2/" + GREEN[7:],
        "much newer version": "HCP:/10/!",
        "newer version, very long": "HCP:/2/" + "A" * 900,
    }
    broken = {
        "no version": "HCP://" + GREEN[7:],
        "version 0": "HCP:/0/" + GREEN[7:],
        "version 01": "HCP:/01/" + GREEN[7:],
        "prefix only": "HCP:/1/",
        "prefix cut": "HCP:/1",
        "484 characters": "HCP:/1/" + "A" * 477,
        "484 characters, well signed": c.text(issue(live(name="*" * 167))),
        "483 characters of nothing": "HCP:/1/" + "A" * 476,
    }
    return [*grey("FOREIGN", foreign), *grey("UPDATE", newer), *grey(UNREADABLE, broken)]


def _base32() -> list[dict]:
    faults = {
        "base32 padding": GREEN + "=" * (-(len(GREEN) - 7) % 8),
        "base32 lower case": GREEN[:7] + GREEN[7:].lower(),
        "base32 newline inside": GREEN[:50] + "\n" + GREEN[50:],
        "base32 newline at the end, not cleaned": GREEN + "\n",
        "base32 space inside": GREEN[:50] + " " + GREEN[50:],
        "base32 underscore inside": GREEN[:50] + "_" + GREEN[50:],
        "base32 full-width digit": GREEN[:50] + "２" + GREEN[51:],
        "base32 spare bits": GREEN[:-1] + chr(ord(GREEN[-1]) + 1),
    }
    faults |= {f"base32 digit {digit}": f"{GREEN[:50]}{digit}{GREEN[51:]}" for digit in "0189"}
    # A character that adds no byte: without the rule on lengths these would be accepted.
    for length in (0, 2, 5):
        faults[f"base32 of length {length + 1} mod 8"] = _of_length(length) + "A"
    return grey(UNREADABLE, faults)


def _of_length(length: int) -> str:
    """A good text whose base32 has this length modulo 8."""
    texts = (c.text(issue(live(name="*" * size))) for size in range(1, 9))
    return next(text for text in texts if (len(text) - 7) % 8 == length)


def _protected(**parts) -> bytes:
    """A live pass under a protected header of other items."""
    return issue(live(), protected=dumps({int(key[1:]): item for key, item in parts.items()}))


def _alg() -> list[dict]:
    kid = KIDS["issuer"]
    others = {
        "alg -8": issue(live(), protected=c.header(alg=-8)),
        "alg -35": issue(live(), protected=c.header(alg=-35)),
        "alg 0": issue(live(), protected=c.header(alg=0)),
    }
    broken = {
        "alg text": _protected(k1="ES256", k4=kid),
        "alg true": _protected(k1=True, k4=kid),
        "alg in both headers": issue(live(), unprotected=dumps({1: -7})),
        "alg unprotected": issue(live(), protected=dumps({4: kid}), unprotected=dumps({1: -7})),
        "alg missing": _protected(k4=kid),
    }
    return [*grey(BAD_SIGNATURE, others), *grey(UNREADABLE, broken)]


def _kid() -> list[dict]:
    kid = KIDS["issuer"]
    return grey(
        UNREADABLE,
        {
            "kid unprotected": issue(live(), protected=dumps({1: -7}), unprotected=dumps({4: kid})),
            "kid in both headers": issue(live(), unprotected=dumps({4: kid})),
            "kid text": _protected(k1=-7, k4="SH01"),
            "kid of 3 bytes": _protected(k1=-7, k4=kid[:3]),
            "kid of 8 bytes": _protected(k1=-7, k4=kid * 2),
            "kid missing": _protected(k1=-7),
        },
    )


def _headers() -> list[dict]:
    kid = KIDS["issuer"]
    return grey(
        UNREADABLE,
        {
            "crit": _protected(k1=-7, k2=[4], k4=kid),
            "extra header": _protected(k1=-7, k3=60, k4=kid),
            "extra header text": issue(live(), protected=dumps({1: -7, 4: kid, "x": 1})),
            "unprotected not empty": issue(live(), unprotected=dumps({3: 60})),
            "unprotected an array": issue(live(), unprotected=b"\x80"),
            "protected empty": issue(live(), protected=b""),
            "protected an empty map": issue(live(), protected=b"\xa0"),
            "protected an array": issue(live(), protected=dumps([-7, kid])),
            "protected header out of order": issue(
                live(), protected=b"\xa2\x04" + dumps(kid) + b"\x01\x26"
            ),
            "protected header not shortest": issue(
                live(), protected=b"\xa2\x01\x38\x06\x04" + dumps(kid)
            ),
            "protected header with a tail": issue(live(), protected=c.header() + b"\x00"),
        },
    )


def _wrappings() -> list[dict]:
    payload = c.join(c.pairs(live()))
    five = b"\xd2\x85"
    faults = {
        "untagged": issue(live(), head=b"\x84"),
        "tag 17": issue(live(), head=b"\xd1\x84"),
        "tag 61": issue(live(), head=b"\xd8\x3d\xd2\x84"),
        "tag 18 twice": issue(live(), head=b"\xd2\xd2\x84"),
        "tag 98": issue(live(), head=b"\xd8\x62\x84"),
        "tag 18 not shortest": issue(live(), head=b"\xd8\x12\x84"),
        "array of five": issue(live(), head=five, tail=b"\x00"),
        "array of three": issue(live(), head=b"\xd2\x83")[:-66],
        "indefinite array": issue(live(), head=b"\xd2\x9f", tail=b"\xff"),
        "payload nil": issue(live(), payload_item=b"\xf6"),
        "payload a map": issue(live(), payload_item=payload),
        "payload text": issue(live(), payload_item=dumps("claims")),
        "payload indefinite bytes": issue(live(), payload_item=b"\x5f" + dumps(payload) + b"\xff"),
        "payload empty": issue(live(), payload=b""),
        "claims an array": issue(live(), payload=dumps([])),
        "trailing byte": issue(live(), tail=b"\x00"),
        "cut short": issue(live())[:-1],
        "one byte": b"\xd2",
        "seven deep": issue(live(), protected=b"\x81" * 7 + b"\x00"),
    }
    return grey(UNREADABLE, faults)


def _signatures() -> list[dict]:
    message = c.sig_structure(c.header(), c.join(c.pairs(live())))
    good = c.raw(c.ISSUER, message)
    r, s = good[:32], good[32:]
    zero, n, more = bytes(32), c.N.to_bytes(32, "big"), (c.N + 1).to_bytes(32, "big")
    shapes = {
        "signature in DER": issue(live(), signature=c.der(c.ISSUER, message)),
        "signature of 63 bytes": issue(live(), signature=good[:63]),
        "signature of 65 bytes": issue(live(), signature=good + b"\x00"),
        "signature empty": issue(live(), signature=b""),
        "signature text": issue(live())[:-66] + b"\x78\x40" + b"a" * 64,
    }
    values = {
        "r = 0": zero + s,
        "s = 0": r + zero,
        "r and s = 0": zero + zero,
        "r = n": n + s,
        "s = n": r + n,
        "r > n": more + s,
        "s > n": r + more,
        "r and s exchanged": s + r,
        "one bit of r": bytes((good[0] ^ 1,)) + good[1:],
        "with another key": c.raw(c.STRANGER, message),
        "over other external data": c.raw(
            c.ISSUER, c.sig_structure(c.header(), c.join(c.pairs(live())), b"HCP1P")
        ),
    }
    wrong = {f"signature {name}": issue(live(), signature=value) for name, value in values.items()}
    wrong["signature of pass A on pass B"] = PASS_B[:-64] + PASS_A[-64:]
    wrong["name changed after signing"] = issue(live()).replace("丰".encode(), "三".encode())
    wrong["colour changed after signing"] = issue(live(3)).replace(b"\x84\x02\x03", b"\x84\x02\x01")
    return [*grey(UNREADABLE, shapes), *grey(BAD_SIGNATURE, wrong)]


def _cbor() -> list[dict]:
    pairs, exp = c.pairs(live()), live()[4]
    twice = c.join([*pairs[:2], pairs[1], *pairs[2:]])
    head = b"\x84\x02\x01"
    status = dumps(live()[STATUS])
    swaps = {
        "exp not shortest": {4: b"\x1b" + exp.to_bytes(8, "big")},
        "kind not shortest": {STATUS: status.replace(head, b"\x84\x18\x02\x01")},
        "length not shortest": {7: b"\x58\x10" + bytes(16)},
        "indefinite bytes": {7: b"\x5f\x50" + bytes(16) + b"\xff"},
        "indefinite text": {1: b"\x7f\x62SH\xff"},
        "indefinite array": {STATUS: b"\x9f" + status[1:] + b"\xff"},
        "float time": {4: dumps(float(exp))},
        "half float time": {6: b"\xf9\x3c\x00"},
        "bignum time": {4: b"\xc2\x44" + exp.to_bytes(4, "big")},
        "time of 2^53+1": {4: dumps(2**53 + 1)},
        "time of 2^32": {4: dumps(2**32)},
        "NaN time": {4: b"\xf9\x7e\x00"},
        "true for kind 1": {STATUS: status.replace(head, b"\x84\xf5\x01")},
        "true for colour 1": {STATUS: status.replace(head, b"\x84\x02\xf5")},
        "null colour": {STATUS: status.replace(head, b"\x84\x02\xf6")},
        "undefined colour": {STATUS: status.replace(head, b"\x84\x02\xf7")},
        "simple value": {STATUS: status.replace(head, b"\x84\x02\xe0")},
        "tagged time": {4: b"\xc1" + dumps(exp)},
        "name in bad UTF-8": {STATUS: head + b"\x62\xc3\x28" + dumps(1)},
        "name in overlong UTF-8": {STATUS: head + b"\x62\xc0\x80" + dumps(1)},
        "name with a surrogate": {STATUS: head + b"\x63\xed\xa0\x80" + dumps(1)},
        "reserved length": {4: b"\x1c" + exp.to_bytes(4, "big")},
        "array longer than the data": {STATUS: b"\x9a\xff\xff\xff\xff"},
        "seven deep": {STATUS: b"\x81" * 5 + b"\x00"},
        "true under a key 8 that is not the outermost map's": {STATUS: b"\xa1\x08\xf5"},
    }
    faults = {f"CBOR: {name}": issue(live(), swap=swap) for name, swap in swaps.items()}
    faults |= {
        "CBOR: keys out of order": issue(live(), payload=c.join(pairs[::-1])),
        "CBOR: keys by length, then bytes": issue(live(), payload=_text_key_before_longer(pairs)),
        "CBOR: duplicate key": issue(live(), payload=twice),
        "CBOR: key not shortest": issue(
            live(), payload=c.join([(b"\x18\x01", pairs[0][1]), *pairs[1:]])
        ),
        "CBOR: byte string for a key": issue(live(), payload=c.join([*pairs, (b"\x41a", b"\x01")])),
        "CBOR: true for a key": issue(live(), payload=c.join([*pairs, (b"\xf5", b"\x01")])),
        "CBOR: indefinite map": issue(
            live(), payload=b"\xbf" + b"".join(k + v for k, v in pairs) + b"\xff"
        ),
        "CBOR: bytes after the claims": issue(live(), payload=c.join(pairs) + b"\x00"),
    }
    return grey(UNREADABLE, faults)


def _text_key_before_longer(pairs: list) -> bytes:
    # RFC 7049 sorted shorter keys first; RFC 8949 compares bytes: 61 78 comes after 3a …
    return c.join([*pairs[:-1], (dumps("x"), b"\x01"), pairs[-1]])
