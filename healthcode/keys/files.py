"""The key files, outside the database.

A key is two files named by its kid: `<kid>.pem`, the private key, which only its owner may
read, and `<kid>.json`, the public facts. A key whose private half is gone verifies still.
Beside them `keys.cose`, the list of the public facts that the root has signed.
"""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from healthcode import passes
from healthcode.keys.errors import KeyFileUnsafe
from healthcode.keys.published import Published, published
from healthcode.keys.ring import Ring, SigningKey
from healthcode.passes import Key, Kind

DAY = 86_400
SIGNING_DAYS = 90
ROUNDING = 600
"""Bound passes start on full ten minutes; a key that started between them would refuse some."""
STATE_LIFE = DAY


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


def load_listed(directory: Path | str) -> Ring:
    """Return the keys that the root has listed, each with the office that the list gives it.

    Only these sign and are believed here, as at every gate. Before there is a list, all keys.
    """
    listed = published(directory)
    return _listed(load_ring(directory), listed) if listed else load_ring(directory)


@lru_cache(maxsize=4)
def _listed(ring: Ring, listed: Published) -> Ring:
    own = {key.public.kid: key for key in ring.keys}
    return Ring(tuple(_in_office(key, own.get(key.kid)) for key in listed.signed.keys))


def _in_office(office: Key, own: SigningKey | None) -> SigningKey:
    return SigningKey(office, None) if own is None else replace(own, public=office)


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
    activated_at = facts.get("activated_at", 0)
    return SigningKey(key, sign_with, killed=facts["killed"], activated_at=activated_at)


def _load_private(file: Path, key: Key) -> passes.Signer | None:
    """The key's signing function; None where another user keeps the private half."""
    try:
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_mode & 0o077:
                raise KeyFileUnsafe(kid=key.kid.hex())
            private = serialization.load_pem_private_key(opened.read(), password=None)
    except PermissionError:
        return None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != key.public:
        raise KeyFileUnsafe(kid=key.kid.hex())
    return passes.signer(private)


def _store(directory: Path, key: Key, private: ec.EllipticCurvePrivateKey) -> None:
    """Write the private key first: it is found by its facts, so half a key is none."""
    # Others read the public facts: the web server does, where a signer has the keys.
    if not directory.exists():
        directory.mkdir(parents=True)
        directory.chmod(0o755)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    base = directory / key.kid.hex()
    write_whole(base.with_suffix(".pem"), pem, 0o600)
    write_whole(base.with_suffix(".json"), json.dumps(_facts(key), indent=2).encode(), 0o644)


def change_facts(directory: Path | str, kid: bytes, **changes: int | bool) -> None:
    """Change the public facts of a key that is there."""
    file = Path(directory) / f"{kid.hex()}.json"
    facts = json.loads(file.read_text()) | changes
    write_whole(file, json.dumps(facts, indent=2).encode(), 0o644)


def write_whole(file: Path, content: bytes, mode: int) -> None:
    """Write a file of this mode so that nobody reads half of it."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as opened:
        os.fchmod(descriptor, mode)  # whatever the umask is
        opened.write(content)
    part.rename(file)


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
