"""Deciding again what was decided: from the facts, lists and rules that the record names."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from accounts.errors import UnknownCitizen
from accounts.models import Citizen
from healthcode import sql
from healthcode.models import Campaign, ColourChange, RiskArea, RuleSet
from healthcode.policy import CompiledRules, decide, decision_to_json
from healthcode.services.in_force import rules_at
from healthcode.services.joined import Joined, joined_at, rows_named
from healthcode.services.recolour import as_fact, facts_of
from healthcode.services.rulesets import compiled

CHUNK = 1_000
ROW_NAME = r"(risk_area|campaign):\d{1,18}"
VERSION_DIGITS = 12


class Replayed(NamedTuple):
    """A record and what its own facts and rules give.

    `decision` None: evidence was deleted since, or the record cannot be read (`broken`): it
    names rules or rows that never were.
    """

    record: sql.Record
    decision: dict[str, Any] | None
    broken: bool = False

    @property
    def differs(self) -> bool:
        """Whether the record is not what follows from its facts."""
        return self.broken or self.decision not in (None, self.record.decision)


def replay(records: Sequence[sql.Record]) -> list[Replayed]:
    """Decide recorded decisions again, each from the very rows it names."""
    whole = [record for record in records if _is_whole(record)]
    readable = {record.change_id for record in whole}
    stored = sql.facts_by_id([fact for record in whole for fact in record.facts])
    rows = rows_named({name for record in whole for name in record.joined})
    rules = {version: _rules(version) for version in {record.rules for record in whole}}
    return [
        _replay_one(record, stored, rows, rules[record.rules])
        if record.change_id in readable
        else Replayed(record, None, broken=True)
        for record in records
    ]


def replay_recorded(*, after: int, ref: str | None = None) -> list[Replayed]:
    """The next recorded decisions after a number, decided again; of one citizen or of all.

    Raises UnknownCitizen.
    """
    changes = ColourChange.objects.filter(pk__gt=after).order_by("pk")
    if ref is not None:
        changes = changes.filter(citizen_id=_citizen(ref).pk)
    return replay([_record(change) for change in changes[:CHUNK]])


def decision_at(*, ref: str, at: datetime) -> dict[str, Any]:
    """What the facts recorded by an instant and the rules then in force give for a citizen.

    Not a record, and `basis` says so. Raises UnknownCitizen or NoActiveRules.
    """
    citizen = _citizen(ref)
    in_force = rules_at(at).for_region(citizen.district)
    stored = facts_of([citizen.pk], as_at=at).get(citizen.pk, [])
    facts, _ = joined_at(at).join(stored, citizen.community or citizen.district)
    decision = decide(facts, in_force.rules, int(at.timestamp()))
    answer = decision_to_json(decision, in_force.rules)
    said = {"ref": ref, "at": at.isoformat(), "basis": "recorded_at", "rules": in_force.version}
    return said | answer


def _citizen(ref: str) -> Citizen:
    citizen = Citizen.objects.filter(ref=ref).first()
    if citizen is None:
        raise UnknownCitizen
    return citizen


def _record(change: ColourChange) -> sql.Record:
    return sql.Record(
        change_id=change.pk,
        citizen_id=change.citizen_id,
        colour=change.colour,
        decision=change.decision,
        rules=change.rules,
        facts=change.facts,
        joined=change.joined,
        decided_at=change.decided_at,
    )


def _replay_one(
    record: sql.Record,
    stored: Mapping[int, list[Any]],
    rows: Mapping[str, RiskArea | Campaign],
    rules: CompiledRules | None,
) -> Replayed:
    if rules is None or not rows.keys() >= set(record.joined):
        return Replayed(record, None, broken=True)
    if not stored.keys() >= set(record.facts):
        return Replayed(record, None)
    joined = Joined.of(rows[name] for name in record.joined)
    facts, _ = joined.join([as_fact(stored[pk]) for pk in record.facts], None)
    decision = decision_to_json(decide(facts, rules, int(record.decided_at.timestamp())), rules)
    del decision["review_at"]
    return Replayed(record, decision)


def _is_whole(record: sql.Record) -> bool:
    """Whether a record has the shape that a decision leaves."""
    return (
        isinstance(record.decision, dict)
        and isinstance(record.facts, list)
        and all(isinstance(fact, int) for fact in record.facts)
        and isinstance(record.joined, list)
        and all(re.fullmatch(ROW_NAME, str(name)) for name in record.joined)
    )


def _rules(version: str) -> CompiledRules | None:
    """The rules of a version as decisions quote it; None: no such text was ever loaded."""
    name, _, digest = version.partition("@")
    rows = RuleSet.objects.filter(ruleset_id=name, digest__startswith=digest)
    row = rows.first() if len(digest) == VERSION_DIGITS else None
    return None if row is None else compiled(row.digest)
