"""Tasks made to agree with the contacts of a case, inside the trace that found them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from healthcode.policy import CompiledRules
from tracing import sql
from tracing.models import Case, Contact, ContactGrade, ContactTask
from tracing.services.follow_up.asked import Asked, Known, asked_of, by_day

FIELDS = ("pk", "grade", "level", "setting", "first_at", "last_at", "found_at")
# More contacts than this would make every colour wait for the tasks: these come right after.
LARGE = 1_000


def keep_tasks(case: Case, rules: CompiledRules, *, now: datetime, whole: bool = False) -> int:
    """Make the tasks of the case's stored contacts those that the rules ask, and no others.

    Returns how many were made, removed, closed or taken up again: none when nothing changed.
    What somebody has worked on is closed instead of removed, and taken up again should the
    contact come back. At most six statements, however many contacts there are. Of a case with
    over 1,000 contacts, new ones are made only where `whole` says so: see `plan_tasks`.
    """
    steps = _steps(case, make=whole or _asked(case).count() <= LARGE)
    if not steps:
        return 0
    parameters = {"case": case.pk, "now": now, **_wanted(case, rules)}
    return sum(_written(step, parameters) for step in steps)


def drop_tasks(case: Case) -> int:
    """Take back what a case's contacts made, before they are deleted; returns how many.

    What somebody has worked on is kept closed, without its contact.
    """
    parameters = {"case": case.pk}
    return sum(_written(step, parameters) for step in (sql.DROP_ALL_TASKS, sql.CLOSE_ALL_TASKS))


def _steps(case: Case, *, make: bool) -> list[str]:
    if not ContactTask.objects.filter(case=case).exists():
        return [sql.MAKE_FIRST_TASKS] if make else []
    mend = [sql.GIVE_BACK_TASKS, sql.DROP_TASKS, sql.SETTLE_TASKS]
    return [*mend, sql.MAKE_TASKS] if make else mend


def _asked(case: Case) -> QuerySet[Contact]:
    return Contact.objects.filter(case=case).exclude(grade=ContactGrade.CASUAL)


def _written(statement: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _wanted(case: Case, rules: CompiledRules) -> dict[str, list[Any]]:
    """Each contact's number with the list of what is asked of them; equal lists once."""
    answers: dict[Known, tuple[Asked, ...]] = {}
    lists: dict[tuple[Asked, ...], int] = {}
    numbers: dict[int, int] = {}
    for contact_id, known in _contacts(case, rules):
        if known not in answers:
            answers[known] = asked_of(known, rules)
        numbers[contact_id] = lists.setdefault(answers[known], len(lists))
    rows = [(number, *one) for asked, number in lists.items() for one in asked]
    names = ("numbers", "kinds", "wanted", "starts", "dues")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return {"contacts": list(numbers), "lists": list(numbers.values()), **columns}


def _contacts(case: Case, rules: CompiledRules) -> Iterator[tuple[int, Known]]:
    rows = _asked(case).values_list(*FIELDS)
    for pk, grade, level, setting, first_at, last_at, found_at in rows:
        first = int(first_at.timestamp())
        last = None if last_at is None else int(last_at.timestamp())
        known = Known(ContactGrade(grade), level, setting, first, last, found_at)
        yield pk, by_day(known, rules)
