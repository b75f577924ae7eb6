"""The text inside the QR code: a prefix with the version, then base32 (RFC 4648)."""

import re
from base64 import b32encode

from healthcode.colours import Reason
from healthcode.passes.refused import need

PREFIX = "HCP:/1/"
LONGEST = 483
"""Characters of text that a QR code of 69 modules holds at level M (version 13)."""

_ANY_VERSION = re.compile(r"HCP:/[1-9][0-9]*/")
_BASE32 = re.compile(r"[A-Z2-7]+")
_TO_DIGITS = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHIJKLMNOPQRSTUV"
)  # fmt: skip
_IMPOSSIBLE_REMAINDERS = (1, 3, 6)
_TO_CLEAN = {0xFF01 + n: 0x21 + n for n in range(94)} | {
    source: upper
    for upper in range(ord("A"), ord("Z") + 1)
    for source in (upper + 0x20, upper + 0x20 + 0xFEE0)
}


def clean(text: str) -> str:
    """Undo what keyboards and input methods do to a scanned text, once, before it is judged.

    Trims ASCII white space, turns full-width characters into ASCII and ASCII letters into
    capitals. Whatever else is wrong stays wrong.
    """
    return text.strip(" \t\n\r\f\v").translate(_TO_CLEAN)


def write_text(data: bytes) -> str:
    """Return the text that carries a pass or a presentation."""
    return PREFIX + b32encode(data).decode("ascii").rstrip("=")


def read_text(text: str) -> bytes:
    """Return the bytes a text carries.

    Refuses with FOREIGN (not a code of this system), UPDATE (a newer version of it) or
    UNREADABLE. Each byte string has one text: padding and spare bits other than zero are
    refused.
    """
    need(text.startswith("HCP:/"), Reason.FOREIGN)
    if not text.startswith(PREFIX):
        need(_ANY_VERSION.match(text) is None, Reason.UPDATE)
    need(text.startswith(PREFIX) and len(text) <= LONGEST, Reason.UNREADABLE)
    return _from_base32(text[len(PREFIX) :])


def _from_base32(body: str) -> bytes:
    need(_BASE32.fullmatch(body) is not None, Reason.UNREADABLE)
    need(len(body) % 8 not in _IMPOSSIBLE_REMAINDERS, Reason.UNREADABLE)
    # One conversion of a number is fifteen times as fast as the library's decoder.
    number = int(body.encode("ascii").translate(_TO_DIGITS), 32)
    size, spare = divmod(5 * len(body), 8)
    need(number & ((1 << spare) - 1) == 0, Reason.UNREADABLE)
    return (number >> spare).to_bytes(size, "big")
