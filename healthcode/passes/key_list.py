"""The list of keys, signed by the offline root: whom a gate believes.

The list carries the root's public key; a gate was told the root's SHA-256 when it was
enrolled, and takes no list of another root.
"""

from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric import ec

from healthcode.passes.cbor import Item, Malformed, write
from healthcode.passes.claims import DAY, Kind
from healthcode.passes.es256 import ES256, Signer, verifies
from healthcode.passes.layers import ALG, KID_BYTES, read_map, sealed
from healthcode.passes.signed import (
    EXP,
    IAT,
    Cause,
    ListRefused,
    demand,
    demand_current,
    layer_of,
    natural,
    times_of,
)
from healthcode.passes.trust import Key

KEYS_LIFE = 30 * DAY
KEYS_AAD = b"HCP1K"
VERSION, KEYS, ROOT = -70002, -70003, -70005

_HEADER: dict[int | str, Item] = {ALG: ES256}
_MEMBERS = {EXP, IAT, VERSION, KEYS, ROOT}
_KINDS = {Kind.BOUND: 1, Kind.LIVE: 2, Kind.PAPER: 3, Kind.SPECIMEN: 4, Kind.STATE: 5}
_KIND_OF = {number: kind for kind, number in _KINDS.items()}
_KEY_MEMBERS = set(range(1, 9))
_KTY, _CRV, _X, _Y = 1, -1, -2, -3
_UNCOMPRESSED = b"\x04"


@dataclass(frozen=True, slots=True)
class SignedKeys:
    """A key list that was found in order; times are unix seconds."""

    version: int
    iat: int
    exp: int
    keys: tuple[Key, ...]


def full_point(public: ec.EllipticCurvePublicKey) -> bytes:
    """Return a key's uncompressed point: 04, x, y; 65 bytes."""
    numbers = public.public_numbers()
    return _UNCOMPRESSED + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def pin_of(root: ec.EllipticCurvePublicKey) -> bytes:
    """Return what a gate is told of the root: the SHA-256 of its uncompressed point."""
    return sha256(full_point(root)).digest()


def build_key_list(signed: SignedKeys, *, root: ec.EllipticCurvePublicKey, sign: Signer) -> bytes:
    """Return the list signed by the root, whose public key stands in it."""
    payload: dict[int | str, Item] = {
        EXP: signed.exp,
        IAT: signed.iat,
        VERSION: signed.version,
        KEYS: [_write_key(key) for key in signed.keys],
        ROOT: full_point(root),
    }
    return sealed(_HEADER, write(payload), KEYS_AAD, sign)


def read_key_list(
    data: bytes, *, pin: bytes, held: SignedKeys | None = None, now: int
) -> SignedKeys:
    """Return a key list that may take the place of the one held; raises ListRefused."""
    layer = layer_of(data)
    demand(layer.header == _HEADER, Cause.MALFORMED)
    items = _items(layer.payload)
    signed = _parse(items)
    root = _load(items[ROOT])
    sound = pin_of(root) == pin and verifies(root, layer.signed(KEYS_AAD), layer.signature)
    demand(sound, Cause.BAD_SIGNATURE)
    demand_current(signed.iat, signed.exp, now)
    if held is not None:
        not_older = (signed.version, signed.iat) >= (held.version, held.iat)
        demand(not_older and signed.version >= held.version, Cause.ROLLED_BACK)
    return signed


def own_key_list(data: bytes) -> tuple[SignedKeys, bytes]:
    """Return a list from one's own disk, whatever its age, and the pin of its root.

    Raises ListRefused: as malformed, or with a signature that is not its root's.
    """
    layer = layer_of(data)
    items = _items(layer.payload)
    root = _load(items[ROOT])
    demand(verifies(root, layer.signed(KEYS_AAD), layer.signature), Cause.BAD_SIGNATURE)
    return _parse(items), pin_of(root)


def _items(payload: bytes) -> dict[int | str, Item]:
    try:
        items = read_map(payload)
    except Malformed:
        raise ListRefused(Cause.MALFORMED) from None
    demand(items.keys() == _MEMBERS, Cause.MALFORMED)
    return items


def _parse(items: dict[int | str, Item]) -> SignedKeys:
    iat, exp = times_of(items, KEYS_LIFE)
    version, keys = natural(items[VERSION]), items[KEYS]
    if version == 0 or not isinstance(keys, list):
        raise ListRefused(Cause.MALFORMED)
    known = [_read_key(key) for key in keys]
    return SignedKeys(version, iat, exp, tuple(key for key in known if key is not None))


def _write_key(key: Key) -> Item:
    point = full_point(key.public)
    return {
        1: key.kid,
        2: {_KTY: 2, _CRV: 1, _X: point[1:33], _Y: point[33:]},
        3: key.alg,
        4: key.iss,
        5: [*sorted(_KINDS[kind] for kind in key.kinds)],
        6: key.sign_from,
        7: key.sign_until,
        8: key.verify_until,
    }


def _read_key(item: Item) -> Key | None:
    """Return a key, or None for one whose algorithm is not known here."""
    if not isinstance(item, dict) or item.keys() != _KEY_MEMBERS:
        raise ListRefused(Cause.MALFORMED)
    office = [natural(item[label]) for label in (6, 7, 8)]
    match [item[label] for label in range(1, 6)]:
        case [bytes() as kid, cose_key, int() as alg, str() as iss, list() as kinds]:
            return _key(kid, cose_key, alg, iss, _kinds(kinds), office)
    raise ListRefused(Cause.MALFORMED)


def _key(
    kid: bytes, cose_key: Item, alg: int, iss: str, kinds: frozenset[Kind], office: list[int]
) -> Key | None:
    named = len(kid) == KID_BYTES and iss.isascii() and 2 <= len(iss) <= 6
    demand(named and not isinstance(alg, bool), Cause.MALFORMED)
    if alg != ES256:
        return None
    sign_from, sign_until, verify_until = office
    try:
        return Key(
            kid=kid,
            public=_load(_point(cose_key)),
            iss=iss,
            kinds=kinds,
            sign_from=sign_from,
            sign_until=sign_until,
            verify_until=verify_until,
        )
    except ValueError:
        raise ListRefused(Cause.MALFORMED) from None


def _kinds(items: list[Item]) -> frozenset[Kind]:
    numbers = [natural(item) for item in items]
    ascending = all(one < other for one, other in pairwise(numbers))
    demand(bool(numbers) and ascending and set(numbers) <= _KIND_OF.keys(), Cause.MALFORMED)
    return frozenset(_KIND_OF[number] for number in numbers)


def _point(item: Item) -> bytes:
    if not isinstance(item, dict) or len(item) != 4:
        raise ListRefused(Cause.MALFORMED)
    match item:
        case {1: 2, -1: 1, -2: bytes() as x, -3: bytes() as y}:
            demand(len(x) == len(y) == 32, Cause.MALFORMED)
            return _UNCOMPRESSED + x + y
    raise ListRefused(Cause.MALFORMED)


def _load(item: Item) -> ec.EllipticCurvePublicKey:
    """Return the key of an uncompressed point on the curve."""
    if not isinstance(item, bytes) or len(item) != 65 or item[:1] != _UNCOMPRESSED:
        raise ListRefused(Cause.MALFORMED)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), item)
    except ValueError:
        raise ListRefused(Cause.MALFORMED) from None
