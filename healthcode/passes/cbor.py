"""Canonical CBOR (RFC 8949, section 4.2.1), as much of it as a pass needs, and no more.

General decoders accept duplicate keys, take 1, true and 1.0 for one key, and ignore
trailing bytes. This reader accepts one encoding of each value, so nothing needs to be
encoded again to know that the bytes read are the bytes signed.
"""

from typing import NamedTuple, TypeAlias

DEPTH = 6
CNF = 8
SIGN1 = 18

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE = 0xF4, 0xF5
_WIDTHS = {24: 1, 25: 2, 26: 4}
_LEAST = {24: 24, 25: 1 << 8, 26: 1 << 16}


class Sign1(NamedTuple):
    """An item under tag 18, the only tag there is."""

    item: "Item"


Item: TypeAlias = "int | bool | bytes | str | list[Item] | dict[int | str, Item] | Sign1"


class Malformed(ValueError):
    """The bytes are not canonical CBOR as defined here."""


def read(data: bytes) -> Item:
    """Return the one item that `data` is, or raise Malformed.

    Integers lie within 32 bits either side of zero; map keys are integers or text, strictly
    ascending as bytes; true and false occur only below key 8 of the outermost map.
    """
    item, end = _item(data, 0, 1, False)
    if end != len(data):
        raise Malformed("bytes after the item")
    return item


def _item(data: bytes, at: int, depth: int, truth: bool) -> tuple[Item, int]:
    if depth > DEPTH or at >= len(data):
        raise Malformed("too deep, or cut short")
    head, at = data[at], at + 1
    if head < 24:  # most items are small numbers
        return head, at
    major, size = head >> 5, head & 0x1F
    if major == _SIMPLE:
        return _truth(head, truth), at
    if size >= 24:
        size, at = _long_head(data, at, size)
    if major == _UNSIGNED:
        return size, at
    if major <= _TEXT:
        return (-1 - size, at) if major == _NEGATIVE else _string(data, at, size, major)
    return _CONTAINERS[major](data, at, size, depth, truth)


def _long_head(data: bytes, at: int, low: int) -> tuple[int, int]:
    """The number in the bytes after a head's first."""
    width = _WIDTHS.get(low)
    if width is None:
        raise Malformed("indefinite length, or a head of eight bytes")
    end = at + width
    value = int.from_bytes(data[at:end], "big")
    if end > len(data) or value < _LEAST[low]:
        raise Malformed("cut short, or not the shortest head")
    return value, end


def _truth(head: int, allowed: bool) -> bool:
    if not allowed or head not in (_FALSE, _TRUE):
        raise Malformed("a float or simple value")
    return head == _TRUE


def _string(data: bytes, at: int, size: int, major: int) -> tuple[Item, int]:
    end = at + size
    if end > len(data):
        raise Malformed("cut short")
    if major == _BYTES:
        return data[at:end], end
    try:
        return data[at:end].decode(), end
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None


def _array(data: bytes, at: int, size: int, depth: int, truth: bool) -> tuple[Item, int]:
    items = []
    for _ in range(size):
        item, at = _item(data, at, depth + 1, truth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, size: int, depth: int, truth: bool) -> tuple[Item, int]:
    items: dict[int | str, Item] = {}
    last = b""
    for _ in range(size):
        key, end = _item(data, at, depth + 1, False)
        encoded = data[at:end]
        if encoded <= last or not isinstance(key, int | str):
            raise Malformed("a key of another type, out of order, or twice")
        last = encoded
        items[key], at = _item(data, end, depth + 1, truth or (depth == 1 and key == CNF))
    return items, at


def _tag(data: bytes, at: int, size: int, depth: int, truth: bool) -> tuple[Item, int]:
    if size != SIGN1:
        raise Malformed("a tag other than 18")
    item, at = _item(data, at, depth + 1, truth)
    return Sign1(item), at


_CONTAINERS = {_ARRAY: _array, _MAP: _map, _TAG: _tag}


def write(item: Item) -> bytes:
    """Return the canonical encoding of an item; integers must lie within 32 bits of zero."""
    match item:
        case bool():
            return bytes((_TRUE if item else _FALSE,))
        case int():
            return _write_head(_UNSIGNED, item) if item >= 0 else _write_head(_NEGATIVE, -1 - item)
        case bytes():
            return _write_head(_BYTES, len(item)) + item
        case str():
            encoded = item.encode()
            return _write_head(_TEXT, len(encoded)) + encoded
        case Sign1():
            return _write_head(_TAG, SIGN1) + write(item.item)
        case list():
            return _write_head(_ARRAY, len(item)) + b"".join(map(write, item))
        case dict():
            pairs = sorted((write(key), write(value)) for key, value in item.items())
            return _write_head(_MAP, len(item)) + b"".join(map(b"".join, pairs))


def _write_head(major: int, value: int) -> bytes:
    if value < 24:
        return bytes((major << 5 | value,))
    low = 24 if value < 1 << 8 else 25 if value < 1 << 16 else 26
    return bytes((major << 5 | low,)) + value.to_bytes(_WIDTHS[low], "big")
