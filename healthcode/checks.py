"""Wrong or missing keys do not start: system checks with the hint that mends them."""

import time
from base64 import b64decode
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from accounts.errors import DomainError
from healthcode import keys
from healthcode.passes import Kind

LIVE_ID_BYTES = 16
SECRET_BYTES = 32


@register("keys")
def signing_key_is_there(**kwargs: Any) -> list[CheckMessage]:
    """E001: a key that signs live passes now, in a file only its owner can read."""
    try:
        keys.active_key(Kind.LIVE, int(time.time()))
    except DomainError as error:
        return [
            Error(str(error.message), hint="manage.py keys new --in-hours 0", id="healthcode.E001")
        ]
    return []


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
