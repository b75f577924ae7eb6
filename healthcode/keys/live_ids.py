"""The ids of live passes: one block each, so that issuing one writes nothing."""

import secrets
from base64 import b64decode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def seal_live_id(citizen_id: int) -> bytes:
    """Return a fresh 16-byte id for a live pass of this citizen, random to all but this server.

    One block of AES-128: so issuing a live pass writes nothing, and a scan finds its holder.
    """
    block = citizen_id.to_bytes(8, "big") + secrets.token_bytes(8)
    encryptor = _live_id_cipher().encryptor()
    return encryptor.update(block) + encryptor.finalize()


def open_live_id(pass_id: bytes) -> int:
    """Return the citizen of a live pass whose signature verified; any other id opens to noise."""
    decryptor = _live_id_cipher().decryptor()
    return int.from_bytes((decryptor.update(pass_id) + decryptor.finalize())[:8], "big")


def _live_id_cipher() -> Cipher[modes.ECB]:
    key = b64decode(settings.HEALTHCODE_LIVE_ID_KEY)
    if len(key) != 16:
        raise ImproperlyConfigured("HEALTHCODE_LIVE_ID_KEY is 16 bytes in base64.")
    # A single block that is half random: a mode for many blocks would only make it longer.
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
