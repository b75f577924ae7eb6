"""The layers of a code: a pass, and the presentation that may lie around it.

Both are COSE_Sign1 (RFC 9052, section 4.2) under tag 18.
"""

from functools import lru_cache
from typing import NamedTuple

from healthcode.colours import Reason
from healthcode.passes.cbor import Item, Malformed, Sign1, read, write
from healthcode.passes.claims import Claims, claims_map
from healthcode.passes.es256 import ES256, SIGNATURE_BYTES, Signer
from healthcode.passes.refused import Refused

ALG, KID = 1, 4
KID_BYTES = 4
PRESENTATION_AAD = b"HCP1P"

_CONTEXT = b"\x84" + write("Signature1")
_PRESENTATION_HEADER = {ALG: ES256}


class Layer(NamedTuple):
    """One COSE_Sign1: its protected header, as bytes and read, its payload and signature."""

    protected: bytes
    header: dict[int | str, Item]
    payload: bytes
    signature: bytes

    def signed(self, external_aad: bytes = b"") -> bytes:
        """Return the bytes that the signature is over (Sig_structure)."""
        return _to_be_signed(self.protected, self.payload, external_aad)


class Code(NamedTuple):
    """A code whose structure is sound and of which nothing is believed yet.

    `shown` is the presentation's layer and `shown_at` its time; both are None for a pass
    that comes bare.
    """

    issued: Layer
    alg: int
    kid: bytes
    claims: dict[int | str, Item]
    shown: Layer | None = None
    shown_at: int | None = None


def build_pass(claims: Claims, *, kid: bytes, sign: Signer) -> bytes:
    """Return a pass signed by the issuer's key `kid`."""
    header: dict[int | str, Item] = {ALG: ES256, KID: kid}
    return sealed(header, write(claims_map(claims)), b"", sign)


def build_presentation(issued: bytes, *, shown_at: int, sign: Signer) -> bytes:
    """Return a presentation of a bound pass, signed by its holder's key at `shown_at`."""
    header: dict[int | str, Item] = {ALG: ES256}
    return sealed(header, write([shown_at, issued]), PRESENTATION_AAD, sign)


def sealed(
    header: dict[int | str, Item], payload: bytes, external_aad: bytes, sign: Signer
) -> bytes:
    """Return a COSE_Sign1 with this protected header, over this payload and external data."""
    protected = write(header)
    signature = sign(_to_be_signed(protected, payload, external_aad))
    return write(Sign1([protected, {}, payload, signature]))


def _to_be_signed(protected: bytes, payload: bytes, external_aad: bytes) -> bytes:
    """`["Signature1", protected, external_aad, payload]` in canonical CBOR."""
    return _CONTEXT + write(protected) + write(external_aad) + write(payload)


def read_code(data: bytes) -> Code:
    """Return the layers of a pass or presentation; refuses with UNREADABLE."""
    try:
        outer = read_layer(data)
        if outer.header == _PRESENTATION_HEADER:
            return _read_presentation(outer)
        return _read_pass(outer)
    except Malformed:
        raise Refused(Reason.UNREADABLE) from None


def _read_presentation(shown: Layer) -> Code:
    match read(shown.payload):
        case [int() as shown_at, bytes() as issued] if shown_at >= 0:
            return _read_pass(read_layer(issued), shown, shown_at)
    raise Malformed("not a time and a pass")


def _read_pass(issued: Layer, shown: Layer | None = None, shown_at: int | None = None) -> Code:
    claims, header = read_map(issued.payload), issued.header
    alg, kid = header.get(ALG), header.get(KID)
    if len(header) != 2 or not isinstance(alg, int) or not isinstance(kid, bytes):
        raise Malformed("not the header of a pass")
    if len(kid) != KID_BYTES:
        raise Malformed("not a kid")
    return Code(issued, alg, kid, claims, shown, shown_at)


def read_layer(data: bytes) -> Layer:
    """Return the parts of one tagged COSE_Sign1; raises Malformed."""
    tagged = read(data)
    if not isinstance(tagged, Sign1) or not isinstance(tagged.item, list):
        raise Malformed("not a tagged array")
    if len(tagged.item) != 4 or tagged.item[1] != {}:
        raise Malformed("not four parts, or an unprotected header")
    protected, _, payload, seal = tagged.item
    if not (isinstance(protected, bytes) and isinstance(payload, bytes)):
        raise Malformed("a header or a payload that is no byte string")
    if not isinstance(seal, bytes) or len(seal) != SIGNATURE_BYTES:
        raise Malformed("not the 64 bytes of a signature")
    return Layer(protected, _read_header(protected), payload, seal)


@lru_cache(maxsize=256)
def _read_header(protected: bytes) -> dict[int | str, Item]:
    """Return a protected header; all codes of one key share it, so it is read once."""
    return read_map(protected)


def read_map(data: bytes) -> dict[int | str, Item]:
    """Return the map that `data` is; raises Malformed."""
    item = read(data)
    if not isinstance(item, dict):
        raise Malformed("not a map")
    return item
