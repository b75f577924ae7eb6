"""Statuses that cannot be derived again: found by rounds through everybody, cleared by people."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from healthcode import sql
from healthcode.models import Dispute, ReplayRound
from healthcode.services.due import mark_due
from healthcode.services.replay import CHUNK, replay

#: Everybody's status is derived again this often.
ROUND_EVERY = timedelta(hours=24)


def replay_statuses(*, now: datetime) -> int:
    """Derive the next statuses of the running round again; return how many, 0 when all are done.

    One transaction. A status that its history or its facts do not give is disputed: it is shown
    grey and raises an alarm until somebody has looked.
    """
    with transaction.atomic():
        current = _round(now)
        if current is None:
            return 0
        stood = sql.latest_decisions(current.last_citizen, CHUNK)
        faults = _faults(stood)
        _dispute(faults, now)
        current.looked_at += len(stood)
        current.disputed += len(faults)
        if stood:
            current.last_citizen = stood[-1].citizen_id
        else:
            current.finished_at = now
        current.save()
    return len(stood)


def clear_dispute(*, dispute_id: int, by: User, now: datetime) -> None:
    """Say that a dispute was looked into; the citizen is decided anew.

    Raises NotPermitted or AlreadyDecided.
    """
    if not by.has_perm("healthcode.clear_dispute"):
        raise NotPermitted
    actor, target = f"user:{by.username}", f"dispute:{dispute_id}"
    with transaction.atomic():
        rows = Dispute.objects.filter(pk=dispute_id, cleared_at__isnull=True)
        citizen_id = rows.values_list("citizen_id", flat=True).first()
        if citizen_id is None or rows.update(cleared_at=now, cleared_by=actor) != 1:
            raise AlreadyDecided
        audit.record(actor=actor, action="dispute.cleared", target=target, now=now)
        mark_due(citizen_ids=[citizen_id], now=now)


def _round(now: datetime) -> ReplayRound | None:
    """The round to go on with, a new one when the last began long enough ago, or none."""
    last = ReplayRound.objects.select_for_update().order_by("-pk").first()
    if last is not None and last.finished_at is None:
        return last
    if last is not None and now - last.begun_at < ROUND_EVERY:
        return None
    return ReplayRound.objects.create(begun_at=now)


def _faults(stood: Sequence[sql.Stood]) -> list[sql.Stood]:
    records = [row.record for row in stood if row.record is not None]
    differing = {again.record.citizen_id for again in replay(records) if again.differs}
    return [row for row in stood if not row.agrees or row.citizen_id in differing]


def _dispute(faults: Sequence[sql.Stood], now: datetime) -> None:
    changes = [(row.citizen_id, row.record and row.record.change_id) for row in faults]
    Dispute.objects.bulk_create(
        [Dispute(citizen_id=who, change_id=change, found_at=now) for who, change in changes],
        ignore_conflicts=True,
    )
    for _, change in changes:
        target = f"change:{change}"
        audit.record(actor="system:replay", action="status.disputed", target=target, now=now)
