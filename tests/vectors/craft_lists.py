"""Signed lists made by hand, right or wrong in any part, with fixed keys.

As for the codes in `craft`, nothing here is written by the code under test.
"""

import zlib
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.vectors import craft
from tests.vectors.craft import DAY, KIDS, NOW, SIGNERS, dumps, join, pairs

ROOT, OTHER_ROOT = craft.private(1100), craft.private(1101)
KEYS_AAD, STATE_AAD = b"HCP1K", b"HCP1S"
VERSION, KEYS, KILLED, ROOT_KEY = -70002, -70003, -70004, -70005
STATUS_LIST, TTL = 65533, 65534
TYPE = "application/statuslist+cwt"
KIND_NUMBERS = {"bound": 1, "live": 2, "paper": 3, "specimen": 4, "state": 5}
LIST_BYTES = 2**17


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The uncompressed point of a key: 04, x, y."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


PIN = sha256(point(ROOT)).digest()


def cose_key(key: ec.EllipticCurvePrivateKey) -> dict:
    """A public key as it stands in a key list."""
    whole = point(key)
    return {1: 2, -1: 1, -2: whole[1:33], -3: whole[33:]}


def key(name: str, kinds: list[str], start: int, stop: int, last: int, **others) -> dict:
    """A key and its office, as a member of the list; others by label as `c5=…`, None drops one."""
    numbers = [KIND_NUMBERS[kind] for kind in kinds]
    made = {1: KIDS[name], 2: cose_key(SIGNERS[name]), 3: -7, 4: "SH", 5: numbers}
    return changed(made | {6: start, 7: stop, 8: last}, others)


def changed(items: dict, others: dict) -> dict:
    """The items with others in their place; `c_70002=…` is the label -70002."""
    made = items | {int(name[1:].replace("_", "-")): value for name, value in others.items()}
    return {label: value for label, value in made.items() if value is not None}


def main_keys() -> list[dict]:
    """One key for passes, and state keys in and out of office."""
    return [
        key("issuer", ["bound", "live"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 31 * DAY),
        key("state", ["state"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 31 * DAY),
        key("old", ["state"], NOW - 90 * DAY, NOW + DAY, NOW),
        key("stopped", ["state"], NOW - 30 * DAY, NOW - 600, NOW + DAY),
        key("next", ["state"], NOW, NOW + 90 * DAY, NOW + 91 * DAY),
        key("killed", ["live", "state"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 31 * DAY),
    ]


def sealed(protected, items, by, *, aad=b"", payload=None, **parts) -> bytes:
    """A list of these members, or of other bytes; `parts` as in `craft.sign1`."""
    protected = dumps(protected) if isinstance(protected, dict) else protected
    payload = join(pairs(items)) if payload is None else payload
    return craft.sign1(protected, payload, by, aad=aad, **parts)


def key_list(keys=None, *, by=ROOT, header=None, aad=KEYS_AAD, parts=None, **others) -> bytes:
    """A list of keys made an hour ago, version 7."""
    made = {4: NOW + 20 * DAY, 6: NOW - 3600, VERSION: 7, ROOT_KEY: point(ROOT)}
    made[KEYS] = main_keys() if keys is None else keys
    return sealed(header or {1: -7}, changed(made, others), by, aad=aad, **(parts or {}))


def state(killed=(), *, by="state", header=None, aad=STATE_AAD, parts=None, **others) -> bytes:
    """A state made a minute ago of the list of version 7."""
    made = {4: NOW + DAY - 60, 6: NOW - 60, VERSION: 7, KILLED: list(killed)}
    header = header or {1: -7, 4: KIDS[by]}
    return sealed(header, changed(made, others), SIGNERS[by], aad=aad, **(parts or {}))


def withdrawn(
    bits=bytes(64), *, lst=None, by="state", header=None, sub="urn:healthcode:SH:withdrawn:3",
    status=None, parts=None, aad=b"", **others,
) -> bytes:  # fmt: skip
    """A list of withdrawn passes made a minute ago, number 3."""
    compressed = zlib.compress(bits, 9) if lst is None else lst
    made = {2: sub, 4: NOW + DAY - 60, 6: NOW - 60, TTL: 300}
    made[STATUS_LIST] = {"lst": compressed, "bits": 1} if status is None else status
    header = header or {1: -7, 4: KIDS[by], 16: TYPE}
    return sealed(header, changed(made, others), SIGNERS[by], aad=aad, **(parts or {}))


def deflated_zeros(size: int) -> bytes:
    """A compressed list of so many bytes, all zero."""
    return zlib.compress(bytes(size), 9)


def case(what: str, name: str, data: bytes, cause: str | None = None, **context) -> dict:
    """A list and what must come of it: the cause for which it is refused, or None."""
    made = {"name": f"{what}: {name}", "what": what, "data": data.hex(), "cause": cause}
    return made | {"now": NOW} | context
