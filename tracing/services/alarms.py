"""Alarms: somebody has to look at it, and somebody has."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from tracing.models import Alarm


def raise_alarm(kind: str, district: str, target: str, now: datetime) -> None:
    """Have an officer of the district look at something; open once for the same target."""
    alarm = Alarm(kind=kind, district=district, target=target, raised_at=now)
    Alarm.objects.bulk_create([alarm], ignore_conflicts=True)


def settle_alarm(kind: str, target: str, actor: str, now: datetime) -> None:
    """Close an open alarm about something that was dealt with where it was raised."""
    still_open = Alarm.objects.filter(kind=kind, target=target, cleared_at__isnull=True)
    still_open.update(cleared_at=now, cleared_by=actor.removeprefix("user:"))


def clear_alarm(*, alarm_id: int, note: str, by: User, now: datetime) -> None:
    """Say that an alarm was looked at and what was found. Raises NotPermitted, AlreadyDecided."""
    if not by.has_perm("tracing.change_alarm"):
        raise NotPermitted
    with transaction.atomic():
        still_open = Alarm.objects.filter(pk=alarm_id, cleared_at__isnull=True)
        if still_open.update(cleared_at=now, cleared_by=by.username) != 1:
            raise AlreadyDecided
        audit.record(
            actor=f"user:{by.username}",
            action="alarm.cleared",
            target=f"alarm:{alarm_id}",
            now=now,
            note=note,
        )
