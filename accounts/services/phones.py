"""The user of a phone: made when somebody proves to hold it."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import audit, pii
from accounts.errors import NotPermitted
from accounts.models import User, new_ref


def user_of_phone(*, phone: str, now: datetime) -> User:
    """The user who has just proved to hold this phone (E.164), made on the first sign-in.

    Raises NotPermitted for an officer: a text message is not enough for their rights.
    """
    with transaction.atomic():
        user, made = User.objects.get_or_create(
            phone_fingerprint=pii.phone_fingerprint(phone), defaults=_new_user(phone)
        )
        if user.is_staff:
            raise NotPermitted
        if made:
            name = f"user:{user.username}"
            audit.record(actor=name, action="user.made", target=name, now=now)
    return user


def _new_user(phone: str) -> dict[str, object]:
    username = new_ref()
    return {
        "username": username,
        "phone_sealed": pii.seal("user.phone", phone, context=username),
        "phone_verified": True,
        "password": make_password(None),
    }
