"""How the worklist reads: kinds, places, when something is due, and where it belongs."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import TextFilter
from accounts.admin.show import NOTHING, Words, ago, moment, tag, with_region
from accounts.models import AuditEvent
from healthcode.admin.words import VALUES
from tracing.models import ContactTask, TaskKind, TaskState

#: What was done to a task, by the record's action.
DEEDS: dict[str, Words] = {
    "task.taken": _("领取"),
    "task.given": _("转交"),
    "task.tried": _("未联系到，计一次"),
    "task.finished": _("完成"),
    "task.reopened": _("重新打开"),
    "task.passed_on": _("转其他辖区"),
}
_COLUMNS = {6: "district", 9: "street", 12: "community"}
_TONES = {TaskState.OPEN: "strong", TaskState.DONE: "done", TaskState.CLOSED: "quiet"}


class AreaFilter(TextFilter):
    """By the code of a district, street or community: each has its column, so nothing is joined."""

    title = _("辖区代码")
    parameter_name = "area"
    hint = _("6 位区、9 位街镇或 12 位社区")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of one area; a code of another length finds nothing."""
        code = (self.value() or "").strip()
        if not code:
            return queryset
        column = _COLUMNS.get(len(code))
        return queryset.filter(**{column: code}) if column else queryset.none()


class WhoseFilter(admin.SimpleListFilter):
    """One's own tasks, or those that nobody has."""

    title = _("负责人")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        """Mine or nobody's."""
        return [("mine", _("我的")), ("nobody", _("无人领取"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the assignee on the row."""
        if self.value() == "mine":
            return queryset.filter(assignee_id=request.user.pk)
        return queryset.filter(assignee__isnull=True) if self.value() == "nobody" else queryset


class DueFilter(admin.SimpleListFilter):
    """Late, or due within a day."""

    title = _("截止时间")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        """Late or today."""
        return [("late", _("已逾期")), ("day", _("24 小时内"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the column that the list is ordered by."""
        now = timezone.now()
        if self.value() == "late":
            return queryset.filter(due_at__lt=now)
        if self.value() == "day":
            return queryset.filter(due_at__gte=now, due_at__lt=now + timedelta(days=1))
        return queryset


def task_word(task: ContactTask) -> Words:
    """What is to be done; of a place, which."""
    if task.kind == TaskKind.PLACE:
        return VALUES.get(task.wanted, task.wanted)
    return str(task.get_kind_display())


def due_word(task: ContactTask, now: datetime) -> str:
    """When it is due, and how late it is if nobody has done it."""
    if task.state != TaskState.OPEN:
        return moment(task.due_at)
    if task.due_at <= now:
        return format_html("{} {}", tag(_("逾期"), "warn"), ago(task.due_at, now=now))
    if task.starts_at > now:
        words = gettext("%(at)s 起") % {"at": timezone.localtime(task.starts_at).strftime("%m-%d")}
        return format_html("{} {}", moment(task.due_at), tag(words))
    return format_html("{} · {}", ago(task.due_at, now=now), moment(task.due_at))


def state_tag(task: ContactTask) -> str:
    """Where it stands and what came of it."""
    words = str(task.get_outcome_display() if task.outcome else task.get_state_display())
    return tag(words, _TONES[TaskState(task.state)])


def with_area(rows: QuerySet[ContactTask]) -> QuerySet[ContactTask]:
    """Rows with the name of the smallest region that is on them."""
    smallest = Coalesce(
        NullIf(F("community"), Value("")),
        NullIf(F("street"), Value("")),
        F("district"),
        output_field=CharField(),
    )
    return with_region(rows.annotate(area=smallest), "area")


def history(task: ContactTask) -> Iterator[Sequence[Any]]:
    """Who did what to a task, the latest first."""
    events = AuditEvent.objects.filter(target=f"task:{task.pk}").order_by("-at", "-id")
    for event in events[:50]:
        words = DEEDS.get(event.action, event.action)
        yield moment(event.at), words, event.actor.removeprefix("user:")


def named(user: Any) -> str:
    """An officer by name."""
    return user.username if user else NOTHING


LABEL = pgettext_lazy("page", "接触者任务")
