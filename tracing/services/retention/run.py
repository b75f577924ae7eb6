"""The run over everything that has a deadline: one failing purge does not stop the others."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from django.db import DatabaseError, connections
from django.utils import timezone

from accounts import audit
from accounts.errors import DomainError
from accounts.personal_data import Keep
from tracing.errors import OwnerMissing
from tracing.services.retention.evidence import purge_evidence, purge_retractions
from tracing.services.retention.partitions import PARTITIONED
from tracing.services.retention.purge import OWNER, Order, Purge
from tracing.services.retention.rows import purge_boarded, purge_rows

EVIDENCE, CITIZEN = "healthcode.Evidence", "accounts.Citizen"
#: What goes with the evidence, though no foreign key says so.
FOLLOWERS: Mapping[str, Purge] = {
    "healthcode.Retraction": purge_retractions,
    "tracing.BoardedTrip": purge_boarded,
}


class Purged(NamedTuple):
    """How many rows (or partitions, or items of evidence) of a model went; or what went wrong."""

    model: str
    before: datetime
    gone: int
    error: str = ""


def retain(
    *, deadlines: Mapping[str, Keep], by: str, now: datetime, dry_run: bool = False
) -> list[Purged]:
    """Delete everything whose deadline has passed; returns what went, by model.

    `deadlines` are the catalogue's: rows by model and how long each is kept. The deed is
    written down when all is done, because every batch is a transaction of its own. Raises
    OwnerMissing where the owner's connection is not configured.
    """
    if OWNER not in connections:
        raise OwnerMissing
    done = [_run(*step, now, dry_run) for step in _steps(deadlines)]
    if not dry_run:
        _write_down(done, by, now)
    return done


def expiry(now: datetime, days: int) -> datetime:
    """Instants before this one have expired: the start of the local day `days` ago."""
    day = timezone.localdate(now) - timedelta(days=days)
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _steps(deadlines: Mapping[str, Keep]) -> Iterator[tuple[str, int, Purge]]:
    """Evidence first and what goes with it next, because cases wait for it; citizens last."""
    days = deadlines[EVIDENCE].days
    yield EVIDENCE, days, purge_evidence
    for model, purge in FOLLOWERS.items():
        yield model, days, purge
    others = [model for model in deadlines if model not in (EVIDENCE, CITIZEN)]
    for model in (*others, CITIZEN):
        keep = deadlines[model]
        rows = partial(purge_rows, model, keep.since)
        yield model, keep.days, PARTITIONED.get(model, rows)


def _run(model: str, days: int, purge: Purge, now: datetime, dry_run: bool) -> Purged:
    before = expiry(now, days)
    try:
        return Purged(model, before, purge(Order(before, now, dry_run)))
    except (DatabaseError, DomainError) as error:
        # The text of a database's error may quote a row.
        return Purged(model, before, 0, type(error).__name__)


def _write_down(done: list[Purged], by: str, now: datetime) -> None:
    counts = {purged.model: purged.gone for purged in done if purged.gone}
    failed = [purged.model for purged in done if purged.error]
    audit.record(
        actor=by, action="retention.ran", target="retention", now=now, counts=counts, failed=failed
    )
