"""Officers who do the same deed at once, and gates that meet a statement."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.errors import AlreadyDecided
from accounts.models import AuditEvent
from accounts.roles import Role
from tests import oversight
from tests.tracing.door import minutes
from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    traced,
)
from tracing.models import ContactTask, Statement, Visit
from tracing.services import make_partitions
from tracing.services.follow_up import finish_task, note_try, reopen_task, take_task
from tracing.services.statements import (
    Meeting,
    approve_statement,
    enter_statement,
    withdraw_statement,
)
from tracing.services.visits import enter

pytestmark = pytest.mark.usefixtures("committed")
OFFICERS = 4


@pytest.fixture(autouse=True)
def _stage(committed) -> None:
    make_partitions(now=NOW)
    rules_in_force()
    officer()


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed answers, or the error it raises, all begun at one moment."""
    ready = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            ready.wait()
            return deed()
        except AlreadyDecided as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [done.result() for done in [pool.submit(run, deed) for deed in deeds]]


def wins(answers: list[Any]) -> int:
    return sum(not isinstance(answer, AlreadyDecided) for answer in answers)


def case_of_two():
    """Zhang San, traced to Li Si."""
    zhang, li = person("11010519491231002X"), person("110101199003070038")
    for who in (zhang, li):
        stay(who, room(), "18 09:00", "18 11:00")
    case = confirmed(zhang)
    traced(case)
    return case, zhang, li


@pytest.mark.parametrize(
    ("deed", "action"),
    [
        (lambda pk, by: take_task(task_id=pk, by=by, now=NOW), "task.taken"),
        (lambda pk, by: note_try(task_id=pk, seen=0, by=by, now=NOW), "task.tried"),
        (
            lambda pk, by: finish_task(task_id=pk, outcome="reached", by=by, now=NOW),
            "task.finished",
        ),
    ],
)
def test_of_officers_who_do_the_same_to_a_task_at_once_one_does(deed, action):
    case_of_two()
    task = ContactTask.objects.get(kind="call")
    workers = [oversight.officer(Role.COMMUNITY, f"sun-{n}") for n in range(OFFICERS)]
    answers = together(*(lambda by=by: deed(task.pk, by) for by in workers))
    assert wins(answers) == 1
    assert AuditEvent.objects.filter(action=action).count() == 1


def test_two_like_calls_finished_at_once_are_each_finished_once():
    _case, _zhang, li = case_of_two()
    wang = person("110101199003070150")
    stay(wang, room(), "18 09:00", "18 11:00")
    traced(confirmed(wang))
    like = ContactTask.objects.filter(citizen=li, kind="call").order_by("pk")
    calls = list(like)
    workers = [oversight.officer(Role.COMMUNITY, f"sun-{n}") for n in range(2)]
    deeds = [
        lambda pk=call.pk, by=by: finish_task(task_id=pk, outcome="reached", by=by, now=NOW)
        for call, by in zip(calls, workers, strict=True)
    ]
    for lap in range(10):
        assert wins(together(*deeds)) == 1
        assert AuditEvent.objects.filter(action="task.finished").count() == lap + 1
        assert set(like.values_list("state", flat=True)) == {"done"}
        reopen_task(task_id=calls[0].pk, by=officer(), now=NOW)
        assert set(like.values_list("state", flat=True)) == {"open"}


def test_a_statement_is_approved_once_however_many_press_the_button():
    case, zhang, li = case_of_two()
    statement = enter_statement(
        case_id=case.pk,
        teller_ref=zhang.ref,
        meeting=Meeting(met_ref=li.ref, setting="car"),
        first_at=at("18 12:00"),
        last_at=at("18 13:00"),
        document="31 号",
        by=officer(),
        now=NOW,
    )
    workers = [oversight.officer(Role.TRACER, f"zhao-{n}") for n in range(OFFICERS)]
    answers = together(
        *(
            lambda by=by: approve_statement(statement_id=statement.pk, by=by, now=NOW)
            for by in workers
        )
    )
    assert wins(answers) == 1
    assert AuditEvent.objects.filter(action="statement.approved").count() == 1


def test_approving_and_withdrawing_at_once_leave_what_the_last_of_them_says():
    case, zhang, _li = case_of_two()
    zhao, qian = (oversight.officer(Role.TRACER, name) for name in ("zhao", "qian"))
    for lap in range(5):
        first = at("17 08:00") + minutes(60 * lap)
        statement = enter_statement(
            case_id=case.pk,
            teller_ref=zhang.ref,
            place_id=room().pk,
            first_at=first,
            last_at=first + minutes(30),
            document="31 号",
            by=officer(),
            now=NOW,
        )
        together(
            lambda pk=statement.pk: approve_statement(statement_id=pk, by=zhao, now=NOW),
            lambda pk=statement.pk: withdraw_statement(statement_id=pk, by=qian, now=NOW),
        )
        statement = Statement.objects.get(pk=statement.pk)
        stands = statement.approved_at is not None and statement.withdrawn_at is None
        there = Visit.objects.filter(citizen_id=zhang.pk, entered_at=first).exists()
        assert there == stands


def test_a_gate_and_a_statement_at_once_make_no_overlap():
    case, zhang, _li = case_of_two()
    place, zhao = room("小南国", kind="restaurant"), oversight.officer(Role.TRACER, "zhao")
    for lap in range(5):
        first = at("17 08:00") + minutes(90 * lap)
        statement = enter_statement(
            case_id=case.pk,
            teller_ref=zhang.ref,
            place_id=place.pk,
            first_at=first,
            last_at=first + minutes(80),
            document="31 号",
            by=officer(),
            now=NOW,
        )

        def arrive(first=first):
            with transaction.atomic():
                enter(citizen_id=zhang.pk, place=place, at=first + minutes(10), now=NOW)

        together(
            arrive, lambda pk=statement.pk: approve_statement(statement_id=pk, by=zhao, now=NOW)
        )
    rows = Visit.objects.filter(citizen_id=zhang.pk, place_id=place.pk).order_by("entered_at")
    assert all(one.left_at <= following.entered_at for one, following in pairwise(rows))
    assert [row.source for row in rows].count("scan") == 5
    assert {row.source for row in rows} == {"scan", "hand"}
