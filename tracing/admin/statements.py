"""What people said in interviews: those that wait for a second officer first."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed
from accounts.admin.lists import by_ref, defaulted
from accounts.admin.show import (
    NOTHING,
    Fact,
    Work,
    ago,
    at,
    citizen_link,
    counted,
    link,
    moment,
    region_names,
    short,
    shown,
    tag,
    yes_no,
)
from accounts.permissions import SignedInRequest
from tracing import tasks
from tracing.admin.statement_form import LABEL, StatementForm
from tracing.admin.words import place_word
from tracing.models import Case, Place, Statement
from tracing.services import approve_statement, enter_statement, withdraw_statement

STATEMENT = "tracing_statement_change"
WAITING = Q(approved_at__isnull=True, withdrawn_at__isnull=True)
STANDING = Q(approved_at__isnull=False, withdrawn_at__isnull=True)


def _enter(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    enter_statement(**data["said"], by=request.user, now=timezone.now())


def _approve(request: SignedInRequest, row: Statement, data: dict[str, Any]) -> None:
    approve_statement(statement_id=row.pk, by=request.user, now=timezone.now())
    _nudge(request)


def _withdraw(request: SignedInRequest, row: Statement, data: dict[str, Any]) -> None:
    withdraw_statement(statement_id=row.pk, by=request.user, now=timezone.now())
    _nudge(request)


def _nudge(request: SignedInRequest) -> None:
    """A lost nudge loses seconds: the sweep runs anyway."""
    try:
        tasks.sweep_traces.delay_on_commit()
    except OperationalError:
        messages.warning(request, _("消息队列暂不可用；巡检任务会在几秒内接手追踪。"))


def _waits(row: Statement) -> bool:
    return row.approved_at is None and row.withdrawn_at is None


def _stands(row: Statement) -> bool:
    return row.withdrawn_at is None


def _state(row: Statement) -> str:
    if row.withdrawn_at is not None:
        return tag(_("已撤回"))
    return tag(_("已复核"), "done") if row.approved_at else tag(_("待复核"), "strong")


def _what(row: Statement) -> str:
    words = _("去过某处") if row.met_id is None else _("遇到某人")
    return link(words, STATEMENT, row.pk)


@admin.register(Statement)
class StatementAdmin(OversightAdmin):
    """Written down by one, approved by another."""

    section = "TRACING"
    position = 25
    label = LABEL
    audited_as = "statement"
    intro = _("电话流调中本人说到的地方和人。另一位同事复核后才算数，撤回即复原。")
    newest_first = False
    adding = Deed(
        verb="add",
        label=_("补录陈述"),
        permission="tracing.add_statement",
        do=_enter,
        form=StatementForm,
        explain=_("填一个去过的地方，或一个遇到的人。另一位同事复核后，追踪会据此延伸。"),
        button=_("提交复核"),
        done=_("已提交，等另一位同事复核。"),
    )
    list_display = (
        shown(_("陈述"), _what),
        shown(_("状态"), _state),
        shown(_("陈述人"), lambda row: citizen_link(row.teller_id, row.teller.ref)),
        at(_("开始"), "first_at"),
        at(_("结束"), "last_at"),
        shown(_("依据文书号"), lambda row: row.document),
        shown(_("录入人"), lambda row: row.entered_by.username),
        at(_("录入时间"), "entered_at"),
    )
    list_display_links = None
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("waiting", _("待复核"), WAITING),
            ("standing", _("已复核"), STANDING),
            ("withdrawn", _("已撤回"), Q(withdrawn_at__isnull=False)),
        ),
        by_ref("case", _("病例编号"), Case),
    )
    deeds = (
        Deed(
            verb="approve",
            label=_("复核通过"),
            permission="tracing.approve_statement",
            do=_approve,
            explain=_("须由录入人以外的同事核对文书。通过后相关病例重新追踪，颜色随规则改变。"),
            done=_("已复核，正在重新追踪。"),
            offered=_waits,
        ),
        Deed(
            verb="withdraw",
            label=_("撤回"),
            permission="tracing.add_statement",
            do=_withdraw,
            explain=_("由这条陈述得出的停留、接触和暴露全部收回；门口扫码的记录不受影响。"),
            button=_("确认撤回"),
            done=_("已撤回，正在重新追踪。"),
            offered=_stands,
            grave=True,
        ),
    )

    def rows_of_page(self, rows: QuerySet[Statement]) -> QuerySet[Statement]:
        """With the people behind it."""
        return rows.select_related("teller", "met", "case", "entered_by", "approved_by")

    def heading(self, row: Statement) -> str:
        """By its document."""
        return row.document

    def facts(self, request: HttpRequest, row: Statement) -> list[Fact]:
        """Who, where or whom, when, and who vouches for it."""
        facts = [
            Fact(_("状态"), _state(row)),
            Fact(_("陈述人"), citizen_link(row.teller_id, row.teller.ref)),
            Fact(_("开始"), moment(row.first_at)),
            Fact(_("结束"), moment(row.last_at)),
            *(_of_place(row) if row.met is None else _of_meeting(row)),
            Fact(_("依据文书号"), row.document),
            Fact(_("录入"), _by(row.entered_by, row.entered_at)),
            Fact(_("复核"), _by(row.approved_by, row.approved_at)),
            Fact(_("撤回"), _by(row.withdrawn_by, row.withdrawn_at)),
        ]
        if request.user.has_perm("tracing.view_case"):
            case = link(short(row.case.ref), "tracing_case_change", row.case_id)
            facts.insert(1, Fact(_("病例"), case))
        return facts

    def work(self, request: HttpRequest) -> list[Work]:
        """What waits for a second officer."""
        if not request.user.has_perm("tracing.approve_statement"):
            return []
        waiting = Statement.objects.filter(WAITING).order_by("pk")
        now = timezone.now()
        rows = [
            (
                reverse(f"admin:{STATEMENT}", args=[one.pk]),
                one.document,
                ago(one.entered_at, now=now),
            )
            for one in waiting[:5]
        ]
        url = reverse("admin:tracing_statement_changelist")
        return [
            Work(
                title=_("待复核陈述"),
                url=url,
                count=counted(waiting),
                rows=rows,
                empty=_("没有待复核的陈述。"),
                order=18,
            )
        ]


def _of_place(row: Statement) -> list[Fact]:
    place = Place.objects.select_related("zone__venue").filter(pk=row.place_id or 0).first()
    district = place.zone.venue.district if place and place.zone else ""
    return [
        Fact(_("地点"), place_word(place, region_names([district]))),
        Fact(_("空间编号"), row.place_id),
    ]


def _of_meeting(row: Statement) -> list[Fact]:
    met = row.met
    return [
        Fact(_("遇到的人"), citizen_link(met.pk, met.ref) if met else NOTHING),
        Fact(_("情形"), row.get_setting_display()),
        Fact(_("距离（米）"), NOTHING if row.distance_m is None else f"{row.distance_m:g}"),
        Fact(_("面对面"), yes_no(row.face_to_face)),
        Fact(_("肢体接触"), yes_no(row.physical)),
        Fact(_("双方戴口罩"), yes_no(row.masked)),
    ]


def _by(user: Any, when: Any) -> str:
    return format_html("{} {}", moment(when), user.username) if user else NOTHING
