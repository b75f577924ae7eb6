"""The state: which keys were killed, said every few seconds by an online key.

It can only take away. Whoever holds its key can make gates refuse; nobody can make them
believe a key that the root did not list.
"""

from dataclasses import dataclass

from healthcode.passes.cbor import Item, Malformed, write
from healthcode.passes.claims import DAY
from healthcode.passes.es256 import ES256, Signer
from healthcode.passes.key_list import VERSION, SignedKeys
from healthcode.passes.layers import ALG, KID, KID_BYTES, read_map, sealed
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

STATE_LIFE = DAY
STATE_AAD = b"HCP1S"
KILLED = -70004

_MEMBERS = {EXP, IAT, VERSION, KILLED}


@dataclass(frozen=True, slots=True)
class State:
    """What is true of the keys at `iat`: the version of their list, and the killed kids."""

    version: int
    iat: int
    exp: int
    killed: frozenset[bytes]


def build_state(state: State, *, kid: bytes, sign: Signer) -> bytes:
    """Return the state signed by the state key `kid`."""
    payload: dict[int | str, Item] = {
        EXP: state.exp,
        IAT: state.iat,
        VERSION: state.version,
        KILLED: [*sorted(state.killed)],
    }
    return sealed({ALG: ES256, KID: kid}, write(payload), STATE_AAD, sign)


def read_state(
    data: bytes,
    *,
    keys: SignedKeys,
    killed: frozenset[bytes] = frozenset(),
    held: State | None = None,
    now: int,
) -> State:
    """Return a state that may take the place of the one held; raises ListRefused.

    `killed` are the kids that any state ever named.
    """
    layer = layer_of(data)
    kid = kid_of(layer.header, {})
    state = _parse(layer.payload)
    key = state_key(keys.keys, killed, kid, state.iat, now)
    demand(key.signed(layer.signed(STATE_AAD), layer.signature, ES256), Cause.BAD_SIGNATURE)
    demand_current(state.iat, state.exp, now)
    demand(held is None or state.iat >= held.iat, Cause.ROLLED_BACK)
    return state


def _parse(payload: bytes) -> State:
    try:
        items = read_map(payload)
    except Malformed:
        raise ListRefused(Cause.MALFORMED) from None
    demand(items.keys() == _MEMBERS, Cause.MALFORMED)
    iat, exp = times_of(items, STATE_LIFE)
    version = natural(items[VERSION])
    demand(version > 0, Cause.MALFORMED)
    return State(version, iat, exp, _kids(items[KILLED]))


def _kids(item: Item) -> frozenset[bytes]:
    if not isinstance(item, list):
        raise ListRefused(Cause.MALFORMED)
    kids = [kid for kid in item if isinstance(kid, bytes) and len(kid) == KID_BYTES]
    demand(len(kids) == len(item) and kids == sorted(set(kids)), Cause.MALFORMED)
    return frozenset(kids)
