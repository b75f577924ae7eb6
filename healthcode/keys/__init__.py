"""The keys: their files, what is done to them, and the doors through which they sign."""

from healthcode.keys.ceremonies import (
    Root,
    activate,
    add_key,
    kill,
    load_root,
    new_root,
    publish,
    retire,
    rotate,
)
from healthcode.keys.errors import (
    CeremonyRefused,
    ClaimsRefused,
    KeyFileUnsafe,
    NoActiveKey,
    NothingPublished,
)
from healthcode.keys.files import SIGNING_DAYS, load_listed, load_ring, new_key
from healthcode.keys.live_ids import open_live_id, seal_live_id
from healthcode.keys.published import LIST_FILE, Published, jwk_set, published, published_list
from healthcode.keys.ring import Ring, SigningKey
from healthcode.keys.signing import active_key, public_list, sign, sign_state, sign_withdrawn

__all__ = [
    "LIST_FILE",
    "SIGNING_DAYS",
    "CeremonyRefused",
    "ClaimsRefused",
    "KeyFileUnsafe",
    "NoActiveKey",
    "NothingPublished",
    "Published",
    "Ring",
    "Root",
    "SigningKey",
    "activate",
    "active_key",
    "add_key",
    "jwk_set",
    "kill",
    "load_listed",
    "load_ring",
    "load_root",
    "new_key",
    "new_root",
    "open_live_id",
    "public_list",
    "publish",
    "published",
    "published_list",
    "retire",
    "rotate",
    "seal_live_id",
    "sign",
    "sign_state",
    "sign_withdrawn",
]
