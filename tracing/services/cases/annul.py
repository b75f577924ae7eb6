"""Cases whose grounds were taken back: a test that was retracted, or corrected to a negative.

What nobody has decided goes by itself. What a person confirmed, a person withdraws: such cases
are work for the officers.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tracing import queries
from tracing.models import Case, CaseState
from tracing.services.cases.deed import record
from tracing.services.cases.propose import propose_again

BATCH = 1000
ACTOR = "system:tracing"


def annul_proposals(*, now: datetime) -> int:
    """Take back the suspected cases whose grounds were taken back; returns how many.

    No evidence is handed down: there is nothing to exclude. Somebody against whom another
    positive stands is proposed again.
    """
    gone = queries.groundless_cases([CaseState.SUSPECTED], limit=BATCH)
    return sum(_annul(case, now) for case in Case.objects.filter(pk__in=gone).order_by("pk"))


def without_grounds(case_ids: Collection[int] | None = None) -> list[int]:
    """Ids of the decided cases whose grounds were taken back; of all (at most 1,000), or of
    these.
    """
    decided = [CaseState.CONFIRMED, CaseState.MERGED]
    return queries.groundless_cases(decided, limit=BATCH, case_ids=case_ids)


def _annul(case: Case, now: datetime) -> bool:
    """Unless somebody decides about it just now."""
    with transaction.atomic():
        suspected = Case.objects.filter(pk=case.pk, state=CaseState.SUSPECTED)
        dismissed = {"state": CaseState.DISMISSED, "decided_at": now, "decided_by": ACTOR}
        if suspected.update(**dismissed) != 1:
            return False
        record("annulled", case, ACTOR, now, evidence=case.grounds_id)
        propose_again(citizen_id=case.citizen_id, now=now)
    return True
