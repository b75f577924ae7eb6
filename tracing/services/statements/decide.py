"""Approving a statement, from when it counts, and withdrawing it, from when it never has."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.errors import NotPermitted
from accounts.models import User
from tracing.errors import SecondPersonNeeded, UnknownStatement
from tracing.models import Case, CaseState, ContactGrade, Statement, Visit
from tracing.services.cases.deed import need_one
from tracing.services.stated_stays import redraw_stays
from tracing.services.statements.deed import record
from tracing.services.touch import touch_cases
from tracing.services.visits import lock_citizen
from tracing.windows import Span


def approve_statement(*, statement_id: int, by: User, now: datetime) -> Statement:
    """Have a statement count: a stay becomes visits, a meeting an edge of traces.

    The cases that it could concern are due. Raises NotPermitted, UnknownStatement,
    SecondPersonNeeded for whoever entered it, or AlreadyDecided.
    """
    statement = _statement(statement_id, by, "tracing.approve_statement")
    if statement.entered_by_id == by.pk:
        raise SecondPersonNeeded
    waiting = Statement.objects.filter(pk=statement_id, withdrawn_at__isnull=True)
    with transaction.atomic():
        lock_citizen(citizen_id=statement.teller_id)
        updated = waiting.filter(approved_at__isnull=True).update(approved_by=by, approved_at=now)
        need_one(updated)
        record("approved", statement, by, now)
        _follow(statement, now)
    return _statement(statement_id, by, "tracing.approve_statement")


def withdraw_statement(*, statement_id: int, by: User, now: datetime) -> Statement:
    """Take a statement back, approved or not; what followed from it follows no longer.

    Whoever entered it may do so as long as nobody has approved it, and whoever may approve it
    at any time. What gates saw, and what other statements say, stays as it is. Raises
    NotPermitted, UnknownStatement, or AlreadyDecided if it is withdrawn.
    """
    statement = _statement(statement_id, by, "tracing.add_statement")
    own = statement.entered_by_id == by.pk and statement.approved_at is None
    if not own and not by.has_perm("tracing.approve_statement"):
        raise NotPermitted
    standing = Statement.objects.filter(pk=statement_id, withdrawn_at__isnull=True)
    with transaction.atomic():
        lock_citizen(citizen_id=statement.teller_id)
        updated = standing.filter(approved_at=statement.approved_at).update(
            withdrawn_by=by, withdrawn_at=now
        )
        need_one(updated)
        record("withdrawn", statement, by, now)
        if statement.approved_at is not None:
            _follow(statement, now)
    return _statement(statement_id, by, "tracing.add_statement")


def _statement(statement_id: int, by: User, right: str) -> Statement:
    if not by.has_perm(right):
        raise NotPermitted
    statement = Statement.objects.filter(pk=statement_id).first()
    if statement is None:
        raise UnknownStatement
    return statement


def _follow(statement: Statement, now: datetime) -> None:
    """The stays, if it tells of one; then the cases: the one it was told in, whatever else."""
    changed: list[Visit] = []
    if statement.place_id is not None:
        said = Span(statement.first_at, statement.last_at)
        changed = redraw_stays(
            citizen_id=statement.teller_id, place_id=statement.place_id, around=said, now=now
        )
    touch_cases(visits=changed, also=_concerned(statement), now=now)


def _concerned(statement: Statement) -> list[int]:
    """Its own case; of a meeting also the cases of both, or that have one as a close contact."""
    ours = Q(pk=statement.case_id) | Q(merged=statement.case_id)
    if statement.met_id is not None:
        both = (statement.teller_id, statement.met_id)
        ours |= Q(citizen__in=both) | Q(merged__citizen__in=both)
        ours |= Q(contacts__citizen__in=both, contacts__grade=ContactGrade.CLOSE)
    confirmed = Case.objects.filter(ours, state=CaseState.CONFIRMED)
    return list(confirmed.values_list("pk", flat=True).distinct())
