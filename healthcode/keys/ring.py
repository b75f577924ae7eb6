"""The keys of one directory, and which of them signs."""

from dataclasses import dataclass

from healthcode import passes
from healthcode.keys.errors import NoActiveKey
from healthcode.passes import Key, KeyList, Kind


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key with its office, and its signing function unless the private half is gone.

    `activated_at` (unix seconds) is when it was made the one to sign before its turn, or after.
    """

    public: Key
    sign: passes.Signer | None
    killed: bool = False
    activated_at: int = 0

    def active(self, kind: Kind, now: int) -> bool:
        """Whether this key signs passes of the kind at this time."""
        office = self.public
        in_time = office.sign_from <= now < office.sign_until
        return in_time and kind in office.kinds and self.sign is not None and not self.killed

    def turn(self) -> tuple[int, bytes]:
        """When this key began to be the one that signs; kids decide between equals."""
        return max(self.activated_at, self.public.sign_from), self.public.kid


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """All the keys of one directory; two rings are equal only if they are the same object."""

    keys: tuple[SigningKey, ...]

    def active(self, kind: Kind, now: int) -> SigningKey:
        """Return the key that signs this kind now, or raise NoActiveKey.

        Of several it is the one whose turn came last: by its office, or by being activated.
        """
        able = [key for key in self.keys if key.active(kind, now)]
        if not able:
            raise NoActiveKey(kind=kind.value)
        return max(able, key=SigningKey.turn)

    def public_list(self) -> KeyList:
        """Return what a verifier needs."""
        return KeyList(tuple(key.public for key in self.keys), self.killed)

    @property
    def killed(self) -> frozenset[bytes]:
        """The kids of the keys that were killed."""
        return frozenset(key.public.kid for key in self.keys if key.killed)

    def by_kid(self, kid: bytes) -> SigningKey | None:
        """Return the key of a kid, if there is one."""
        return next((key for key in self.keys if key.public.kid == kid), None)
