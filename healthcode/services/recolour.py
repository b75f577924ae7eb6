"""The only writer of colours: lock, read the facts, decide, write status and history.

A colour is derived, never set. The lock comes first and the facts are read by a later
statement, so that a fact committed meanwhile is either seen or marks the citizen due again.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction

from healthcode import sql
from healthcode.policy import Decision, Fact, decide, decision_to_json
from healthcode.policy.facts import seconds
from healthcode.services.brake import brake_for, cleared_brakes, turns_worse_unbacked
from healthcode.services.in_force import InForce, RulesInForce, rules_at
from healthcode.services.joined import Joined, joined_at
from healthcode.services.withdrawing import withdraw


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
        if len(statuses) < limit:
            statuses += sql.lock_let_through(limit - len(statuses))
        _recolour(statuses, now)
    return len(statuses)


def facts_of(citizen_ids: Sequence[int], *, as_at: datetime | None = None) -> dict[int, list[Fact]]:
    """The stored facts of these citizens as the policy reads them."""
    rows = sql.read_facts(citizen_ids, as_at=as_at)
    return {pk: [as_fact(row) for row in facts] for pk, facts in rows.items()}


def last_negative_by(*, citizen_id: int, at: datetime) -> datetime | None:
    """When the newest negative sample until an instant was taken, by all that is known now."""
    facts = facts_of([citizen_id]).get(citizen_id, [])
    sampled = _last_sample(facts, at, result="negative")
    return None if sampled is None else datetime.fromisoformat(sampled)


def as_fact(row: Sequence[Any]) -> Fact:
    """A fact from a row of `sql.read_facts`."""
    kind, start, end, details, fact_id, known = row
    return Fact(kind, start, end, seconds(kind, details), fact_id, known)


class Decided(NamedTuple):
    """What becomes of one status; `same`: only its next review may differ from what stood."""

    new: sql.NewStatus
    same: bool
    unbacked: bool


class Basis(NamedTuple):
    """What a batch is decided by: rules, joined lists, brakes that two people cleared."""

    rules: RulesInForce
    joined: Joined
    cleared: set[int]
    now: datetime


def decide_locked(statuses: Sequence[sql.StatusRow], now: datetime) -> list[Decided]:
    """What these statuses should be by the facts as they stand; nothing is written.

    The caller holds their locks: a fact that is not seen marks its citizen due afterwards.
    """
    facts = facts_of([status.citizen_id for status in statuses])
    cleared = cleared_brakes(status.held_by for status in statuses if status.held_by)
    basis = Basis(rules_at(now), joined_at(), cleared, now)
    return [_decide(status, facts.get(status.citizen_id, []), basis) for status in statuses]


def _recolour(statuses: Sequence[sql.StatusRow], now: datetime) -> int:
    if not statuses:
        return 0
    return _write(_let_through(decide_locked(statuses, now), now), now)


def _let_through(decided: list[Decided], now: datetime) -> list[Decided]:
    """Without those whom the brake holds back: they are marked, and stay as they were."""
    unbacked = [each.new.citizen_id for each in decided if each.unbacked]
    brake = brake_for(len(unbacked), now=now) if unbacked else None
    if brake is None:
        return decided
    sql.hold_statuses(unbacked, brake)
    return [each for each in decided if not each.unbacked]


def _write(decided: Sequence[Decided], now: datetime) -> int:
    sql.write_decisions([each.new for each in decided if not each.same], now)
    sql.write_reviews([each.new for each in decided if each.same])
    changed = [each.new.citizen_id for each in decided if each.new.colour != each.new.previous]
    # Passes say a colour: they end with it, whichever way it changed.
    withdraw(changed, now)
    return len(changed)


def _decide(status: sql.StatusRow, stored: list[Fact], basis: Basis) -> Decided:
    """The new status; a history row is due if colour, reasons or rule version differ."""
    in_force = basis.rules.for_region(status.district)
    facts, rows = basis.joined.join(stored, status.community or status.district)
    decision = decide(facts, in_force.rules, int(basis.now.timestamp()))
    body = decision_to_json(decision, in_force.rules)
    del body["review_at"]  # kept in due_at, so that an unchanged decision is an equal one
    before = (status.colour, status.rules, status.decision.get("reasons"))
    new = sql.NewStatus(
        citizen_id=status.citizen_id,
        colour=decision.colour.value,
        previous=status.colour,
        decision=body,
        rules=in_force.version,
        facts=[fact.id for fact in stored],
        joined=rows,
        recorded=before != (decision.colour, in_force.version, body["reasons"]),
        due_at=_due_at(decision, in_force, facts, basis.now),
        last_test_at=_last_sample(facts, basis.now),
        last_negative_at=_last_sample(facts, basis.now, result="negative"),
    )
    same = not new.recorded and body == status.decision
    return Decided(new, same, _unbacked(status, decision, in_force, facts, basis))


def _unbacked(
    status: sql.StatusRow,
    decision: Decision,
    in_force: InForce,
    facts: Sequence[Fact],
    basis: Basis,
) -> bool:
    """Whether the brake is asked about this change."""
    if decision.colour <= status.colour or status.held_by in basis.cleared:
        return False
    kinds = {fact.id: fact.kind for fact in facts}
    new_rules = status.rules != in_force.version
    return turns_worse_unbacked(status.colour, decision, kinds, new_rules=new_rules)


def _due_at(
    decision: Decision, in_force: InForce, facts: Sequence[Fact], now: datetime
) -> str | None:
    """When the decision may differ, its rules end, or a sample is taken, whichever comes first.

    Laboratories' clocks run a little ahead: the last sample is shown and asked for at gates.
    """
    present = now.timestamp()
    ends = [fact[1] for fact in facts if fact[1] > present and fact[0] == "test"]
    if decision.review_at is not None:
        ends.append(decision.review_at)
    if in_force.until is not None:
        ends.append(int(in_force.until.timestamp()))
    return _iso(min(ends, default=None))


def _last_sample(facts: Sequence[Fact], now: datetime, *, result: str | None = None) -> str | None:
    """When the newest sample so far, of one result or of any, was taken."""
    latest, present = 0, now.timestamp()
    for kind, occurred_at, _, details, *_ in facts:
        if (
            kind == "test"
            and latest < occurred_at <= present
            and (result is None or details["result"] == result)
        ):
            latest = occurred_at
    return _iso(latest or None)


def _iso(instant: int | None) -> str | None:
    return None if instant is None else datetime.fromtimestamp(instant, UTC).isoformat()
