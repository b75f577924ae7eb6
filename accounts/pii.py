"""Identity data at its door: checked, normalised, fingerprinted, sealed, masked.

What comes in as a document number or a phone leaves here as a keyed fingerprint, to look
people up by, and a sealed value, to be opened only where somebody's name must be read.
"""

import binascii
import datetime
import hmac
import re
import secrets
from base64 import b64decode
from collections.abc import Callable
from functools import lru_cache
from unicodedata import category, normalize
from unicodedata import name as unicode_name

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from accounts.errors import DomainError

KEY_BYTES = 32
NONCE_BYTES = 12
HOME_REGION = "CN"


class InvalidDocument(DomainError):
    """No document of that type can bear that number; `details["fault"]` says what is wrong."""

    code = "invalid_document"
    message = "The document type or number is not valid."


class InvalidPhone(DomainError):
    """The number is no phone number in use anywhere."""

    code = "invalid_phone"
    message = "The phone number is not valid."


class SealBroken(DomainError):
    """Sealed bytes were changed, moved to another place, or their key is not in the ring."""

    code = "seal_broken"
    message = "The sealed value cannot be opened."


# --- documents ---------------------------------------------------------------------------


def normalise_document(document_type: str, number: str) -> str:
    """Return the one spelling of a document number, or raise InvalidDocument.

    Full-width characters become ASCII, letters capitals; blanks, hyphens and brackets go.
    Where the last digits count how often a permit was renewed they go too: the rest is the
    holder's for life.
    """
    reader = _READERS.get(document_type)
    if reader is None:
        raise InvalidDocument(fault="unknown_type")
    return reader(re.sub(r"[\s()-]", "", normalize("NFKC", number)).upper())


def _resident_id(number: str) -> str:
    """GB 11643-1999: place, date of birth, sequence, check digit.

    The place is not looked up in the table of counties: that refuses people who were born
    before their county was founded or renamed.
    """
    _shape(r"[1-8][0-9]{16}[0-9X]", number)
    return _gb_11643(number)


def _foreign_permanent_resident(number: str) -> str:
    """The card of 2017 (three letters, twelve digits) or of 2023 (a GB 11643 number, 9…)."""
    _shape(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]", number)
    return _gb_11643(number) if number[0] == "9" else number


def _gb_11643(number: str) -> str:
    if number[-1] != ric.calc_check_digit(number):
        raise InvalidDocument(fault="check_digit")
    try:
        born = ric.get_birth_date(number)
    except ValidationError:
        raise InvalidDocument(fault="date") from None
    if born < datetime.date(1850, 1, 1):
        raise InvalidDocument(fault="date")
    return number


def _passport(number: str) -> str:
    """ICAO Doc 9303, part 4: up to nine letters and digits."""
    return _shape(r"(?=.*[0-9])[A-Z0-9]{5,9}", number)


def _hk_macao_permit(number: str) -> str:
    """H (Hong Kong) or M (Macao), eight digits for life, two that count renewals."""
    return _shape(r"[HM][0-9]{8}([0-9]{2})?", number)[:9]


def _taiwan_permit(number: str) -> str:
    """Eight digits for life; on booklets two that count renewals and a letter."""
    return _shape(r"[0-9]{8}([0-9]{2}[A-Z]?)?", number)[:8]


def _shape(pattern: str, number: str) -> str:
    if not re.fullmatch(pattern, number):
        raise InvalidDocument(fault="shape")
    return number


_READERS: dict[str, Callable[[str], str]] = {
    "resident_id": _resident_id,
    "passport": _passport,
    "hk_macao_permit": _hk_macao_permit,
    "taiwan_permit": _taiwan_permit,
    "foreign_permanent_resident": _foreign_permanent_resident,
}
DOCUMENT_TYPES = tuple(_READERS)


# --- phones ------------------------------------------------------------------------------


def normalise_phone(number: str) -> str:
    """Return a phone number in E.164 (+8613800138000), or raise InvalidPhone.

    A number without a country code is one of mainland China.
    """
    try:
        parsed = phonenumbers.parse(normalize("NFKC", number), HOME_REGION)
    except phonenumbers.NumberParseException:
        raise InvalidPhone from None
    if not phonenumbers.is_valid_number(parsed):
        raise InvalidPhone
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


# --- fingerprints and seals --------------------------------------------------------------


def fingerprint(purpose: str, value: str) -> bytes:
    """Return the 32 bytes by which a normalised value is looked up.

    HMAC-SHA-256 under a server key: without the key nobody can try all numbers. Purposes
    (`document:passport`, `phone`) keep equal values in different columns apart.
    """
    key = _key(settings.HEALTHCODE_FINGERPRINT_KEY)
    return hmac.digest(key, _joined(purpose, value), "sha256")


def document_fingerprint(document_type: str, number: str) -> bytes:
    """Return the fingerprint of a document in any of its spellings, or raise InvalidDocument."""
    return fingerprint(f"document:{document_type}", normalise_document(document_type, number))


def phone_fingerprint(number: str) -> bytes:
    """Return the fingerprint of a phone in any of its spellings, or raise InvalidPhone."""
    return fingerprint("phone", normalise_phone(number))


def seal(column: str, plaintext: str, *, context: str) -> bytes:
    """Return the plaintext encrypted for one place: a column and one row's `context`.

    AES-256-GCM under the first sealing key. The place is authenticated, so that a sealed
    value copied to another column or row does not open there; `context` is a value of the
    row that never changes. Layout: length of the key id, key id, nonce, ciphertext and tag.
    """
    key_id, encoded = next(iter(settings.HEALTHCODE_SEALING_KEYS.items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(encoded).encrypt(nonce, plaintext.encode(), _joined(column, context))
    label: bytes = key_id.encode("ascii")
    return bytes((len(label),)) + label + nonce + sealed


def open_sealed(column: str, sealed: bytes | memoryview, *, context: str) -> str:
    """Return the plaintext of what `seal` made for this very place, or raise SealBroken."""
    sealed = bytes(sealed)  # the database driver may hand over a memoryview
    start = 1 + int.from_bytes(sealed[:1], "big")
    label, body = sealed[1:start], sealed[start:]
    encoded = settings.HEALTHCODE_SEALING_KEYS.get(label.decode("ascii", "replace"))
    if encoded is None:
        raise SealBroken(fault="unknown_key")
    nonce, ciphertext = body[:NONCE_BYTES], body[NONCE_BYTES:]
    try:
        return _cipher(encoded).decrypt(nonce, ciphertext, _joined(column, context)).decode()
    except (InvalidTag, ValueError):
        raise SealBroken(fault="changed_or_moved") from None


def _joined(place: str, value: str) -> bytes:
    # Places are constants without a NUL, so no two pairs give the same bytes.
    return f"{place}\0{value}".encode()


@lru_cache(maxsize=16)
def _cipher(encoded: str) -> AESGCM:
    return AESGCM(_key(encoded))


@lru_cache(maxsize=16)
def _key(encoded: str) -> bytes:
    try:
        key = b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"A key is {KEY_BYTES} bytes in base64.")
    return key


# --- masks -------------------------------------------------------------------------------


def mask(full_name: str) -> str:
    """Return what a gate may show of a name, at most 15 bytes and never the whole of it.

    Han: the first character, one * for each in the middle but at most two, the last
    (欧阳娜娜 becomes 欧**娜); of two the first and *. Others: the first letter of the first
    and of the last word, each with ***. Without any letter: *.
    """
    words = ["".join(filter(_is_letter, word)) for word in normalize("NFC", full_name).split()]
    letters = "".join(words)
    if not letters:
        return "*"
    if all(unicode_name(letter, "").startswith("CJK ") for letter in letters):
        middle = max(1, min(2, len(letters) - 2))
        return letters[0] + "*" * middle + letters[-1] * (len(letters) > 2)
    initials = [word[0] for word in words if word]
    ends = initials if len(initials) == 1 else [initials[0], initials[-1]]
    return " ".join(f"{initial}***" for initial in ends)


def mask_document(number: str) -> str:
    """Return a document number with all but its first and last character hidden."""
    if len(number) < 3:
        return "*" * len(number)
    return number[0] + "*" * (len(number) - 2) + number[-1]


def _is_letter(character: str) -> bool:
    return category(character)[0] == "L"
