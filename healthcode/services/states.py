"""The state of the keys, signed anew every few seconds."""

from datetime import datetime

from django.conf import settings

from healthcode import keys


def sign_state_here(*, now: datetime) -> bytes:
    """Return the state at `now`, with the version of the published list.

    Raises NothingPublished or NoActiveKey.
    """
    listed = keys.published_list(settings.HEALTHCODE_KEYS_DIR)
    return keys.sign_state(version=listed.signed.version, now=int(now.timestamp()))


def killed_kids() -> frozenset[str]:
    """The kids of killed keys, in hexadecimal."""
    return frozenset(kid.hex() for kid in keys.public_list().killed)
