"""Wrong or missing keys do not start: system checks with the hint that mends them."""

import os
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from accounts.errors import DomainError
from healthcode import keys
from healthcode.passes import Kind

LIVE_ID_BYTES = 16
SECRET_BYTES = 32
WEEK = 7 * 86_400


@register("keys")
def signing_key_is_there(**kwargs: Any) -> list[CheckMessage]:
    """E001: keys that sign now, in files only their owner can read, and their list.

    Where a signer has the keys it is for the signer to have them.
    """
    directory, now = settings.HEALTHCODE_KEYS_DIR, int(time.time())
    try:
        keys.published_list(directory)
        for kind in () if settings.HEALTHCODE_SIGNER else Kind:
            keys.active_key(kind, now)
    except DomainError as error:
        hint = "manage.py keys rotate --root FILE"
        return [Error(str(error.message), hint=hint, id="healthcode.E001")]
    return []


@register("keys")
def keys_have_successors(**kwargs: Any) -> list[CheckMessage]:
    """W001: some kind of pass will have no key within a week, or the list will have ended."""
    now = int(time.time())
    listed = keys.published(settings.HEALTHCODE_KEYS_DIR)
    if listed is None:
        return []
    late = now + WEEK
    covered = {kind for key in listed.signed.keys if key.sign_until > late for kind in key.kinds}
    if covered == set(Kind) and listed.signed.exp > late:
        return []
    hint = "manage.py keys rotate --root FILE, every week"
    return [Caution("Keys or their list end within a week.", hint=hint, id="healthcode.W001")]


@register("keys")
def secrets_are_whole(**kwargs: Any) -> list[CheckMessage]:
    """E002 to E004: the keys of the environment are base64 of the right length."""
    return [
        *_secret("HEALTHCODE_LIVE_ID_KEY", settings.HEALTHCODE_LIVE_ID_KEY, LIVE_ID_BYTES, 2),
        *_secret(
            "HEALTHCODE_FINGERPRINT_KEY", settings.HEALTHCODE_FINGERPRINT_KEY, SECRET_BYTES, 3
        ),
        *(
            problem
            for value in settings.HEALTHCODE_SEALING_KEYS.values()
            for problem in _secret("HEALTHCODE_SEALING_KEYS", value, SECRET_BYTES, 4)
        ),
    ]


@register(Tags.security, deploy=True)
def codes_can_be_sent(**kwargs: Any) -> list[CheckMessage]:
    """E005: sign-in codes go through a gateway; they are never shown on the page."""
    if settings.HEALTHCODE_SMS_GATEWAY_URL.startswith("https://"):
        return []
    return [
        Error(
            "Sign-in codes cannot be sent.",
            hint="Set HEALTHCODE_SMS_GATEWAY_URL (https) and HEALTHCODE_SMS_GATEWAY_TOKEN.",
            id="healthcode.E005",
        )
    ]


@register(Tags.security, deploy=True)
def roles_are_two(**kwargs: Any) -> list[CheckMessage]:
    """E006: the service does not connect as the owner of the tables."""
    name = settings.DATABASES["default"].get("USER")
    owner = settings.DATABASES.get("owner", {}).get("USER")
    if name != owner:
        return []
    return [
        Error(
            "The service connects as the owner of its tables.",
            hint="DATABASE_URL is for the role healthcode_app, MIGRATE_DATABASE_URL for the owner.",
            id="healthcode.E006",
        )
    ]


@register(Tags.security, deploy=True)
def keys_are_the_signers(**kwargs: Any) -> list[CheckMessage]:
    """E007: a signer has the private keys, and the user of this process can read none of them."""
    directory = Path(settings.HEALTHCODE_KEYS_DIR)
    if settings.HEALTHCODE_SIGNER and not any(_is_readable(key) for key in directory.glob("*.pem")):
        return []
    hint = "Run `manage.py signer` as the keys' owner, and set HEALTHCODE_SIGNER to its socket."
    return [Error("The web server can read signing keys.", hint=hint, id="healthcode.E007")]


def _is_readable(key: Path) -> bool:
    return os.access(key, os.R_OK)


def _secret(name: str, value: str, length: int, number: int) -> list[CheckMessage]:
    try:
        good = len(b64decode(value, validate=True)) == length
    except ValueError:
        good = False
    if good:
        return []
    hint = f"head -c {length} /dev/urandom | base64"
    return [
        Error(f"{name} is not {length} bytes in base64.", hint=hint, id=f"healthcode.E00{number}")
    ]
