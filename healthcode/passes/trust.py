"""Whom a gate believes: the issuers' public keys and what each may sign."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from healthcode.colours import Reason
from healthcode.passes.claims import Claims, Kind
from healthcode.passes.es256 import ES256, verifies
from healthcode.passes.layers import KID_BYTES
from healthcode.passes.refused import need


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and its office.

    It signs as `iss` the `kinds` given, with iat in [sign_from, sign_until), and counts as
    absent from `verify_until` on; times are unix seconds. `kid` is 4 random bytes. The only
    `alg` so far is ES256: a key of another is not made, so its passes are of an unknown
    issuer.
    """

    kid: bytes
    public: EllipticCurvePublicKey = field(repr=False, hash=False)
    iss: str
    kinds: frozenset[Kind]
    sign_from: int
    sign_until: int
    verify_until: int
    alg: int = ES256

    def __post_init__(self) -> None:
        """Raise ValueError for what no key of this format can be."""
        if len(self.kid) != KID_BYTES or self.alg != ES256:
            raise ValueError("a kid is 4 bytes, and ES256 (-7) the only alg")
        if not isinstance(self.public.curve, SECP256R1):
            raise ValueError("ES256 is on P-256")
        if not (self.iss.isascii() and 2 <= len(self.iss) <= 6):
            raise ValueError("an issuer is named by 2 to 6 ASCII characters")

    def signed(self, message: bytes, signature: bytes, alg: int) -> bool:
        """Whether this key signed the message. A header that names another alg lies."""
        return alg == self.alg and verifies(self.public, message, signature)

    def may_sign(self, claims: Claims) -> bool:
        """Whether the claims lie within the key's office."""
        return (
            claims.kind in self.kinds
            and claims.iss == self.iss
            and self.sign_from <= claims.iat < self.sign_until
        )


@dataclass(frozen=True, slots=True)
class KeyList:
    """The keys a gate holds, and the kids that were killed, which stay killed for ever."""

    keys: tuple[Key, ...]
    killed: frozenset[bytes] = frozenset()

    def trusted(self, kid: bytes, now: int) -> Key:
        """Return the key; refuses with UNKNOWN_ISSUER or KEY_KILLED.

        A kid that two keys share names neither.
        """
        found = [key for key in self.keys if key.kid == kid]
        need(len(found) == 1 and now < found[0].verify_until, Reason.UNKNOWN_ISSUER)
        need(kid not in self.killed, Reason.KEY_KILLED)
        return found[0]
