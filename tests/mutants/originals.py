"""Codes that are in order, of all kinds and colours: what mutants are made of."""

from dataclasses import dataclass

from tests.vectors import craft
from tests.vectors.craft import HOLDER, HOUR, NOW, SIGNERS, STRANGER, dumps, join, pairs

HOLDERS = {craft.cose_key(key)[-2]: key for key in (HOLDER, STRANGER)}


@dataclass(frozen=True)
class Parts:
    """A code taken apart; `at` and what follows are None for a pass that comes bare."""

    by: str
    claims: dict
    header: bytes
    payload: bytes
    signature: bytes
    at: int | None = None
    shown_header: bytes = b""
    shown_payload: bytes = b""
    shown_signature: bytes = b""

    @property
    def kid(self) -> bytes:
        """The kid of the key that signed the pass."""
        return craft.KIDS[self.by]

    @property
    def issued(self) -> bytes:
        """The pass."""
        return sealed(self.header, self.payload, self.signature)

    @property
    def data(self) -> bytes:
        """The whole code."""
        if self.at is None:
            return self.issued
        return sealed(self.shown_header, self.shown_payload, self.shown_signature)


def sealed(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """A COSE_Sign1 of three parts, right or wrong."""
    return craft.sign1(protected, payload, None, signature=signature)


def signed(by: str, protected: bytes, payload: bytes) -> bytes:
    """The issuer's signature over these bytes."""
    return craft.raw(SIGNERS[by], craft.sig_structure(protected, payload))


def shown(claims: dict, protected: bytes, payload: bytes) -> bytes:
    """The signature of the holder whom these claims name, over a presentation."""
    return craft.raw(holder_of(claims), craft.sig_structure(protected, payload, craft.HOLDER_AAD))


def holder_of(claims: dict):
    """The private key to the cnf of these claims; where there is none, anybody's."""
    match claims.get(8):
        case {1: {-2: bytes() as x}}:
            return HOLDERS.get(x, HOLDER)
    return HOLDER


def taken_apart(claims: dict, by: str = "issuer", at: int | None = None) -> Parts:
    """A pass of these claims, or a presentation of it at `at`."""
    header, payload = craft.header(craft.KIDS[by]), join(pairs(claims))
    signature = signed(by, header, payload)
    if at is None:
        return Parts(by, claims, header, payload, signature)
    outer, inner = dumps({1: -7}), dumps([at, sealed(header, payload, signature)])
    return Parts(
        by, claims, header, payload, signature, at, outer, inner, shown(claims, outer, inner)
    )


def _all() -> list[Parts]:
    of_stranger = {1: craft.cose_key(STRANGER)}
    return [
        *(taken_apart(craft.live(colour, number=10 + colour)) for colour in range(4)),
        taken_apart(craft.live(1, name="Ä*** O***", hour=0, iat=NOW, exp=NOW + 90)),
        taken_apart(craft.live(1, number=20), "killed"),
        taken_apart(craft.live(1, number=21, iat=NOW), "next"),
        *(taken_apart(craft.bound(c, number=30 + c, slot=c * 2**20), at=NOW - 5) for c in range(4)),
        taken_apart(craft.bound(1, number=30), at=NOW - 6),
        taken_apart(craft.bound(1, number=40, c8=of_stranger), at=NOW),
        taken_apart(craft.bound(3, number=41, c8=of_stranger), at=NOW - 60),
        taken_apart(craft.bound(1, number=42, name="欧" * 6 + "**", exp=NOW + 12 * HOUR)),
        taken_apart(craft.paper(), "paper"),
        taken_apart(craft.specimen(), "specimen"),
    ]


ORIGINALS = _all()
SIGNED = {(parts.kid, parts.payload) for parts in ORIGINALS}
SHOWN = {(parts.kid, parts.payload, parts.shown_payload) for parts in ORIGINALS}
