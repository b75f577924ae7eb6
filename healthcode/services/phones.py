"""The one phone of a citizen: to it go the passes that work without network."""

import hashlib
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Citizen
from healthcode import sql
from healthcode.models import PaperPass, Phone
from healthcode.services.withdrawing import withdraw


def digest_of(session_key: str) -> bytes:
    """What is kept of a session's key."""
    return hashlib.sha256(session_key.encode()).digest()


def holder_mark(*, citizen: Citizen, session_key: str) -> str:
    """A word that tells a page whose card it shows, in which session; nobody else can read it."""
    return digest_of(f"{session_key}:{citizen.ref}")[:8].hex()


def is_the_phone(*, citizen_id: int, session_key: str) -> bool:
    """Whether this session is the citizen's phone."""
    phone = Phone.objects.filter(citizen_id=citizen_id).first()
    return phone is not None and bytes(phone.session_digest) == digest_of(session_key)


def bind_phone(*, citizen: Citizen, session_digest: bytes, move: bool, now: datetime) -> bool:
    """Make a session the citizen's phone, and say whether it is.

    Where another is, only on the holder's word (`move`): the passes it holds are withdrawn at
    once. A printed pass ends when any phone is bound.
    """
    with transaction.atomic():
        sql.lock_statuses([citizen.pk])
        phone = Phone.objects.filter(citizen=citizen).first()
        if phone is not None and bytes(phone.session_digest) == session_digest:
            return True
        if phone is not None and not move:
            return False
        withdraw([citizen.pk], now)
        end_paper(citizen_id=citizen.pk, now=now)
        bound = {"session_digest": session_digest, "bound_at": now}
        Phone.objects.update_or_create(citizen=citizen, defaults=bound)
        _record("phone.moved" if phone else "phone.bound", citizen, now)
    return True


def leave_phone(*, citizen: Citizen, session_key: str, now: datetime) -> None:
    """End what this session holds when it is signed out, if it is the citizen's phone."""
    with transaction.atomic():
        sql.lock_statuses([citizen.pk])
        own = Phone.objects.filter(citizen=citizen, session_digest=digest_of(session_key))
        if own.delete()[0]:
            withdraw([citizen.pk], now)
            _record("phone.left", citizen, now)


def end_paper(*, citizen_id: int, now: datetime) -> int:
    """End the printed pass of a citizen, if there is one; returns how many that were."""
    counting = PaperPass.objects.filter(citizen_id=citizen_id, ended_at__isnull=True)
    return counting.update(ended_at=now)


def _record(action: str, citizen: Citizen, now: datetime) -> None:
    audit.record(actor="system:code", action=action, target=f"citizen:{citizen.ref}", now=now)
