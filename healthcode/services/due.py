"""Marking citizens due: whatever changes facts calls this, one sweeper recolours what is due."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from healthcode import sql


def mark_due(*, citizen_ids: Iterable[int], now: datetime) -> None:
    """Have these citizens decided again, in the caller's transaction and after its inserts.

    Locks the rows in the order of their numbers first: an update without it deadlocks with
    another one. Whoever a brake holds back is looked at anew.
    """
    ids = sorted(set(citizen_ids))
    if not ids:
        return
    with transaction.atomic():
        sql.lock_in_order(ids)
        sql.mark_statuses(ids, now)
