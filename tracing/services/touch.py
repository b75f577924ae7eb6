"""Stays that become known late: the cases they could concern are traced again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from tracing import queries, sql
from tracing.models import Case, CaseState, Visit


def touch_cases(*, visits: Iterable[Visit], now: datetime) -> int:
    """Make the open cases due whose trace these stays could change; returns how many.

    Call it in the transaction that writes, cuts short or removes stays, with the stays as they
    were and as they are, after everything else. A stay that begins after every open case was
    confirmed concerns none and costs two short statements.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql.SHARE_STAYS)
        confirmed = Case.objects.filter(state=CaseState.CONFIRMED)
        latest = confirmed.aggregate(latest=Max("traced_until"))["latest"]
        late = [visit for visit in visits if latest is not None and visit.entered_at < latest]
        if not late:
            return 0
        locked = confirmed.select_for_update(no_key=True).order_by("pk")
        ids = list(locked.filter(pk__in=queries.touched_cases(late)).values_list("pk", flat=True))
        # Always another value: a trace under way clears only the one it began with.
        return Case.objects.filter(pk__in=ids).update(trace_due_at=now)
