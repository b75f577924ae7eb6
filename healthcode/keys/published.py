"""The key list as it was published, and the same keys as a plain JWK set for strangers."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from healthcode import passes
from healthcode.keys.errors import NothingPublished
from healthcode.passes import Key

LIST_FILE = "keys.cose"


class Published(NamedTuple):
    """The list's bytes, what they say, and the pin of the root that signed them."""

    data: bytes
    signed: passes.SignedKeys
    pin: bytes


def published(directory: Path | str) -> Published | None:
    """Return the published list, read again only when its file changed; None: none yet."""
    file = Path(directory) / LIST_FILE
    try:
        stat = file.stat()
    except FileNotFoundError:
        return None
    return _read(str(file), (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size))


def published_list(directory: Path | str) -> Published:
    """Return the published list; raises NothingPublished."""
    found = published(directory)
    if found is None:
        raise NothingPublished
    return found


@lru_cache(maxsize=4)
def _read(file: str, _: tuple[int, int, int]) -> Published:
    data = Path(file).read_bytes()
    try:
        signed, pin = passes.own_key_list(data)
    except passes.ListRefused as refused:
        raise NothingPublished("The published key list is damaged.", cause=refused.cause) from None
    return Published(data, signed, pin)


def jwk_set(signed: passes.SignedKeys) -> dict[str, Any]:
    """Return the keys as JWKs (RFC 7517), with what each may sign as members of our own."""
    return {"keys": [_jwk(key) for key in signed.keys], "version": signed.version}


def _jwk(key: Key) -> dict[str, Any]:
    point = passes.full_point(key.public)
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _text(point[1:33]),
        "y": _text(point[33:]),
        "kid": key.kid.hex(),
        "alg": "ES256",
        "use": "sig",
        "iss": key.iss,
        "kinds": sorted(key.kinds),
        "sign_from": key.sign_from,
        "sign_until": key.sign_until,
        "verify_until": key.verify_until,
    }


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
