"""What a pass says, and the rules by which its words make sense."""

from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category, is_normalized

from healthcode.colours import Colour, Reason
from healthcode.passes.cbor import CNF, Item
from healthcode.passes.refused import Refused

ISS, EXP, IAT, PASS_ID, STATUS = 1, 4, 6, 7, -70001
NAME_BYTES = 20
HOUR = 3600
DAY = 24 * HOUR

_COSE_KEY, _KTY, _CRV, _X, _Y = 1, 1, -1, -2, -3
_EC2, _P256 = 2, 1


class Kind(StrEnum):
    """What a key may sign: four kinds of pass, and the state of the keys themselves."""

    BOUND = "bound"
    LIVE = "live"
    PAPER = "paper"
    SPECIMEN = "specimen"
    STATE = "state"


MAX_LIFE = {
    Kind.BOUND: DAY,
    Kind.LIVE: 90,
    Kind.PAPER: 90 * DAY,
    Kind.SPECIMEN: 366 * DAY,
}
"""The longest time from iat to exp that a pass of each kind may have, in seconds."""

_NUMBERS = {Kind.BOUND: 1, Kind.LIVE: 2, Kind.PAPER: 3, Kind.SPECIMEN: 4}
_KINDS = {number: kind for kind, number in _NUMBERS.items()}
_STATUS_FIELDS = {
    Kind.BOUND: ("colour", "name", "hour", "slot"),
    Kind.LIVE: ("colour", "name", "hour"),
    Kind.PAPER: ("name",),
    Kind.SPECIMEN: ("name",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of one pass.

    `iat` and `exp` are unix seconds, `pass_id` 16 bytes, `hour` hours since 1970 of the last
    negative sample (0: none). Paper and specimen have no colour and no hour; only a bound
    pass has a `slot` (list number x 2^20 + index) and a `holder` (compressed P-256 point).
    `iss` is the key's, filled in when the pass is signed.
    """

    kind: Kind
    iat: int
    exp: int
    pass_id: bytes
    name: str
    colour: Colour | None = None
    hour: int | None = None
    slot: int | None = None
    holder: bytes | None = None
    iss: str = ""


def claims_map(claims: Claims) -> dict[int | str, Item]:
    """Return the claims as the map that a pass's payload encodes."""
    fields = _STATUS_FIELDS[claims.kind]
    items: dict[int | str, Item] = {
        ISS: claims.iss,
        EXP: claims.exp,
        IAT: claims.iat,
        PASS_ID: claims.pass_id,
        STATUS: [_NUMBERS[claims.kind], *(getattr(claims, field) for field in fields)],
    }
    if claims.holder is not None:
        items[CNF] = _write_holder(claims.holder)
    return items


def _write_holder(point: bytes) -> Item:
    return {_COSE_KEY: {_KTY: _EC2, _CRV: _P256, _X: point[1:], _Y: point[0] == 3}}


def parse_claims(items: dict[int | str, Item]) -> Claims:
    """Return the claims of a payload already read; refuses with BAD_CLAIMS.

    Whatever a payload must be by itself is checked here; what it must be for a certain key
    is the key's to check. That the holder's point is on the curve is left to whoever
    loads it.
    """
    try:
        claims = _parse(items)
    except KeyError:
        raise Refused(Reason.BAD_CLAIMS) from None
    _need(len(items) == (5 if claims.holder is None else 6))
    _need(0 < claims.exp - claims.iat <= MAX_LIFE[claims.kind])
    _need(claims.hour is None or claims.hour * HOUR <= claims.iat)
    return claims


def _parse(items: dict[int | str, Item]) -> Claims:
    number, *values = _list(items[STATUS])
    kind = _KINDS[_unsigned(number)]
    fields = _STATUS_FIELDS[kind]
    _need(len(values) == len(fields))
    status = dict(zip(fields, values, strict=True))
    return Claims(
        kind=kind,
        iss=_text(items[ISS]),
        exp=_unsigned(items[EXP]),
        iat=_unsigned(items[IAT]),
        pass_id=_bytes(items[PASS_ID], 16),
        name=_name(status["name"]),
        colour=_colour(status["colour"]) if "colour" in status else None,
        hour=_unsigned(status["hour"]) if "hour" in status else None,
        slot=_unsigned(status["slot"]) if "slot" in status else None,
        holder=_holder(items[CNF]) if kind is Kind.BOUND else None,
    )


def _holder(item: Item) -> bytes:
    """Return the compressed point of `{1: {1: 2, -1: 1, -2: x, -3: odd}}`, nothing else."""
    key = _map(_map(item, {_COSE_KEY})[_COSE_KEY], {_KTY, _CRV, _X, _Y})
    odd = key[_Y]
    _need(_unsigned(key[_KTY]) == _EC2 and _unsigned(key[_CRV]) == _P256)
    _need(isinstance(odd, bool))
    return (b"\x03" if odd else b"\x02") + _bytes(key[_X], 32)


def _need(condition: bool) -> None:
    if not condition:
        raise Refused(Reason.BAD_CLAIMS)


def _unsigned(item: Item) -> int:
    # True is an int to Python and must not pass for 1.
    if isinstance(item, bool) or not isinstance(item, int) or item < 0:
        raise Refused(Reason.BAD_CLAIMS)
    return item


def _bytes(item: Item, size: int) -> bytes:
    if not isinstance(item, bytes) or len(item) != size:
        raise Refused(Reason.BAD_CLAIMS)
    return item


def _text(item: Item) -> str:
    if not isinstance(item, str):
        raise Refused(Reason.BAD_CLAIMS)
    return item


def _list(item: Item) -> list[Item]:
    if not isinstance(item, list) or not item:
        raise Refused(Reason.BAD_CLAIMS)
    return item


def _map(item: Item, keys: set[int]) -> dict[int | str, Item]:
    if not isinstance(item, dict) or item.keys() != keys:
        raise Refused(Reason.BAD_CLAIMS)
    return item


def _colour(item: Item) -> Colour:
    number = _unsigned(item)
    _need(number <= Colour.RED)
    return Colour(number)


def _name(item: Item) -> str:
    name = _text(item)
    _need(is_name(name))
    return name


def is_name(name: str) -> bool:
    """Whether a masked name may stand in a pass: NFC, 1 to 20 bytes, nothing unseen."""
    return (
        all(category(character)[0] in "LM" or character in " *·-'" for character in name)
        and is_normalized("NFC", name)
        and 1 <= len(name.encode()) <= NAME_BYTES
    )
