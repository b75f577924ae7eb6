"""The tasks of large cases, which their trace did not wait for."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from healthcode.services import contact_rules
from tracing.models import Case, CaseState, ContactGrade
from tracing.services.cases.deed import try_hold_case
from tracing.services.follow_up.keep import LARGE, keep_tasks

# Sweeps that fail for a day leave nothing out.
LOOK_BACK = timedelta(days=2)
_ASKED = Count("contacts", filter=~Q(contacts__grade=ContactGrade.CASUAL))


def plan_tasks(*, now: datetime) -> int:
    """Make what is left to be made of large cases; returns how many tasks were written.

    Nudged when such a trace is committed, and swept.
    """
    recent = Case.objects.filter(state=CaseState.CONFIRMED, traced_at__gte=now - LOOK_BACK)
    large = recent.annotate(asked=_ASKED).filter(asked__gt=LARGE).order_by("pk")
    return sum(_plan(case_id, now) for case_id in large.values_list("pk", flat=True))


def _plan(case_id: int, now: datetime) -> int:
    """None of a case that somebody is tracing: the next sweep has its turn."""
    with transaction.atomic():
        free = try_hold_case(case_id)
        case = Case.objects.filter(pk=case_id, state=CaseState.CONFIRMED).first()
        if not free or case is None:
            return 0
        in_force = contact_rules(region=case.district, now=case.decided_at or now)
        return keep_tasks(case, in_force.rules, now=now, whole=True)
