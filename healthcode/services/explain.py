"""Why a citizen has their colour, what would end it, and how it came to be."""

from datetime import datetime
from typing import Any

from accounts.errors import UnknownCitizen
from accounts.models import Citizen
from healthcode.colours import Colour
from healthcode.models import ColourChange
from healthcode.policy import Fact, Outlook, decide, decision_to_json, outlook, outlook_to_json
from healthcode.policy.instants import Calendar
from healthcode.services.current import current_status
from healthcode.services.in_force import InForce, active_rules
from healthcode.services.joined import joined_at
from healthcode.services.recolour import facts_of

MOST_CHANGES = 50


def explain_citizen(*, ref: str, now: datetime) -> dict[str, Any]:
    """The current decision as plain JSON, with the evidence, the outlook and the history.

    `stands`: whether the stored status is what the facts give now; it is not while a brake
    holds the person back. No identity is read. Raises UnknownCitizen or NoActiveRules.
    """
    citizen = Citizen.objects.filter(ref=ref).first()
    if citizen is None:
        raise UnknownCitizen
    status = current_status(citizen_id=citizen.pk, now=now)
    facts, in_force = _basis(citizen, now)
    decision = decide(facts, in_force.rules, int(now.timestamp()))
    answer = decision_to_json(decision, in_force.rules)
    stands = (status.colour, status.decision.get("reasons")) == (decision.colour, answer["reasons"])
    ahead = outlook(facts, in_force.rules, int(now.timestamp()))
    return {
        "ref": ref,
        "now": now.isoformat(timespec="seconds"),
        "rules": in_force.version,
        "stands": stands,
        **answer,
        "outlook": outlook_to_json(ahead, in_force.rules),
        "evidence": [_told(fact, in_force.rules.calendar) for fact in facts],
        "history": [_change(change) for change in changes_of(citizen.pk)],
    }


def outlook_of(*, citizen: Citizen, now: datetime) -> Outlook:
    """The colours ahead of a citizen and the soonest green. Raises NoActiveRules."""
    facts, in_force = _basis(citizen, now)
    return outlook(facts, in_force.rules, int(now.timestamp()))


def changes_of(citizen_id: int) -> list[ColourChange]:
    """The latest recorded decisions of a citizen, newest first."""
    return list(ColourChange.objects.filter(citizen_id=citizen_id).order_by("-pk")[:MOST_CHANGES])


def _basis(citizen: Citizen, now: datetime) -> tuple[list[Fact], InForce]:
    stored = facts_of([citizen.pk]).get(citizen.pk, [])
    facts, _ = joined_at().join(stored, citizen.community or citizen.district)
    return facts, active_rules(region=citizen.district, now=now)


def _told(fact: Fact, calendar: Calendar) -> dict[str, Any]:
    return {
        "id": fact.id,
        "kind": fact.kind,
        "occurred_at": calendar.iso(fact.occurred_at),
        "ended_at": None if fact.ended_at is None else calendar.iso(fact.ended_at),
        "details": {name: value for name, value in fact.details.items() if value is not None},
    }


def _change(change: ColourChange) -> dict[str, Any]:
    return {
        "change": change.pk,
        "decided_at": change.decided_at.isoformat(timespec="seconds"),
        "from": Colour(change.previous).word,
        "to": Colour(change.colour).word,
        "rules": change.rules,
        "reasons": [reason["rule"] for reason in change.decision.get("reasons", [])],
        "facts": change.facts,
    }
