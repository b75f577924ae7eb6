"""Stays that become known late: the cases they could concern are traced again."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case as Choice
from django.db.models import DateTimeField, F, Max, Value, When

from tracing import queries, sql
from tracing.models import Case, CaseState, Contact, ContactGrade, Visit


def touch_cases(*, visits: Iterable[Visit], now: datetime, also: Collection[int] = ()) -> int:
    """Make the open cases due whose trace these stays could change; returns how many.

    Call it in the transaction that writes, cuts short or removes stays, with the stays as they
    were and as they are, after everything else. A stay that begins after every open case was
    confirmed concerns none and costs two short statements. `also`: cases to make due in any event.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql.SHARE_STAYS)
        confirmed = Case.objects.filter(state=CaseState.CONFIRMED)
        open_cases = Case.objects.filter(state__in=[CaseState.CONFIRMED, CaseState.MERGED])
        latest = open_cases.aggregate(latest=Max("traced_until"))["latest"]
        late = [visit for visit in visits if latest is not None and visit.entered_at < latest]
        if not late and not also:
            return 0
        touched = {*also, *(queries.touched_cases(late) if late else ())}
        locked = confirmed.select_for_update(no_key=True).order_by("pk")
        ids = list(locked.filter(pk__in=touched).values_list("pk", flat=True))
        return Case.objects.filter(pk__in=ids).update(trace_due_at=_due(now))


def touch_beside(*, cases: Iterable[Case], now: datetime) -> int:
    """Make the other cases due that have one of these as a close contact; returns how many.

    When a case was isolated ends its own contacts as theirs, so whatever is said of that, or
    taken back, concerns them. The rows of all are held in the order of their ids: call it
    before the rows of these cases are written, after everything else.
    """
    own = {case.pk: case.citizen_id for case in cases}
    close = Contact.objects.filter(citizen_id__in=own.values(), grade=ContactGrade.CLOSE)
    beside = set(close.values_list("case_id", flat=True)) - set(own)
    held = Case.objects.filter(pk__in={*own, *beside}).select_for_update(no_key=True)
    list(held.order_by("pk").values_list("pk", flat=True))
    confirmed = Case.objects.filter(pk__in=beside, state=CaseState.CONFIRMED)
    return confirmed.update(trace_due_at=_due(now))


def _due(now: datetime) -> Choice:
    """Now, or as late as a brake has put it off.

    Always another value: a trace under way clears only the one it began with.
    """
    put_off = When(trace_due_at__gt=now, then=F("trace_due_at") + timedelta(microseconds=1))
    return Choice(put_off, default=Value(now), output_field=DateTimeField())
