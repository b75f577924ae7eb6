"""What is done to keys: the root's deeds (new, publish, retire, rotate) and the urgent ones.

The root's file is offline: it is named when one of its deeds is done, and nowhere else.
`activate` and `kill` need no root. They can only choose among keys that it listed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from healthcode import passes
from healthcode.keys.errors import CeremonyRefused
from healthcode.keys.files import (
    DAY,
    ROUNDING,
    SIGNING_DAYS,
    change_facts,
    load_ring,
    new_key,
    write_whole,
)
from healthcode.keys.published import LIST_FILE, published
from healthcode.keys.ring import SigningKey
from healthcode.passes import Key, Kind

HOUR = 3600
PUBLISHED_BEFORE = 24 * HOUR
"""Seconds for which gates can know a key before it signs."""
SUCCESSOR_BEFORE = 14 * DAY
"""Seconds before a key's end at which its successor is made."""
OFFICES = (
    frozenset({Kind.BOUND, Kind.LIVE}),
    frozenset({Kind.PAPER}),
    frozenset({Kind.SPECIMEN}),
    frozenset({Kind.STATE}),
)
"""Who signs together: a leaked key of one office cannot sign for another."""


@dataclass(frozen=True, slots=True)
class Root:
    """The root's private key, loaded for one deed."""

    private: ec.EllipticCurvePrivateKey

    @property
    def pin(self) -> bytes:
        """What gates are told of it."""
        return passes.pin_of(self.private.public_key())


def new_root(file: Path, *, passphrase: bytes | None = None) -> Root:
    """Make the root's file, which must not exist; encrypted where a passphrase is given."""
    if file.exists():
        raise CeremonyRefused("There is a root in this file.", file=file.name)
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption(),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, pem, 0o600)
    return Root(private)


def load_root(file: Path, *, passphrase: bytes | None = None) -> Root:
    """Return the root of a file; raises CeremonyRefused for anything else."""
    try:
        private = serialization.load_pem_private_key(file.read_bytes(), password=passphrase)
    except (OSError, ValueError, TypeError):
        raise CeremonyRefused("The root's file cannot be read.", file=file.name) from None
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise CeremonyRefused("The root's file holds another kind of key.", file=file.name)
    return Root(private)


def publish(directory: Path, *, root: Root, now: int) -> passes.SignedKeys:
    """Sign the list of all keys that verify still, with the next version.

    A key that gates cannot have known for a day yet is listed to sign that much later, unless
    nothing else signs its kinds: at first, and after a kill. The version is the present second,
    so that it goes up even where the last list was lost. Raises CeremonyRefused where a list of
    another root is published.
    """
    last = published(directory)
    if last is not None and last.pin != root.pin:
        raise CeremonyRefused("The published list is another root's.")
    version = max(now, last.signed.version + 1 if last else 1)
    killed = load_ring(directory).killed
    before = tuple(key for key in (last.signed.keys if last else ()) if key.kid not in killed)
    known = [key.public for key in load_ring(directory).keys if now < key.public.verify_until]
    keys = tuple(_known_in_time(key, before, now) for key in known)
    signed = passes.SignedKeys(version, now, now + passes.KEYS_LIFE, keys)
    public, sign = root.private.public_key(), passes.signer(root.private)
    data = passes.build_key_list(signed, root=public, sign=sign)
    write_whole(directory / LIST_FILE, data, 0o644)
    return signed


def _known_in_time(key: Key, before: tuple[Key, ...], now: int) -> Key:
    """The key as it is listed: not to sign before gates can know it, where another signs."""
    earliest = now + PUBLISHED_BEFORE
    if key.kid in {other.kid for other in before} or key.sign_from >= earliest - ROUNDING:
        return key
    if not all(_in_office(kind, before, now) for kind in key.kinds):
        return key
    return replace(key, sign_from=earliest - earliest % ROUNDING)


def _in_office(kind: Kind, keys: Iterable[Key], now: int) -> bool:
    return any(kind in key.kinds and key.sign_from <= now < key.sign_until for key in keys)


def add_key(
    directory: Path,
    *,
    kinds: Iterable[Kind],
    iss: str,
    root: Root | None,
    now: int,
    in_hours: int = 24,
    days: int = SIGNING_DAYS,
) -> Key:
    """Make a key, and publish it where the root is at hand; else it waits to be listed.

    It signs `in_hours` from now, a day ahead at least.

    Only where no published key signs these kinds may it sign sooner: nobody's gate would
    refuse less without it. Raises CeremonyRefused, or ValueError for an impossible `iss`.
    """
    office = frozenset(kinds)
    if in_hours * HOUR < PUBLISHED_BEFORE and _signs_now(directory, office, now):
        raise CeremonyRefused("A key is published 24 hours before it signs.", in_hours=in_hours)
    start = now + in_hours * HOUR
    key = new_key(directory, kinds=office, iss=iss, sign_from=start, signing_days=days)
    if root is not None:
        publish(directory, root=root, now=now)
    return key


def retire(directory: Path, kid: bytes, *, root: Root, now: int) -> None:
    """End a key's signing now; what it signed stays good. Raises CeremonyRefused.

    Not without another key that signs the same kinds: there would be no codes.
    """
    key = _known(directory, kid)
    others = [other for other in load_ring(directory).keys if other.public.kid != kid]
    for kind in key.public.kinds if key.public.sign_from <= now else ():
        if not any(other.active(kind, now) for other in others):
            raise CeremonyRefused("No other key signs these kinds.", kind=kind.value)
    longest = key.public.verify_until - key.public.sign_until
    until = max(key.public.sign_from, now)
    if until < key.public.sign_until:
        change_facts(directory, kid, sign_until=until, verify_until=until + longest)
    publish(directory, root=root, now=now)


def activate(directory: Path, kid: bytes, *, now: int) -> None:
    """Make a published key in its signing period the one that signs its kinds.

    So a key can take over before the older ends, or the older again after a fault. Raises
    CeremonyRefused.
    """
    key, last = _known(directory, kid), published(directory)
    if last is None or kid not in {listed.kid for listed in last.signed.keys}:
        raise CeremonyRefused("The key is not in the published list.", kid=kid.hex())
    if not any(key.active(kind, now) for kind in key.public.kinds):
        raise CeremonyRefused("The key may not sign now.", kid=kid.hex())
    change_facts(directory, kid, activated_at=now)


def kill(directory: Path, kid: bytes) -> None:
    """Make every gate refuse whatever the key signed, as soon as it hears of it; for ever."""
    _known(directory, kid)
    change_facts(directory, kid, killed=True)


def rotate(directory: Path, *, iss: str, root: Root | None, now: int) -> list[Key]:
    """Make the first key of each office, and the successor of each that ends in 14 days.

    A successor signs a day before the older ends, so there is always one. Returns the new
    keys. The list is signed afresh where the root is at hand; else `publish` does it later.
    """
    made = [
        new_key(directory, kinds=office, iss=iss, sign_from=start)
        for office in OFFICES
        if (start := _start_of_next(directory, office, now)) is not None
    ]
    if root is not None:
        publish(directory, root=root, now=now)
    return made


def _start_of_next(directory: Path, office: frozenset[Kind], now: int) -> int | None:
    """When a key of this office is to begin that has to be made now; None: nothing to do.

    Where its private half is does not matter: this may be the root's machine.
    """
    keys = load_ring(directory).keys
    able = [key.public for key in keys if key.public.kinds >= office and not key.killed]
    if not any(now < key.sign_until for key in able):
        return now
    until = max(key.sign_until for key in able)
    if until - now > SUCCESSOR_BEFORE:
        return None
    return max(now + PUBLISHED_BEFORE, until - PUBLISHED_BEFORE)


def _signs_now(directory: Path, office: frozenset[Kind], now: int) -> bool:
    ring = load_ring(directory)
    return any(key.active(kind, now) for key in ring.keys for kind in office)


def _known(directory: Path, kid: bytes) -> SigningKey:
    key = load_ring(directory).by_kid(kid)
    if key is None:
        raise CeremonyRefused("There is no such key.", kid=kid.hex())
    return key
