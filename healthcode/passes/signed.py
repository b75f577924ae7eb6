"""What the three signed lists have in common: why one is refused, and how long it counts.

A gate holds a list of keys, a state that can only take keys away, and lists of withdrawn
passes. Each is a COSE_Sign1 read by the reader of passes.
"""

from collections.abc import Iterable
from enum import StrEnum

from healthcode.passes.cbor import Item, Malformed
from healthcode.passes.claims import Kind
from healthcode.passes.layers import ALG, KID, KID_BYTES, Layer, read_layer
from healthcode.passes.trust import Key

EXP, IAT = 4, 6
EARLY = 30
"""Seconds by which a signer's clock may be ahead of the gate's."""


class Cause(StrEnum):
    """Why a list is not taken, in the order in which they are looked for."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_LIST = "wrong_list"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    ROLLED_BACK = "rolled_back"


class ListRefused(Exception):
    """A list was not taken; what is held stays as it was. `cause` says why."""

    def __init__(self, cause: Cause) -> None:
        """Keep the cause."""
        self.cause = cause
        super().__init__(cause.value)


def demand(condition: bool, cause: Cause) -> None:
    """Raise ListRefused with the cause unless the condition holds."""
    if not condition:
        raise ListRefused(cause)


def layer_of(data: bytes) -> Layer:
    """Return the parts of a list's COSE_Sign1; refuses as malformed."""
    try:
        return read_layer(data)
    except Malformed:
        raise ListRefused(Cause.MALFORMED) from None


def kid_of(header: dict[int | str, Item], others: dict[int | str, Item]) -> bytes:
    """Return the kid of a header that is `{1: -7, 4: kid}` and `others`, nothing else."""
    kid = header.get(KID)
    demand(isinstance(kid, bytes) and len(kid) == KID_BYTES, Cause.MALFORMED)
    demand(header == {ALG: -7, KID: kid, **others}, Cause.MALFORMED)
    assert isinstance(kid, bytes)  # noqa: S101  what the first demand says, for the type checker
    return kid


def times_of(items: dict[int | str, Item], longest: int) -> tuple[int, int]:
    """Return iat and exp, at most `longest` seconds apart."""
    iat, exp = natural(items.get(IAT)), natural(items.get(EXP))
    demand(0 < exp - iat <= longest, Cause.MALFORMED)
    return iat, exp


def natural(item: object) -> int:
    """Return an unsigned number; True is an int to Python and none here."""
    if isinstance(item, bool) or not isinstance(item, int) or item < 0:
        raise ListRefused(Cause.MALFORMED)
    return item


def state_key(keys: Iterable[Key], killed: frozenset[bytes], kid: bytes, iat: int, now: int) -> Key:
    """Return the one key of this kid that may sign states at `iat`; refuses as unknown."""
    found = [key for key in keys if key.kid == kid]
    demand(len(found) == 1 and kid not in killed, Cause.UNKNOWN_KEY)
    [key] = found
    in_office = key.sign_from <= iat < key.sign_until and now < key.verify_until
    demand(Kind.STATE in key.kinds and in_office, Cause.UNKNOWN_KEY)
    return key


def demand_current(iat: int, exp: int, now: int) -> None:
    """Refuse what was made in the future or is over."""
    demand(now >= iat - EARLY, Cause.NOT_YET)
    demand(now < exp, Cause.EXPIRED)
