"""The lists of withdrawn passes: Status List Tokens in their CWT form, one bit a pass.

After draft-ietf-oauth-status-list: bits counted from the least significant, zlib. The `uri`
that the draft puts into each token is left out of a pass, where it would cost eight modules:
a pass names its slot, and the slot its list.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from healthcode.passes.cbor import Item, Malformed, write
from healthcode.passes.claims import DAY
from healthcode.passes.es256 import ES256, Signer
from healthcode.passes.key_list import SignedKeys
from healthcode.passes.layers import ALG, KID, read_map, sealed
from healthcode.passes.signed import (
    EXP,
    IAT,
    Cause,
    ListRefused,
    demand,
    demand_current,
    kid_of,
    layer_of,
    natural,
    state_key,
    times_of,
)

SLOTS = 2**20
LIST_BYTES = SLOTS // 8
LIST_LIFE = DAY
LIST_TTL = 300
"""Seconds after which a gate asks for a list again."""

_SUB, _STATUS_LIST, _TTL = 2, 65533, 65534
_MEMBERS = {_SUB, EXP, IAT, _STATUS_LIST, _TTL}
_TYPE: dict[int | str, Item] = {16: "application/statuslist+cwt"}


@dataclass(frozen=True, slots=True)
class WithdrawnList:
    """One list that was found in order: bit i is 1 where the pass in slot i is withdrawn."""

    number: int
    iat: int
    exp: int
    bits: bytes = field(repr=False)

    def has(self, index: int) -> bool | None:
        """Whether the pass at an index is withdrawn; None beyond the end of the list."""
        if index >= 8 * len(self.bits):
            return None
        return bool(self.bits[index >> 3] >> (index & 7) & 1)


def pack_bits(indexes: Iterable[int], *, size: int = LIST_BYTES) -> bytes:
    """Return a list of `size` bytes in which these indexes are set."""
    bits = bytearray(size)
    for index in indexes:
        bits[index >> 3] |= 1 << (index & 7)
    return bytes(bits)


def inflate(lst: bytes) -> bytes:
    """Return the bytes of a compressed list, at most 131,072; refuses as malformed.

    What would grow beyond that is not grown.
    """
    engine = zlib.decompressobj()
    try:
        bits = engine.decompress(lst, LIST_BYTES + 1)
    except zlib.error:
        raise ListRefused(Cause.MALFORMED) from None
    whole = engine.eof and not engine.unused_data
    demand(whole and 0 < len(bits) <= LIST_BYTES, Cause.MALFORMED)
    return bits


def build_withdrawn(made: WithdrawnList, *, iss: str, kid: bytes, sign: Signer) -> bytes:
    """Return the list signed by the state key `kid` of the issuer."""
    payload: dict[int | str, Item] = {
        _SUB: _subject(iss, made.number),
        EXP: made.exp,
        IAT: made.iat,
        _STATUS_LIST: {"bits": 1, "lst": zlib.compress(made.bits, 9)},
        _TTL: LIST_TTL,
    }
    return sealed({ALG: ES256, KID: kid, **_TYPE}, write(payload), b"", sign)


def read_withdrawn(
    data: bytes,
    number: int,
    *,
    keys: SignedKeys,
    killed: frozenset[bytes] = frozenset(),
    held: WithdrawnList | None = None,
    now: int,
) -> WithdrawnList:
    """Return the list of this number if it may take the place of the one held.

    Raises ListRefused.
    """
    layer = layer_of(data)
    kid = kid_of(layer.header, _TYPE)
    made, subject = _parse(layer.payload, number)
    key = state_key(keys.keys, killed, kid, made.iat, now)
    demand(key.signed(layer.signed(), layer.signature, ES256), Cause.BAD_SIGNATURE)
    demand(subject == _subject(key.iss, number), Cause.WRONG_LIST)
    demand_current(made.iat, made.exp, now)
    demand(held is None or made.iat >= held.iat, Cause.ROLLED_BACK)
    return made


def _subject(iss: str, number: int) -> str:
    return f"urn:healthcode:{iss}:withdrawn:{number}"


def _parse(payload: bytes, number: int) -> tuple[WithdrawnList, Item]:
    try:
        items = read_map(payload)
    except Malformed:
        raise ListRefused(Cause.MALFORMED) from None
    demand(items.keys() == _MEMBERS and isinstance(items[_SUB], str), Cause.MALFORMED)
    iat, exp = times_of(items, LIST_LIFE)
    natural(items[_TTL])
    return WithdrawnList(number, iat, exp, inflate(_lst(items[_STATUS_LIST]))), items[_SUB]


def _lst(item: Item) -> bytes:
    if not isinstance(item, dict) or len(item) != 2 or item.get("bits") != 1:
        raise ListRefused(Cause.MALFORMED)
    lst = item.get("lst")
    if not isinstance(lst, bytes):
        raise ListRefused(Cause.MALFORMED)
    return lst
