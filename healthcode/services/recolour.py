"""The only writer of colours: lock, read the facts, decide, write status and history.

A colour is derived, never set. The lock comes first and the facts are read by a later
statement, so that a fact committed meanwhile is either seen or marks the citizen due again.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.db import transaction

from healthcode import sql
from healthcode.models import ColourChange
from healthcode.policy import CompiledRules, Decision, Fact, decide, decision_to_json
from healthcode.policy.facts import seconds
from healthcode.services.activation import RulesInForce, rules_at
from healthcode.services.joined import Joined, joined_at


def recolour(*, citizen_ids: Iterable[int], now: datetime) -> int:
    """Decide these citizens again; return how many colours changed."""
    with transaction.atomic():
        return _recolour(sql.lock_statuses(sorted(set(citizen_ids))), now)


def recolour_due(*, now: datetime, limit: int = 1000) -> int:
    """Decide up to `limit` citizens who are due and whom no other sweeper has; return how many.

    One transaction; call it until it returns 0.
    """
    with transaction.atomic():
        statuses = sql.lock_due(now, limit)
        _recolour(statuses, now)
    return len(statuses)


def facts_of(citizen_ids: Sequence[int], *, as_at: datetime | None = None) -> dict[int, list[Fact]]:
    """The stored facts of these citizens as the policy reads them."""
    rows = sql.read_facts(citizen_ids, as_at=as_at)
    return {
        pk: [
            Fact(kind, start, end, seconds(kind, details), fact_id, known)
            for kind, start, end, details, fact_id, known in facts
        ]
        for pk, facts in rows.items()
    }


def _recolour(statuses: Sequence[sql.StatusRow], now: datetime) -> int:
    if not statuses:
        return 0
    facts = facts_of([status.citizen_id for status in statuses])
    rules, joined = rules_at(now), joined_at(now)
    changes: list[ColourChange] = []
    changed: list[sql.NewStatus] = []
    unchanged: list[sql.NewStatus] = []
    for status in statuses:
        new, change = _decide(status, facts.get(status.citizen_id, []), rules, joined, now)
        changes += [change] if change else []
        (unchanged if not change and new.decision == status.decision else changed).append(new)
    ColourChange.objects.bulk_create(changes)
    sql.write_statuses(changed)
    sql.write_reviews(unchanged)
    return sum(change.colour != change.previous for change in changes)


def _decide(
    status: sql.StatusRow, stored: list[Fact], rules: RulesInForce, joined: Joined, now: datetime
) -> tuple[sql.NewStatus, ColourChange | None]:
    """The new status and, if colour, reasons or rule version differ, the history row."""
    version, compiled = rules.for_region(status.district)
    facts, rows = joined.join(stored, status.community or status.district)
    decision = decide(facts, compiled, int(now.timestamp()))
    new = _status(status, decision, compiled, version, stored, now)
    before = (status.colour, status.rules, status.decision.get("reasons"))
    if before == (new.colour, new.rules, new.decision["reasons"]):
        return new, None
    new = new._replace(decided_at=now)
    return new, ColourChange(
        citizen_id=status.citizen_id,
        colour=new.colour,
        previous=status.colour,
        decision=new.decision,
        rules=version,
        facts=[fact.id for fact in stored],
        joined=rows,
        decided_at=now,
    )


def _status(
    status: sql.StatusRow,
    decision: Decision,
    rules: CompiledRules,
    version: str,
    facts: Sequence[Fact],
    now: datetime,
) -> sql.NewStatus:
    body = decision_to_json(decision, rules)
    del body["review_at"]  # kept in due_at, so that an unchanged decision is an equal one
    return sql.NewStatus(
        citizen_id=status.citizen_id,
        colour=decision.colour,
        decision=body,
        rules=version,
        decided_at=status.decided_at,
        due_at=_instant(decision.review_at),
        last_test_at=_last_sample(facts, now),
        last_negative_at=_last_sample(facts, now, "negative"),
    )


def _last_sample(
    facts: Sequence[Fact], now: datetime, result: str | None = None
) -> datetime | None:
    """When the newest sample, of one result or of any, was taken."""
    latest = max(
        (
            fact.occurred_at
            for fact in facts
            if fact.kind == "test" and result in (None, fact.details.get("result"))
        ),
        default=None,
    )
    at = _instant(latest)
    return at if at and at <= now else None


def _instant(seconds_since_1970: int | None) -> datetime | None:
    return None if seconds_since_1970 is None else datetime.fromtimestamp(seconds_since_1970, UTC)
