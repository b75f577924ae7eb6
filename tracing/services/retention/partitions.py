"""Partitions are dropped whole, by the owner, once their last instant has expired."""

import re
from datetime import date, datetime, time, timedelta
from functools import partial

from django.db import connections, transaction
from django.utils import timezone
from psycopg import sql as composed

from tracing import sql
from tracing.errors import OddPartition
from tracing.services.retention.purge import OWNER, Order, Purge

_SUFFIX = re.compile(r"_(\d{4})(\d{2})(\d{2})?")


def drop_expired(parent: str, order: Order) -> int:
    """Drop the partitions of a table that lie wholly before the order's instant; how many.

    Each is a transaction of its own, that gives up after 2 s behind somebody's lock.
    """
    expired = [name for name in _names(parent) if _end(parent, name) <= order.before]
    if not order.dry_run:
        for name in expired:
            _drop(name)
    return len(expired)


def _names(parent: str) -> list[str]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(sql.PARTITIONS, {"parent": parent})
        return [name for (name,) in cursor.fetchall()]


def _end(parent: str, name: str) -> datetime:
    """Where the month or day ends that the partition's name tells."""
    found = _SUFFIX.fullmatch(name.removeprefix(parent))
    if found is None:
        raise OddPartition(partition=name)
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if day:
        following = date(year, month, day) + timedelta(days=1)
    else:
        following = date(year + month // 12, month % 12 + 1, 1)
    return datetime.combine(following, time(), timezone.get_default_timezone())


def _drop(name: str) -> None:
    statement = composed.SQL(sql.DROP_PARTITION).format(composed.Identifier(name))
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(sql.DROP_PATIENCE)
        cursor.execute(statement)


#: The partitioned models, by name.
PARTITIONED: dict[str, Purge] = {
    "tracing.Visit": partial(drop_expired, "tracing_visit"),
    "tracing.Scan": partial(drop_expired, "tracing_scan"),
    "healthcode.BoundPass": partial(drop_expired, "healthcode_boundpass"),
    "accounts.AuditEvent": partial(drop_expired, "accounts_auditevent"),
    "accounts.AccessEvent": partial(drop_expired, "accounts_accessevent"),
    "healthcode.ColourChange": partial(drop_expired, "healthcode_colourchange"),
}
