"""Statuses that cannot be derived again: found by rounds through everybody, cleared by people."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from healthcode import sql
from healthcode.models import Dispute, HealthStatus, ReplayRound
from healthcode.services.due import mark_due
from healthcode.services.recolour import Decided, decide_locked
from healthcode.services.replay import CHUNK, replay
from healthcode.services.withdrawing import withdraw

#: Everybody's status is derived again this often.
ROUND_EVERY = timedelta(hours=24)


def replay_statuses(*, now: datetime) -> int:
    """Derive the next statuses of the running round again; return how many, 0 when all are done.

    One transaction. A status is disputed that is not what its history says, whose history is not
    what the facts it names give, or that the present facts do not give although it is not due. It
    is shown grey and raises an alarm until somebody has looked.
    """
    with transaction.atomic():
        sql.lock_round()
        current = _round(now)
        if current is None:
            return 0
        stood = sql.latest_decisions(current.last_citizen, CHUNK)
        current.looked_at += len(stood)
        current.disputed += _dispute(stood, _faults(stood, now), now)
        if stood:
            current.last_citizen = stood[-1].citizen_id
        else:
            current.finished_at = now
        current.save()
    return len(stood)


def clear_dispute(*, dispute_id: int, by: User, now: datetime) -> None:
    """Say that a dispute was looked into; the citizen is decided anew, with a new record.

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
        withdraw([citizen_id], now)  # what was issued meanwhile says unassessed
        # Decided by no rules that are known: whatever comes of it is recorded afresh.
        HealthStatus.objects.filter(pk=citizen_id).update(rules="")


def _round(now: datetime) -> ReplayRound | None:
    """The round to go on with, a new one when the last began long enough ago, or none."""
    last = ReplayRound.objects.order_by("-pk").first()
    if last is not None and last.finished_at is None:
        return last
    if last is not None and now - last.begun_at < ROUND_EVERY:
        return None
    return ReplayRound.objects.create(begun_at=now)


def _faults(stood: Sequence[sql.Stood], now: datetime) -> set[int]:
    """The citizens whose status does not follow."""
    records = [row.record for row in stood if row.record is not None]
    differing = {again.record.citizen_id for again in replay(records) if again.differs}
    strange = {row.citizen_id for row in stood if not row.agrees}
    return differing | strange | set(_overtaken([row.citizen_id for row in stood], now))


def _overtaken(citizen_ids: Sequence[int], now: datetime) -> Iterable[int]:
    """Those whom the present facts give another status, though nothing has marked them due."""
    locked = sql.lock_statuses(citizen_ids)
    stored = HealthStatus.objects.in_bulk([row.citizen_id for row in locked])
    settled = [row for row in locked if _is_settled(stored[row.citizen_id], now)]
    for decided in decide_locked(settled, now):
        status = stored[decided.new.citizen_id]
        # Rules that are spreading have not reached everybody: that is no fault.
        if decided.new.rules == status.rules and not _is_as_decided(status, decided):
            yield decided.new.citizen_id


def _is_settled(status: HealthStatus, now: datetime) -> bool:
    """Whether nothing says that it has to be decided again."""
    return status.held_by is None and (status.due_at is None or status.due_at > now)


def _is_as_decided(status: HealthStatus, decided: Decided) -> bool:
    new = decided.new
    told = (new.due_at, new.last_test_at, new.last_negative_at)
    stored = (status.due_at, status.last_test_at, status.last_negative_at)
    return decided.same and stored == tuple(at and datetime.fromisoformat(at) for at in told)


def _dispute(stood: Sequence[sql.Stood], faults: set[int], now: datetime) -> int:
    """Open a dispute for each fault that has none; how many those are."""
    open_already = Dispute.objects.filter(citizen_id__in=faults, cleared_at__isnull=True)
    new = faults - set(open_already.values_list("citizen_id", flat=True))
    records = {row.citizen_id: row.record and row.record.change_id for row in stood}
    Dispute.objects.bulk_create(
        [Dispute(citizen_id=who, change_id=records[who], found_at=now) for who in sorted(new)]
    )
    withdraw(sorted(new), now)
    for who in sorted(new):
        target = f"change:{records[who]}"
        audit.record(actor="system:replay", action="status.disputed", target=target, now=now)
    return len(new)
