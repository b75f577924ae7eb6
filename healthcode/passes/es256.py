"""ES256 (RFC 9053, section 2.1): ECDSA with SHA-256 on P-256, signatures as r then s."""

from collections.abc import Callable
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

ES256 = -7
SIGNATURE_BYTES = 64

Signer: TypeAlias = Callable[[bytes], bytes]
"""Takes the bytes to be signed and returns the 64 bytes of the signature."""

_ECDSA = ec.ECDSA(SHA256())


def signer(private: ec.EllipticCurvePrivateKey) -> Signer:
    """Return the signing function of a private P-256 key."""

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, _ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def verifies(public: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    """Whether the 64 bytes are this key's signature of the message."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        public.verify(encode_dss_signature(r, s), message, _ECDSA)
    except InvalidSignature:
        return False
    return True


def point(public: ec.EllipticCurvePublicKey) -> bytes:
    """Return the compressed point of a key: 33 bytes, 02 or 03 and x."""
    numbers = public.public_numbers()
    return bytes((2 + numbers.y % 2,)) + numbers.x.to_bytes(32, "big")


def from_point(compressed: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key of a compressed point; raises ValueError for one not on the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), compressed)
