"""Work for people: calls, tests and places to stay, the most urgent first."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OversightAdmin
from accounts.admin.lists import DistrictFilter, defaulted
from accounts.admin.show import (
    NOTHING,
    Fact,
    Table,
    Work,
    citizen_link,
    counted,
    link,
    moment,
    shown,
)
from accounts.services import masked_name
from tracing.admin.task_deeds import DEEDS
from tracing.admin.words import grade_tag, setting_word
from tracing.admin.worklist import (
    LABEL,
    AreaFilter,
    DueFilter,
    WhoseFilter,
    due_word,
    history,
    named,
    state_tag,
    task_word,
    with_area,
)
from tracing.models import ContactTask, TaskState

TASK = "tracing_contacttask_change"
OPEN = Q(state=TaskState.OPEN)


@admin.register(ContactTask)
class ContactTaskAdmin(OversightAdmin):
    """By due time; who is behind a task stays masked."""

    section = "TRACING"
    position = 15
    label = LABEL
    audited_as = "task"
    detail_template = "admin/tracing/task/detail.html"
    intro = _("按截止时间排列。一次电话、一天的采样对同一个人的所有病例都算数。")
    keyset = ("due_at", "pk")
    newest_first = False
    list_display = (
        shown(_("任务"), lambda task: link(task_word(task), TASK, task.pk)),
        shown(_("截止时间"), lambda task: due_word(task, timezone.now())),
        shown(_("姓名"), lambda task: masked_name(task.citizen)),
        shown(_("辖区"), lambda task: task.region_name or task.area),
        shown(_("状态"), state_tag),
        shown(_("尝试次数"), lambda task: task.tries or NOTHING, numeric=True),
        shown(_("负责人"), lambda task: named(task.assignee)),
    )
    list_display_links = None
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("open", TaskState.OPEN.label, OPEN),
            ("done", TaskState.DONE.label, Q(state=TaskState.DONE)),
            ("closed", TaskState.CLOSED.label, Q(state=TaskState.CLOSED)),
        ),
        DueFilter,
        WhoseFilter,
        "kind",
        AreaFilter,
        DistrictFilter,
    )
    deeds = DEEDS

    def rows_of_page(self, rows: QuerySet[ContactTask]) -> QuerySet[ContactTask]:
        """With the person, whose they are, the contact, and the area's name."""
        return with_area(rows.select_related("citizen", "assignee", "done_by", "contact"))

    def heading(self, row: ContactTask) -> str:
        """What, and for whom: masked."""
        return f"{task_word(row)} · {masked_name(row.citizen)}"

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """The person, the contact without its case, and how the task stands."""
        facts = [
            Fact(_("状态"), state_tag(row)),
            Fact(_("截止时间"), due_word(row, timezone.now())),
            Fact(_("可开始时间"), moment(row.starts_at)),
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
            Fact(_("辖区"), row.region_name or row.area),
            Fact(_("负责人"), named(row.assignee)),
            Fact(_("尝试次数"), row.tries),
        ]
        if row.contact is not None:
            facts += [
                Fact(_("等级"), grade_tag(row.contact.grade)),
                Fact(_("情形"), setting_word(row.contact.setting)),
                Fact(_("首次"), moment(row.contact.first_at)),
                Fact(
                    _("末次"), moment(row.contact.last_at) if row.contact.last_at else _("仍在接触")
                ),
            ]
        if row.done_at:
            facts.append(Fact(_("完成时间"), moment(row.done_at)))
            facts.append(Fact(_("完成人"), named(row.done_by)))
        return facts

    def tables(self, request: HttpRequest, row: ContactTask) -> list[Table]:
        """What else the rules ask for the person, and what was done to this one."""
        others = with_area(ContactTask.objects.filter(citizen=row.citizen_id))
        others = others.exclude(pk=row.pk).exclude(state=TaskState.CLOSED)
        now = timezone.now()
        asked = [
            (link(task_word(one), TASK, one.pk), due_word(one, now), state_tag(one))
            for one in others.order_by("due_at", "pk")[:50]
        ]
        columns = (_("任务"), _("截止时间"), _("状态"))
        done = (_("时间"), _("操作"), _("操作人"))
        return [
            Table(_("规则对此人的其他要求"), columns, asked, empty=_("没有其他任务。")),
            Table(_("经过"), done, list(history(row)), empty=_("还没有人处理。"), always=True),
        ]

    def aside(self, request: HttpRequest, row: ContactTask) -> dict[str, Any]:
        """Where to see who it is, and where to write down what they say."""
        reveal = statement = ""
        if request.user.has_perm("accounts.reveal_citizen"):
            reveal = reverse("admin:accounts_citizen_reveal", args=[row.citizen_id])
        if request.user.has_perm("tracing.add_statement"):
            statement = f"{reverse('admin:tracing_statement_add')}?task={row.pk}"
        return {"reveal_url": reveal, "statement_url": statement}

    def work(self, request: HttpRequest) -> list[Work]:
        """The most urgent, one's own first of all."""
        url = reverse("admin:tracing_contacttask_changelist")
        waiting = ContactTask.objects.filter(OPEN)
        mine = waiting.filter(assignee_id=request.user.pk)
        return [
            _block(_("我的任务"), f"{url}?whose=mine", mine, order=12),
            _block(_("待办任务"), url, waiting, order=14),
        ]


def _block(title: Any, url: str, tasks: QuerySet[ContactTask], *, order: int) -> Work:
    now = timezone.now()
    soonest = tasks.order_by("due_at", "pk").select_related("citizen")[:5]
    rows = [
        (
            reverse(f"admin:{TASK}", args=[task.pk]),
            f"{task_word(task)} · {masked_name(task.citizen)}",
            due_word(task, now),
        )
        for task in soonest
    ]
    return Work(
        title=title, url=url, count=counted(tasks), rows=rows, empty=_("没有待办。"), order=order
    )
