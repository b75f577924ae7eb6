"""Codes made by hand, right or wrong in any part, with fixed keys.

CBOR is written by cbor2 and by bytes put together here, never by the code under test.
"""

from base64 import b32encode

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

NOW = 1_663_545_600  # 2022-09-19 08:00:00 in Shanghai
HOUR, DAY = 3600, 86_400
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
STATUS = -70001
HOLDER_AAD = b"HCP1P"


def private(number: int) -> ec.EllipticCurvePrivateKey:
    """A private key that anyone can know."""
    return ec.derive_private_key(number, ec.SECP256R1())


ISSUER, PAPER, SPECIMEN, KILLED, OLD, STOPPED, NEXT, STATE, HOLDER, STRANGER = map(
    private, range(1001, 1011)
)


def raw(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """The 64 bytes of an ES256 signature, the same each time."""
    r, s = numbers(key, message)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def numbers(key: ec.EllipticCurvePrivateKey, message: bytes) -> tuple[int, int]:
    """r and s, with s in the lower half."""
    r, s = decode_dss_signature(der(key, message))
    return r, min(s, N - s)


def der(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """The same signature as X.509 would have it."""
    return key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))


def dumps(item: object) -> bytes:
    """Canonical CBOR by cbor2."""
    return cbor2.dumps(item, canonical=True)


def sig_structure(protected: bytes, payload: bytes, aad: bytes = b"") -> bytes:
    """The bytes a COSE_Sign1 signature is over."""
    return dumps(["Signature1", protected, aad, payload])


def sign1(
    protected,
    payload,
    key,
    *,
    aad=b"",
    signature=None,
    head=b"\xd2\x84",
    unprotected=b"\xa0",
    payload_item=None,
    tail=b"",
):
    """A COSE_Sign1 of which every part can be replaced by other bytes."""
    if signature is None:
        signature = raw(key, sig_structure(protected, payload, aad))
    sealed = dumps(payload) if payload_item is None else payload_item
    return head + dumps(protected) + unprotected + sealed + dumps(signature) + tail


def pairs(items: dict, swap: dict | None = None) -> list[tuple[bytes, bytes]]:
    """The encoded keys and values of a map in canonical order; `swap` gives bytes of values."""
    swap = swap or {}
    encoded = [(dumps(key), swap.get(key) or dumps(value)) for key, value in items.items()]
    return sorted(encoded)


def join(encoded: list[tuple[bytes, bytes]]) -> bytes:
    """A map of encoded keys and values, in the order given."""
    return bytes((0xA0 | len(encoded),)) + b"".join(key + value for key, value in encoded)


def text(data: bytes, prefix: str = "HCP:/1/") -> str:
    """The text of a code."""
    return prefix + b32encode(data).decode().rstrip("=")


def cose_key(key: ec.EllipticCurvePrivateKey) -> dict:
    """A compressed public key as in cnf."""
    point = key.public_key().public_numbers()
    return {1: 2, -1: 1, -2: point.x.to_bytes(32, "big"), -3: bool(point.y % 2)}


def claims(kind: int, fields: list, *, iat: int, exp: int, number: int, **others) -> dict:
    """The claims of a pass; others by their key as `c8=…`, None leaves one out."""
    made = {1: "SH", 4: exp, 6: iat, 7: number.to_bytes(16, "big"), STATUS: [kind, *fields]}
    made |= {int(key[1:]): value for key, value in others.items()}
    return {key: value for key, value in made.items() if value is not None}


def live(colour=1, name="张*丰", hour=NOW // HOUR - 20, *, extra=(), **others) -> dict:
    """Claims of a live pass made ten seconds ago."""
    times = {"iat": NOW - 10, "exp": NOW + 80, "number": 0x11} | others
    return claims(2, [colour, name, hour, *extra], **times)


def bound(colour=1, name="张*丰", hour=NOW // HOUR - 20, slot=77, *, extra=(), **others) -> dict:
    """Claims of a bound pass made twenty minutes ago."""
    times = {"iat": NOW - 1200, "exp": NOW + 22 * HOUR, "number": 0x22} | others
    times.setdefault("c8", {1: cose_key(HOLDER)})
    return claims(1, [colour, name, hour, slot, *extra], **times)


def paper(name="张*丰", *, extra=(), **others) -> dict:
    """Claims of a paper pass printed yesterday."""
    times = {"iat": NOW - DAY, "exp": NOW + 80 * DAY, "number": 0x33} | others
    return claims(3, [name, *extra], **times)


def specimen(name="样*张", **others) -> dict:
    """Claims of a specimen."""
    times = {"iat": NOW - DAY, "exp": NOW + 80 * DAY, "number": 0x44} | others
    return claims(4, [name], **times)


KIDS = {
    "issuer": bytes.fromhex("a1a1a1a1"),
    "paper": bytes.fromhex("b2b2b2b2"),
    "specimen": bytes.fromhex("c3c3c3c3"),
    "killed": bytes.fromhex("d4d4d4d4"),
    "old": bytes.fromhex("e5e5e5e5"),
    "stopped": bytes.fromhex("f6f6f6f6"),
    "next": bytes.fromhex("17171717"),
    "state": bytes.fromhex("28282828"),
}
SIGNERS = {
    "issuer": ISSUER,
    "paper": PAPER,
    "specimen": SPECIMEN,
    "killed": KILLED,
    "old": OLD,
    "stopped": STOPPED,
    "next": NEXT,
    "state": STATE,
}


def header(kid: bytes = KIDS["issuer"], alg: int = -7) -> bytes:
    """The protected header of a pass."""
    return dumps({1: alg, 4: kid})


def issue(items: dict, by: str = "issuer", *, swap=None, payload=None, **parts) -> bytes:
    """A pass of these claims; `payload` or `swap` replace bytes before it is signed."""
    protected = parts.pop("protected", header(KIDS[by]))
    payload = join(pairs(items, swap)) if payload is None else payload
    return sign1(protected, payload, SIGNERS[by], **parts)


def show(issued: bytes, at: int = NOW - 5, *, by=HOLDER, payload=None, **parts) -> bytes:
    """A presentation of a pass."""
    parts.setdefault("aad", HOLDER_AAD)
    protected = parts.pop("protected", dumps({1: -7}))
    return sign1(protected, payload or dumps([at, issued]), by, **parts)
