"""Withdrawing passes, and publishing which slots are withdrawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from healthcode import keys, passes, sql
from healthcode.errors import UnknownList
from healthcode.models import WithdrawnList
from healthcode.services.slots import slots_of

REBUILT_AFTER = timedelta(seconds=60)


def withdraw(citizen_ids: Sequence[int], now: datetime) -> int:
    """Withdraw whatever passes these citizens' phones hold; returns how many.

    The caller's transaction has their statuses locked.
    """
    if not citizen_ids:
        return 0
    return sql.withdraw_passes(citizen_ids, now, timezone.localdate(now))


def sign_withdrawn_here(*, number: int, now: datetime) -> bytes:
    """Return a list as it stands, signed; built again once a minute at most.

    One builder at a time; others wait for it and get what it built. Raises UnknownList or
    NoActiveKey.
    """
    if token := fresh_token(number, now):
        return token
    with transaction.atomic():
        row = WithdrawnList.objects.select_for_update().get(pk=number)
        if token := _fresh_token(row, now):
            return token
        row.token, row.built_at = _build(row, now), now
        row.save(update_fields=["token", "built_at"])
    return bytes(row.token)


def fresh_token(number: int, now: datetime) -> bytes | None:
    """Return a list as it was signed last, if that is not too long ago. Raises UnknownList."""
    return _fresh_token(WithdrawnList.objects.filter(pk=number).first(), now)


def _fresh_token(row: WithdrawnList | None, now: datetime) -> bytes | None:
    if row is None:
        raise UnknownList
    if row.token is None or row.built_at is None or now - row.built_at >= REBUILT_AFTER:
        return None
    return bytes(row.token)


def _build(row: WithdrawnList, now: datetime) -> bytes:
    first, last = slots_of(row.number)
    indexes = [slot - first for slot in sql.withdrawn_slots(row.expires_on, first, last)]
    bits = passes.pack_bits(indexes)
    return keys.sign_withdrawn(number=row.number, bits=bits, now=int(now.timestamp()))
