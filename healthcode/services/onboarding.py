"""Making sources and saying what each may hand in."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import User
from healthcode.errors import SourceInvalid, UnknownSource
from healthcode.models import Source
from healthcode.policy.vocabulary import KINDS
from healthcode.services.sources import INTERNAL

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def add_source(*, name: str, kinds: Sequence[str], by: User, now: datetime) -> Source:
    """Make a source without a token. Raises NotPermitted or SourceInvalid."""
    if not by.has_perm("healthcode.add_source"):
        raise NotPermitted
    if not NAME.fullmatch(name):
        raise SourceInvalid(field="name")
    kinds = _known(kinds)
    try:
        with transaction.atomic():
            source = Source.objects.create(name=name, kinds=kinds)
            _record("source.added", source, by, now)
    except IntegrityError:
        raise SourceInvalid(field="name") from None
    return source


def change_source(
    *, source_id: int, kinds: Sequence[str], is_active: bool, by: User, now: datetime
) -> None:
    """Say what a source may hand in from now on, or end it; what is stored stays.

    Raises NotPermitted, UnknownSource, or SourceInvalid, also for a part of this service.
    """
    if not by.has_perm("healthcode.change_source"):
        raise NotPermitted
    kinds = _known(kinds)
    with transaction.atomic():
        source = Source.objects.select_for_update().filter(pk=source_id).first()
        if source is None:
            raise UnknownSource
        if source.name in INTERNAL:
            raise SourceInvalid(field="name")
        source.kinds, source.is_active = kinds, is_active
        source.save(update_fields=["kinds", "is_active"])
        _record("source.changed", source, by, now)


def _known(kinds: Sequence[str]) -> list[str]:
    known = [kind for kind in KINDS if kind in kinds]
    if not known or len(known) != len(set(kinds)):
        raise SourceInvalid(field="kinds")
    return known


def _record(action: str, source: Source, by: User, now: datetime) -> None:
    audit.record(
        actor=f"user:{by.username}",
        action=action,
        target=f"source:{source.name}",
        now=now,
        kinds=source.kinds,
        active=source.is_active,
    )
