"""What officers do with tasks: take, give, try, finish, open again, pass on.

Whoever comes second is told so: every change compares and sets.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import Region, RegionLevel, User
from tracing.errors import TaskInvalid, UnfitOfficer, UnknownTask
from tracing.models import ContactTask, TaskKind, TaskOutcome, TaskState
from tracing.services.cases.deed import name_of, need_one

RIGHT = "tracing.work_contacttask"
#: How each kind of task can end. Whoever lives elsewhere is passed on instead.
OUTCOMES = {
    TaskKind.CALL: (
        TaskOutcome.REACHED,
        TaskOutcome.UNREACHED,
        TaskOutcome.REFUSED,
        TaskOutcome.ERROR,
    ),
    TaskKind.TEST: (
        TaskOutcome.ARRANGED,
        TaskOutcome.UNREACHED,
        TaskOutcome.REFUSED,
        TaskOutcome.ERROR,
    ),
    TaskKind.PLACE: (
        TaskOutcome.ARRANGED,
        TaskOutcome.UNREACHED,
        TaskOutcome.REFUSED,
        TaskOutcome.ERROR,
    ),
}
# What somebody answered or was given counts for every case that they are a contact of; that
# nobody was reached, or that a contact is a mistake, for the one alone.
SHARED = frozenset({TaskOutcome.REACHED, TaskOutcome.ARRANGED, TaskOutcome.REFUSED})


def take_task(*, task_id: int, by: User, now: datetime) -> ContactTask:
    """Take an open task that is nobody's.

    Raises NotPermitted, UnknownTask, or AlreadyDecided if somebody has it or it is open no
    longer.
    """
    task = _task(task_id, by)
    with transaction.atomic():
        need_one(_open(task).filter(assignee__isnull=True).update(assignee=by))
        _record("taken", task, by, now)
    return _task(task_id, by)


def give_task(*, task_id: int, to: str, by: User, now: datetime) -> ContactTask:
    """Give an open task to the officer of this name.

    Raises NotPermitted, UnknownTask, UnfitOfficer unless that officer may work on tasks, or
    AlreadyDecided if they have it already or it changed hands since it was read.
    """
    task = _task(task_id, by)
    other = User.objects.filter(username=to, is_staff=True, is_active=True).first()
    if other is None or not other.has_perm(RIGHT):
        raise UnfitOfficer
    if task.assignee_id == other.pk:
        raise AlreadyDecided
    with transaction.atomic():
        need_one(_open(task).filter(assignee=task.assignee_id).update(assignee=other))
        _record("given", task, by, now, to=f"user:{other.username}")
    return _task(task_id, by)


def note_try(*, task_id: int, seen: int, by: User, now: datetime) -> ContactTask:
    """Count a try that reached nobody; `seen`: how many tries the officer saw before.

    Raises NotPermitted, UnknownTask, or AlreadyDecided if another try was noted meanwhile.
    """
    task = _task(task_id, by)
    with transaction.atomic():
        need_one(_open(task).filter(tries=seen).update(tries=F("tries") + 1))
        _record("tried", task, by, now, tries=seen + 1)
    return _task(task_id, by)


def finish_task(*, task_id: int, outcome: str, by: User, now: datetime) -> ContactTask:
    """End a task with an outcome that its kind can have, and the like ones of the same person.

    Alike are open tasks of the same kind and place that have begun, and tests of the same day:
    a call that is answered once is answered for every case. Raises NotPermitted, UnknownTask,
    TaskInvalid or AlreadyDecided.
    """
    task = _task(task_id, by)
    if outcome not in OUTCOMES[TaskKind(task.kind)]:
        raise TaskInvalid(outcome=outcome)
    done = {"state": TaskState.DONE, "outcome": outcome, "done_by": by, "done_at": now}
    alike = _alike(task, now) if outcome in SHARED else ContactTask.objects.none()
    with transaction.atomic():
        also = _hold(task, alike)
        need_one(_open(task).update(**done))
        ContactTask.objects.filter(pk__in=also, state=TaskState.OPEN).update(**done)
        _record("finished", task, by, now, outcome=outcome, also=also)
    return _task(task_id, by)


def reopen_task(*, task_id: int, by: User, now: datetime) -> ContactTask:
    """Open a finished task again, and the like ones that the same deed had finished.

    Raises NotPermitted, UnknownTask, or AlreadyDecided unless it is done and still asked for.
    """
    task = _task(task_id, by)
    asked = ContactTask.objects.filter(state=TaskState.DONE, contact__isnull=False)
    again = {"state": TaskState.OPEN, "outcome": "", "done_by": None, "done_at": None}
    alike = asked.filter(kind=task.kind, wanted=task.wanted, citizen=task.citizen_id)
    with transaction.atomic():
        also = _hold(task, alike.filter(done_at=task.done_at, done_by=task.done_by_id))
        need_one(asked.filter(pk=task.pk, done_at=task.done_at).update(**again))
        asked.filter(pk__in=also).update(**again)
        _record("reopened", task, by, now, also=also)
    return _task(task_id, by)


def pass_on(*, task_id: int, region: str, by: User, now: datetime) -> ContactTask:
    """Hand a task over to another district, street or community, where the person is.

    All open tasks of the person that lie where this one does go with it, and are nobody's
    again. Raises NotPermitted, UnknownTask, TaskInvalid unless there is such a region and it
    is another, or AlreadyDecided.
    """
    task = _task(task_id, by)
    there = _area(region)
    if there == _where(task):
        raise TaskInvalid(region=region)
    moved = {**there, "outcome": TaskOutcome.ELSEWHERE, "assignee": None}
    others = ContactTask.objects.filter(state=TaskState.OPEN, citizen=task.citizen_id)
    with transaction.atomic():
        also = _hold(task, others.filter(**_where(task)))
        need_one(_open(task).filter(**_where(task)).update(**moved))
        ContactTask.objects.filter(pk__in=also, state=TaskState.OPEN).update(**moved)
        _record("passed_on", task, by, now, region=region, also=also)
    return _task(task_id, by)


def _task(task_id: int, by: User) -> ContactTask:
    if not by.has_perm(RIGHT):
        raise NotPermitted
    task = ContactTask.objects.filter(pk=task_id).first()
    if task is None:
        raise UnknownTask
    return task


def _open(task: ContactTask) -> QuerySet[ContactTask]:
    return ContactTask.objects.filter(pk=task.pk, state=TaskState.OPEN)


def _alike(task: ContactTask, now: datetime) -> QuerySet[ContactTask]:
    """Open tasks of the same person that the same deed settles."""
    same = ContactTask.objects.filter(
        citizen=task.citizen_id, kind=task.kind, wanted=task.wanted, state=TaskState.OPEN
    )
    if task.kind == TaskKind.TEST:
        return same.filter(starts_at__lt=task.due_at, due_at__gt=task.starts_at)
    return same.filter(Q(starts_at__lte=now) | Q(starts_at__lte=task.starts_at))


def _hold(task: ContactTask, others: QuerySet[ContactTask]) -> list[int]:
    """Lock a task and others in the order of their ids; returns the others.

    Whoever comes from one of the others waits, instead of each waiting for the other.
    """
    rows = (others | ContactTask.objects.filter(pk=task.pk)).order_by("pk")
    held = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    return [pk for pk in held if pk != task.pk]


def _area(code: str) -> dict[str, str]:
    """The codes of a region on a row; of a street, no community."""
    found = Region.objects.filter(code=code, level__gte=RegionLevel.DISTRICT).exists()
    if not found:
        raise TaskInvalid(region=code)
    street, community = (code[:9] if len(code) >= 9 else ""), (code if len(code) == 12 else "")
    return {"district": code[:6], "street": street, "community": community}


def _where(task: ContactTask) -> dict[str, str]:
    return {"district": task.district, "street": task.street, "community": task.community}


def _record(action: str, task: ContactTask, by: User, now: datetime, **details: Any) -> None:
    audit.record(
        actor=name_of(by),
        action=f"task.{action}",
        target=f"task:{task.pk}",
        now=now,
        **details,
    )
