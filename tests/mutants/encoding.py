"""CBOR with one fault at one place: in the heads, the keys, the lengths or the types.

A fault is a function of the generator, the encoder and the item at that place; it returns the
bytes that stand there instead.
"""

import struct
from collections.abc import Callable
from random import Random

from cbor2 import CBORTag

INTEGER, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG = range(7)
WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
NOT_UTF8 = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe5\xbc")
TAGS = (b"\xd2", b"\xd1", b"\xc1", b"\xd8\x3d", b"\xd8\x62", b"\xc2", b"\xd8\x12")
SIMPLE = (b"\xf4", b"\xf5", b"\xf6", b"\xf7", b"\xf8\x14", b"\xe0", b"\xff")


class Encoder:
    """Writes canonical CBOR, and the fault in place of item number `target`."""

    def __init__(self, rng: Random, fault: Callable | None = None, target: int = -1) -> None:
        """Without a fault it is canonical from end to end."""
        self.rng, self.fault, self.target = rng, fault, target
        self.seen = 0

    def write(self, item) -> bytes:
        """The encoding of an item."""
        here = self.seen
        self.seen += 1
        if here == self.target and self.fault is not None:
            return self.fault(self.rng, self, item)
        return self.plain(item)

    def plain(self, item) -> bytes:
        """The encoding of an item that has no fault itself."""
        major, size, body = self.parts(item)
        return head(major, size) + body

    def parts(self, item) -> tuple[int, int, bytes]:
        """Major type, the number in the head, and what follows it."""
        match item:
            case bool():
                return 7, 21 if item else 20, b""
            case int():
                return (INTEGER, item, b"") if item >= 0 else (NEGATIVE, -1 - item, b"")
            case bytes():
                return BYTES, len(item), item
            case str():
                return TEXT, len(item.encode()), item.encode()
            case list():
                return ARRAY, len(item), b"".join(map(self.write, item))
            case dict():
                return MAP, len(item), b"".join(key + value for key, value in self.pairs(item))
            case CBORTag():
                return TAG, item.tag, self.write(item.value)
        return 7, 22, b""

    def pairs(self, items: dict) -> list[tuple[bytes, bytes]]:
        """Encoded keys and values in order."""
        return sorted((self.write(key), self.write(value)) for key, value in items.items())


def head(major: int, size: int, low: int | None = None) -> bytes:
    """A head, the shortest one unless `low` asks for a wider."""
    if low is None:
        low = size if size < 24 else next(n for n, width in WIDTHS.items() if size < 256**width)
    width = WIDTHS.get(low, 0)
    return bytes((major << 5 | low,)) + (size % 256**width).to_bytes(width, "big")


def size_of(item) -> int:
    """How many places an item has where a fault can be."""
    match item:
        case list():
            return 1 + sum(map(size_of, item))
        case dict():
            return 1 + sum(size_of(key) + size_of(value) for key, value in item.items())
        case CBORTag():
            return 1 + size_of(item.value)
    return 1


def faulty(rng: Random, item) -> tuple[str, bytes]:
    """An item's encoding with a fault drawn at random, and the fault's name."""
    target = rng.randrange(size_of(item))
    fault = rng.choice(ON_MAPS if rng.random() < 0.3 else FAULTS)
    if fault in ON_MAPS:
        target = 0 if isinstance(item, dict) else target
    return fault.__name__, Encoder(rng, fault, target).write(item)


def wider_head(rng, encoder, item) -> bytes:
    """A head that is longer than it needs to be."""
    major, size, body = encoder.parts(item)
    shortest = 23 if size < 24 else head(major, size)[0] & 31
    return head(major, size, rng.choice([low for low in WIDTHS if low > shortest])) + body


def indefinite(rng, encoder, item) -> bytes:
    """Of no stated length, ended by a break."""
    major, _, body = encoder.parts(item)
    whole = encoder.plain(item) if major in (BYTES, TEXT) else body
    return bytes((major << 5 | 31,)) + whole + b"\xff"


def other_length(rng, encoder, item) -> bytes:
    """A head that says more or less than there is."""
    major, size, body = encoder.parts(item)
    return head(major, rng.choice([size + 1, max(size - 1, 0), size + 256, 2**32 - 1, 0])) + body


def other_type(rng, encoder, item) -> bytes:
    """The same under another major type."""
    whole = encoder.plain(item)
    return bytes((whole[0] ^ rng.choice([0x20, 0x40, 0x60, 0xC0, 0xE0]),)) + whole[1:]


def as_float(rng, encoder, item) -> bytes:
    """A number as a float, anything else as a simple value."""
    if isinstance(item, int):
        return rng.choice([b"\xfb" + struct.pack(">d", item), b"\xfa" + struct.pack(">f", item)])
    return rng.choice(SIMPLE)


def as_bignum(rng, encoder, item) -> bytes:
    """A number as a byte string under tag 2 or 3."""
    number = item if isinstance(item, int) else 1
    body = abs(number).to_bytes(8, "big").lstrip(b"\0")
    return (b"\xc3" if number < 0 else b"\xc2") + head(BYTES, len(body)) + body


def simple_value(rng, encoder, item) -> bytes:
    """True, false, null and the like."""
    return rng.choice(SIMPLE)


def tagged(rng, encoder, item) -> bytes:
    """Under a tag."""
    return rng.choice(TAGS) + encoder.plain(item)


def nested(rng, encoder, item) -> bytes:
    """Inside arrays."""
    return b"\x81" * rng.randrange(1, 9) + encoder.plain(item)


def wrapped(rng, encoder, item) -> bytes:
    """As a byte string of its encoding."""
    whole = encoder.plain(item)
    return head(BYTES, len(whole)) + whole


def not_utf8(rng, encoder, item) -> bytes:
    """A text that is none."""
    body = rng.choice(NOT_UTF8)
    return head(TEXT, len(body)) + body


def nothing(rng, encoder, item) -> bytes:
    """Left out."""
    return b""


def twice(rng, encoder, item) -> bytes:
    """Written twice."""
    return encoder.plain(item) * 2


def keys_reordered(rng, encoder, item) -> bytes:
    """The members of a map in another order."""
    if not isinstance(item, dict):
        return twice(rng, encoder, item)
    pairs = encoder.pairs(item)
    rng.shuffle(pairs)
    return _map(pairs)


def key_twice(rng, encoder, item) -> bytes:
    """A member twice, or a second value for it."""
    if not isinstance(item, dict) or not item:
        return twice(rng, encoder, item)
    pairs = encoder.pairs(item)
    at = rng.randrange(len(pairs))
    other = rng.choice(pairs)[1]
    return _map([*pairs[: at + 1], (pairs[at][0], other), *pairs[at + 1 :]])


def member_more(rng, encoder, item) -> bytes:
    """A member that does not belong there."""
    if not isinstance(item, dict):
        return wrapped(rng, encoder, item)
    key = rng.choice([b"\x02", b"\x03", b"\x05", b"\x20", b"\x60", b"\x61a", b"\x41a", b"\xf5"])
    return _map(sorted([*encoder.pairs(item), (key, b"\x00")]))


def member_less(rng, encoder, item) -> bytes:
    """Without one member."""
    if not isinstance(item, dict) or not item:
        return nothing(rng, encoder, item)
    pairs = encoder.pairs(item)
    pairs.pop(rng.randrange(len(pairs)))
    return _map(pairs)


def _map(pairs: list[tuple[bytes, bytes]]) -> bytes:
    return head(MAP, len(pairs)) + b"".join(key + value for key, value in pairs)


ON_MAPS = [keys_reordered, key_twice, member_more, member_less]
FAULTS = [
    wider_head, indefinite, other_length, other_type, as_float, as_bignum, simple_value,
    tagged, nested, wrapped, not_utf8, nothing, twice,
]  # fmt: skip
