"""Whole traces: both hops of confirmed cases, graded, and every row that follows written."""

import secrets
import time
from datetime import timedelta
from random import Random

from django.utils import timezone

from accounts.models import Citizen, User
from benchmarks.stage import quantile
from benchmarks.tracing.city import Plan
from healthcode.models import Activation
from healthcode.services import activate_first_ruleset, load_rulesets
from tracing.models import Case
from tracing.services import confirm_case, open_case, trace_case, withdraw_case

Row = tuple[str, float, str]
RULES = "sh-2022-09-18"
TRACES = 8
SAMPLED = timedelta(hours=36)


def whole(plan: Plan) -> list[Row]:
    """Cases confirmed and traced one after the other, again, and withdrawn."""
    _rules_in_force(plan)
    officer = User.objects.create_superuser(secrets.token_hex(8), secrets.token_urlsafe(16))
    rng = Random()  # other people than the last time in a city that is kept
    cases = [_confirmed(1 + rng.randrange(plan.citizens), officer, plan) for _ in range(TRACES)]
    first, again = [_traced(case, plan) for case in cases], [_traced(case, plan) for case in cases]
    for case in cases:
        withdraw_case(case_id=case.pk, reason="benchmark", by=officer, now=timezone.now())
    return [
        *_told("one whole trace", first),
        *_told("the same again, nothing changed", again),
        ("largest trace: contacts", max(contacts for _, contacts, _ in first), ""),
    ]


def _rules_in_force(plan: Plan) -> None:
    if not Activation.objects.filter(ruleset__ruleset_id=RULES).exists():
        load_rulesets(now=plan.now, by="system:bench")
        at = plan.now - timedelta(days=5)
        activate_first_ruleset(ruleset_id=RULES, at=at, by="system:bench")


def _confirmed(citizen_id: int, officer: User, plan: Plan) -> Case:
    ref, now = Citizen.objects.get(pk=citizen_id).ref, plan.now
    case = open_case(citizen_ref=ref, sampled_at=now - SAMPLED, by=officer, now=now)
    return confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer, now=now)


def _traced(case: Case, plan: Plan) -> tuple[float, int, int]:
    """Seconds, contacts, rows written."""
    start = time.perf_counter()
    traced = trace_case(case_id=case.pk, now=plan.now)
    seconds = time.perf_counter() - start
    assert traced is not None
    return seconds, traced.contacts, traced.changed


def _told(name: str, traces: list[tuple[float, int, int]]) -> list[Row]:
    seconds, contacts, rows = zip(*traces, strict=True)
    return [
        (f"{name}, p50", quantile(seconds, 0.5) * 1000, "ms"),
        (f"{name}, max", max(seconds) * 1000, "ms"),
        (f"{name}: contacts, mean", sum(contacts) / len(traces), ""),
        (f"{name}: rows written, mean", sum(rows) / len(traces), ""),
    ]
