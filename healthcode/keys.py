"""The keys that sign passes: files outside the database, and the door through which they sign.

A key is two files named by its kid: `<kid>.pem`, the private key, which only its owner may
read, and `<kid>.json`, the public facts. A key whose private half is gone verifies still.
"""

import json
import os
import secrets
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.errors import DomainError
from healthcode import passes
from healthcode.passes import Claims, Key, KeyList, Kind

DAY = 86_400
SIGNING_DAYS = 90
ROUNDING = 600
"""Bound passes start on full ten minutes; a key that started between them would refuse some."""
STATE_LIFE = DAY


class NoActiveKey(DomainError):
    """No key may sign this kind of pass at this time."""

    code = "no_active_key"
    message = "No active signing key: run `manage.py keys new`."


class KeyFileUnsafe(DomainError):
    """A private key can be read by others, or does not belong to its public half."""

    code = "key_file_unsafe"
    message = "A signing key's file must be readable by its owner only, and match its kid."


class ClaimsRefused(DomainError):
    """The claims are not what this key may sign now."""

    code = "claims_refused"
    message = "The key may not sign these claims."


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key with its office, and its signing function unless the private half is gone."""

    public: Key
    sign: passes.Signer | None
    killed: bool = False

    def active(self, kind: Kind, now: int) -> bool:
        """Whether this key signs passes of the kind at this time."""
        office = self.public
        in_time = office.sign_from <= now < office.sign_until
        return in_time and kind in office.kinds and self.sign is not None and not self.killed


@dataclass(frozen=True, slots=True)
class Ring:
    """All the keys of one directory."""

    keys: tuple[SigningKey, ...]

    def active(self, kind: Kind, now: int) -> SigningKey:
        """Return the key that signs this kind now, the newest of several, or raise NoActiveKey."""
        able = [key for key in self.keys if key.active(kind, now)]
        if not able:
            raise NoActiveKey(kind=kind.value)
        return max(able, key=lambda key: (key.public.sign_from, key.public.kid))

    def public_list(self) -> KeyList:
        """Return what a verifier needs."""
        killed = frozenset(key.public.kid for key in self.keys if key.killed)
        return KeyList(tuple(key.public for key in self.keys), killed)


# --- the doors ---------------------------------------------------------------------------


def active_key(kind: Kind, now: int) -> SigningKey:
    """Return the key that signs this kind at `now` (unix seconds), or raise NoActiveKey."""
    return load_ring(settings.HEALTHCODE_KEYS_DIR).active(kind, now)


def public_list() -> KeyList:
    """Return the keys this server believes: its own."""
    return load_ring(settings.HEALTHCODE_KEYS_DIR).public_list()


def sign(claims: Claims, *, now: int) -> bytes:
    """Return the signed pass, its `iss` filled in from the active key of its kind.

    Raises NoActiveKey, or ClaimsRefused where a verifier would not accept the pass, where it
    would start in the future, have ended, or outlive the key.
    """
    key = active_key(claims.kind, now)
    claims = replace(claims, iss=key.public.iss)
    in_time = claims.iat <= now < claims.exp <= key.public.verify_until
    if not in_time or key.sign is None or not passes.signable(claims, key.public):
        raise ClaimsRefused(kind=claims.kind.value)
    return passes.build_pass(claims, kid=key.public.kid, sign=key.sign)


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


# --- the files ---------------------------------------------------------------------------


def new_key(
    directory: Path | str,
    *,
    kinds: Iterable[Kind],
    iss: str,
    sign_from: int,
    signing_days: int = SIGNING_DAYS,
) -> Key:
    """Make a key that signs these kinds from `sign_from` (rounded down to ten minutes).

    It verifies for the longest life of its passes after it stopped signing. Gates must have
    fetched it before it signs: `sign_from` a day ahead, but for a city's first key. Raises
    ValueError for an `iss` that a pass cannot carry.
    """
    office, start = frozenset(kinds), sign_from - sign_from % ROUNDING
    until = start + signing_days * DAY
    private = ec.generate_private_key(ec.SECP256R1())
    longest = max(passes.MAX_LIFE.get(kind, STATE_LIFE) for kind in office)
    key = Key(
        kid=secrets.token_bytes(4),
        public=private.public_key(),
        iss=iss,
        kinds=office,
        sign_from=start,
        sign_until=until,
        verify_until=until + longest,
    )
    _store(Path(directory), key, private)
    return key


def load_ring(directory: Path | str) -> Ring:
    """Return the keys of a directory, read again only when a file in it changed.

    Raises KeyFileUnsafe for a private key that anyone but its owner can read.
    """
    try:
        files = [(entry.path, entry.stat()) for entry in os.scandir(directory)]
    except FileNotFoundError:
        return Ring(())
    seen = sorted((path, stat.st_mtime_ns, stat.st_ctime_ns) for path, stat in files)
    return _load(str(directory), tuple(seen))


@lru_cache(maxsize=4)
def _load(directory: str, _: tuple[tuple[str, int, int], ...]) -> Ring:
    return Ring(tuple(_load_key(facts) for facts in sorted(Path(directory).glob("*.json"))))


def _load_key(facts_file: Path) -> SigningKey:
    facts = json.loads(facts_file.read_text())
    key = Key(
        kid=bytes.fromhex(facts["kid"]),
        alg=facts["alg"],
        public=passes.from_point(bytes.fromhex(facts["point"])),
        iss=facts["iss"],
        kinds=frozenset(map(Kind, facts["kinds"])),
        sign_from=facts["sign_from"],
        sign_until=facts["sign_until"],
        verify_until=facts["verify_until"],
    )
    private_file = facts_file.with_suffix(".pem")
    sign_with = _load_private(private_file, key) if private_file.exists() else None
    return SigningKey(key, sign_with, killed=facts["killed"])


def _load_private(file: Path, key: Key) -> passes.Signer:
    with file.open("rb") as opened:
        if os.fstat(opened.fileno()).st_mode & 0o077:
            raise KeyFileUnsafe(kid=key.kid.hex())
        private = serialization.load_pem_private_key(opened.read(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != key.public:
        raise KeyFileUnsafe(kid=key.kid.hex())
    return passes.signer(private)


def _store(directory: Path, key: Key, private: ec.EllipticCurvePrivateKey) -> None:
    """Write the private key first: it is found by its facts, so half a key is none."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    base = directory / key.kid.hex()
    _write_new(base.with_suffix(".pem"), pem, 0o600)
    _write_new(base.with_suffix(".json"), json.dumps(_facts(key), indent=2).encode(), 0o644)


def _write_new(file: Path, content: bytes, mode: int) -> None:
    part = file.with_name(file.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
    part.rename(file)  # nobody reads half a file


def _facts(key: Key) -> dict[str, Any]:
    return {
        "kid": key.kid.hex(),
        "alg": key.alg,
        "point": passes.point(key.public).hex(),
        "iss": key.iss,
        "kinds": sorted(key.kinds),
        "sign_from": key.sign_from,
        "sign_until": key.sign_until,
        "verify_until": key.verify_until,
        "killed": False,
    }
