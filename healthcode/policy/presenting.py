"""A decision as plain JSON, with local ISO times: the shape stored, shown and answered."""

from typing import Any

from healthcode.policy.compiled import CompiledRules
from healthcode.policy.decision import Decision, Obligation, Reason
from healthcode.policy.instants import Calendar
from healthcode.policy.outlook import Outlook
from healthcode.policy.ruleset import Text


def decision_to_json(decision: Decision, rules: CompiledRules) -> dict[str, Any]:
    """Return colour, reasons, obligations and review_at, in both languages."""
    calendar = rules.calendar
    return {
        "colour": decision.colour.word,
        "reasons": [_reason(reason, calendar) for reason in decision.reasons],
        "obligations": [_obligation(owed, calendar) for owed in decision.obligations],
        "review_at": _iso(decision.review_at, calendar),
    }


def outlook_to_json(outlook: Outlook, rules: CompiledRules) -> dict[str, Any]:
    """Return the colours ahead and the instants of green, with local ISO times."""
    calendar = rules.calendar
    steps = [{"at": calendar.iso(step.at), "colour": step.colour.word} for step in outlook.steps]
    return {
        "steps": steps,
        "green_at": _iso(outlook.green_at, calendar),
        "soonest_green": _iso(outlook.soonest_green, calendar),
    }


def _reason(reason: Reason, calendar: Calendar) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "evidence": reason.evidence,
        "since": _iso(reason.since, calendar),
        "until": _iso(reason.until, calendar),
        "earliest": _iso(reason.earliest, calendar),
        "text": _text(reason.text),
        "release": _text(reason.release),
    }


def _obligation(owed: Obligation, calendar: Calendar) -> dict[str, Any]:
    return {
        "rule": owed.rule,
        "evidence": owed.evidence,
        "from": _iso(owed.start, calendar),
        "by": _iso(owed.by, calendar),
        "text": _text(owed.text),
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh-hans": text.zh_hans, "en": text.en}


def _iso(instant: int | None, calendar: Calendar) -> str | None:
    return None if instant is None else calendar.iso(instant)
