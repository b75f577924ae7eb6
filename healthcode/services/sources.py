"""Sources of evidence: found by name or by the hash of their token."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from accounts import audit
from healthcode.errors import SourceInvalid, UnknownSource
from healthcode.models import Source

#: Parts of this service. Nobody outside speaks for them: no token, no change.
INTERNAL = frozenset({"officer", "tracing"})


def source_by_name(name: str) -> Source:
    """The active source of this name, or UnknownSource."""
    source = Source.objects.filter(name=name, is_active=True).first()
    if source is None:
        raise UnknownSource(source=name)
    return source


def source_by_token(token: str) -> Source:
    """The active source that holds this token, or UnknownSource."""
    source = Source.objects.filter(token_hash=_hash(token), is_active=True).first()
    if source is None:
        raise UnknownSource
    return source


def new_source_token(*, name: str, by: str, now: datetime) -> str:
    """Give a source a new token and return it: it is shown once and kept as a hash.

    256 random bits, so a plain SHA-256 cannot be guessed back. The old token ends at once.
    Raises UnknownSource, or SourceInvalid for a part of this service.
    """
    source = source_by_name(name)
    if source.name in INTERNAL:
        raise SourceInvalid(field="name")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(token_hash=_hash(token))
        audit.record(actor=by, action="source.token", target=f"source:{name}", now=now)
    return token


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
