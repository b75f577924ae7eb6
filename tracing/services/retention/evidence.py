"""Evidence goes when it has ended long ago and the present decision would be the same without.

The service may only add to the evidence. The owner deletes, and has to name the trigger that
guards the table: nothing is deleted there by accident.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pgtrigger
from django.db import connections, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from healthcode.models import Evidence, Retraction
from healthcode.policy import Decision, Fact, decide
from healthcode.policy.vocabulary import KINDS
from healthcode.services import facts_of, mark_due
from healthcode.services.in_force import RulesInForce, rules_at
from healthcode.services.joined import Joined, joined_at
from healthcode.sql import StatusRow, lock_statuses
from tracing import sql
from tracing.services.retention.purge import OWNER, Order

BATCH = 1000
#: Kinds without an end of their own: what happened is over.
MOMENTARY = [name for name, kind in KINDS.items() if kind.ends == "never"]


class _Policy:
    """What decides at one instant, for citizens of all regions."""

    def __init__(self, now: datetime) -> None:
        self._now = int(now.timestamp())
        self._rules: RulesInForce = rules_at(now)
        self._joined: Joined = joined_at(now)

    def decide(self, status: StatusRow, stored: Sequence[Fact]) -> Decision:
        """The decision on these facts of a citizen."""
        facts, _ = self._joined.join(stored, status.community or status.district)
        return decide(facts, self._rules.for_region(status.district).rules, self._now)


def purge_evidence(order: Order) -> int:
    """Delete spent items with all their versions; returns how many items.

    Raises NoActiveRules: without rules nobody can say what a decision rests on.
    """
    policy, total, after = _Policy(order.now), 0, 0
    while citizens := _citizens_after(after, order.before):
        total += _purge_batch(citizens, policy, order)
        after = citizens[-1]
    return total


def purge_retractions(order: Order) -> int:
    """Delete the retractions of items that are gone."""
    if order.dry_run:
        own = Evidence.objects.filter(source=OuterRef("source"), source_ref=OuterRef("source_ref"))
        return Retraction.objects.filter(~Exists(own), at__lt=order.before).count()
    return _as_owner(
        "healthcode.Retraction:retraction_append_only", sql.DELETE_RETRACTIONS, [order.before]
    )


def _citizens_after(after: int, before: datetime) -> list[int]:
    """The next citizens, by number, who have expired evidence."""
    found = _expired(before).filter(citizen_id__gt=after).order_by("citizen_id")
    return list(found.values_list("citizen_id", flat=True).distinct()[:BATCH])


def _expired(before: datetime) -> QuerySet[Evidence]:
    """The highest version of every item that has ended before."""
    later = Evidence.objects.filter(
        source=OuterRef("source"),
        source_ref=OuterRef("source_ref"),
        version__gt=OuterRef("version"),
    )
    rows = Evidence.objects.annotate(last_instant=Greatest("occurred_at", "ended_at"))
    rows = rows.filter(~Exists(later), occurred_at__lt=before, last_instant__lt=before)
    return rows.filter(Q(ended_at__isnull=False) | Q(kind__in=MOMENTARY))


def _purge_batch(citizens: list[int], policy: _Policy, order: Order) -> int:
    """While the statuses are held nobody decides on facts that are about to go."""
    with transaction.atomic():
        statuses = lock_statuses(citizens)
        spent = list(_spent(statuses, policy, order.before))
        if spent and not order.dry_run:
            _as_owner("healthcode.Evidence:evidence_append_only", sql.DELETE_ITEMS, [spent])
            # The same colour for the same reasons; but the last sample beside it may be gone.
            mark_due(citizen_ids=citizens, now=order.now)
    return len(spent)


def _spent(statuses: Sequence[StatusRow], policy: _Policy, before: datetime) -> Iterator[int]:
    """The expired items without which each citizen's decision is the same, oldest first.

    One after the other: a closed case may go only after the positive test that it closes.
    """
    citizens = [status.citizen_id for status in statuses]
    expired = defaultdict(list)
    rows = _expired(before).filter(citizen__in=citizens).order_by(F("last_instant"), "pk")
    for citizen_id, pk in rows.values_list("citizen_id", "pk"):
        expired[citizen_id].append(pk)
    facts = facts_of(citizens)
    for status in statuses:
        stored = facts.get(status.citizen_id, [])
        yield from _spent_of(status, stored, expired[status.citizen_id], policy)


def _spent_of(
    status: StatusRow, facts: list[Fact], expired: list[int], policy: _Policy
) -> Iterator[int]:
    present = policy.decide(status, facts)
    for pk in expired:
        rest = [fact for fact in facts if fact.id != pk]
        if len(rest) == len(facts) or policy.decide(status, rest) == present:
            facts = rest
            yield pk


def _as_owner(trigger: str, statement: str, parameters: list[Any]) -> int:
    """Run a deletion as the owner, with the one trigger named that would refuse it."""
    with (
        transaction.atomic(using=OWNER),
        pgtrigger.ignore(trigger, databases=[OWNER]),
        connections[OWNER].cursor() as cursor,
    ):
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
