"""What a gate without network goes by: the lists it took, and that none goes back on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from healthcode.passes.claims import DAY, Claims
from healthcode.passes.key_list import SignedKeys, read_key_list
from healthcode.passes.state import State, read_state
from healthcode.passes.trust import KeyList
from healthcode.passes.verify import Gate, Listing
from healthcode.passes.withdrawn import SLOTS, WithdrawnList, read_withdrawn

FRESH = DAY
"""Seconds after which a state or a list of withdrawn passes is stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The pin of the root, the newest lists taken, and every kid that was ever killed.

    The `take_…` methods return what is held afterwards; they raise ListRefused, and then
    nothing has changed. `now` is in unix seconds.
    """

    pin: bytes
    keys: SignedKeys | None = None
    state: State | None = None
    killed: frozenset[bytes] = frozenset()
    lists: Mapping[int, WithdrawnList] = field(default_factory=dict)

    def take_keys(self, data: bytes, now: int) -> "Held":
        """Take a list of keys signed by the root."""
        return replace(self, keys=read_key_list(data, pin=self.pin, held=self.keys, now=now))

    def take_state(self, data: bytes, now: int) -> "Held":
        """Take a state; the kids it kills stay killed whatever later states say."""
        state = read_state(data, keys=self._keys(), killed=self.killed, held=self.state, now=now)
        return replace(self, state=state, killed=self.killed | state.killed)

    def take_withdrawn(self, data: bytes, number: int, now: int) -> "Held":
        """Take the list of withdrawn passes of this number."""
        held = self.lists.get(number)
        made = read_withdrawn(
            data, number, keys=self._keys(), killed=self.killed, held=held, now=now
        )
        return replace(self, lists={**self.lists, number: made})

    @property
    def key_list(self) -> KeyList:
        """The keys that the verifier is to believe."""
        return KeyList(self._keys().keys, self.killed)

    def gate(self, now: int, *, clock_sure: bool = True, online: bool = False) -> Gate:
        """Return what the verifier's own side knows of itself at `now`."""
        return Gate(
            clock_sure=clock_sure,
            keys_fresh=self.keys_are_fresh(now),
            online=online,
            withdrawn=lambda claims: self._listing(claims, now),
        )

    def keys_are_fresh(self, now: int) -> bool:
        """Whether the newest state is a day old at most and speaks of the list held."""
        if self.keys is None or self.state is None:
            return False
        recent = now - self.state.iat <= FRESH
        return recent and now < self.keys.exp and self.state.version <= self.keys.version

    def _listing(self, claims: Claims, now: int) -> Listing:
        number, index = divmod(claims.slot or 0, SLOTS)
        made = self.lists.get(number)
        if made is None or now - made.iat > FRESH or now >= made.exp:
            return Listing.STALE
        withdrawn = made.has(index)
        if withdrawn is None:
            return Listing.STALE
        return Listing.WITHDRAWN if withdrawn else Listing.VALID

    def _keys(self) -> SignedKeys:
        return self.keys or SignedKeys(0, 0, 0, ())
