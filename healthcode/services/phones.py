"""The one phone of a citizen: to it go the passes that work without network."""

import hashlib
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Citizen
from healthcode import sql
from healthcode.models import Phone
from healthcode.services.signing import end_paper
from healthcode.services.withdrawing import withdraw


def digest_of(session_key: str) -> bytes:
    """What is kept of a session's key."""
    return hashlib.sha256(session_key.encode()).digest()


def is_the_phone(*, citizen_id: int, session_key: str) -> bool:
    """Whether this session is the citizen's phone."""
    phone = Phone.objects.filter(citizen_id=citizen_id).first()
    return phone is not None and bytes(phone.session_digest) == digest_of(session_key)


def bind_phone(*, citizen: Citizen, session_key: str, move: bool, now: datetime) -> bool:
    """Make this session the citizen's phone, and say whether it is.

    Where another is, only on the holder's word (`move`): the passes it holds are withdrawn at
    once. A printed pass ends when any phone is bound.
    """
    digest = digest_of(session_key)
    with transaction.atomic():
        sql.lock_statuses([citizen.pk])
        phone = Phone.objects.filter(citizen=citizen).first()
        if phone is not None and bytes(phone.session_digest) == digest:
            return True
        if phone is not None and not move:
            return False
        withdraw([citizen.pk], now)
        end_paper(citizen_id=citizen.pk, now=now)
        Phone.objects.update_or_create(
            citizen=citizen, defaults={"session_digest": digest, "bound_at": now}
        )
        audit.record(
            actor="system:code",
            action="phone.moved" if phone else "phone.bound",
            target=f"citizen:{citizen.ref}",
            now=now,
        )
    return True
