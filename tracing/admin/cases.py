"""Cases: a worklist, the facts, the contacts, and what an officer decides."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from kombu.exceptions import OperationalError

from accounts.admin.base import OversightAdmin, officers_only
from accounts.admin.deeds import Deed
from accounts.admin.lists import DistrictFilter, defaulted
from accounts.admin.show import (
    NOTHING,
    Fact,
    Table,
    Work,
    ago,
    at,
    citizen_link,
    counted,
    link,
    moment,
    short,
    shown,
    with_region,
    yes_no,
)
from accounts.permissions import SignedInRequest
from healthcode.admin.words import brief, chip, kind_word
from healthcode.models import Evidence
from tracing import tasks
from tracing.admin.contacts import contact_tables, count_contacts
from tracing.admin.forms import ConfirmForm, IsolateForm, OpenForm, WithdrawForm
from tracing.admin.words import case_state, trace_state
from tracing.models import Case, CaseState
from tracing.services import (
    confirm_case,
    dismiss_case,
    isolate_case,
    open_case,
    withdraw_case,
)

CASE = "tracing_case_change"


def _open(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    open_case(**data, by=request.user, now=timezone.now())


def _confirm(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    confirm_case(case_id=row.pk, **data, by=request.user, now=timezone.now())
    _nudge(request, row)


def _isolate(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    isolate_case(case_id=row.pk, **data, by=request.user, now=timezone.now())
    _nudge(request, row)


def _dismiss(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    dismiss_case(case_id=row.pk, by=request.user, now=timezone.now())


def _withdraw(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    withdraw_case(case_id=row.pk, reason=data["reason"], by=request.user, now=timezone.now())


def _nudge(request: SignedInRequest, row: Case) -> None:
    """A lost nudge loses time, not the trace: the sweep finds what is due."""
    try:
        tasks.trace_case.delay_on_commit(row.pk)
    except OperationalError:
        messages.warning(request, _("消息队列暂不可用；巡检任务会在几秒内接手追踪。"))


def _suspected(case: Case) -> bool:
    return bool(case.state == CaseState.SUSPECTED)


def _confirmed(case: Case) -> bool:
    return bool(case.state == CaseState.CONFIRMED)


@admin.register(Case)
class CaseAdmin(OversightAdmin):
    """Those that wait for a decision first."""

    section = "TRACING"
    position = 10
    label = pgettext_lazy("page", "病例")
    audited_as = "case"
    detail_template = "admin/tracing/case/detail.html"
    intro = _("单管阳性会自动列为待核实；只有人能确认、排除或撤销。")
    adding = Deed(
        verb="add",
        label=_("人工立案"),
        permission="tracing.decide_case",
        do=_open,
        form=OpenForm,
        explain=_("用于没有实验室报告的情形。立案后仍须确认。"),
        done=_("已立案，待核实。"),
    )
    list_display = (
        shown(_("病例"), lambda case: link(short(case.ref), CASE, case.pk)),
        shown(_("状态"), case_state),
        shown(_("居民"), lambda case: citizen_link(case.citizen_id, case.citizen.ref)),
        shown(_("区"), lambda case: case.region_name),
        at(_("首次阳性采样"), "sampled_at"),
        at(_("提出时间"), "proposed_at"),
        at(_("裁定时间"), "decided_at"),
        shown(_("追踪"), trace_state),
    )
    list_display_links = None
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("suspected", CaseState.SUSPECTED.label, Q(state=CaseState.SUSPECTED)),
            ("confirmed", CaseState.CONFIRMED.label, Q(state=CaseState.CONFIRMED)),
            ("dismissed", CaseState.DISMISSED.label, Q(state=CaseState.DISMISSED)),
            ("withdrawn", CaseState.WITHDRAWN.label, Q(state=CaseState.WITHDRAWN)),
        ),
        DistrictFilter,
    )
    deeds = (
        Deed(
            verb="confirm",
            label=_("确认病例"),
            permission="tracing.decide_case",
            do=_confirm,
            form=ConfirmForm,
            explain=_("确认后立即追踪接触者，他们的颜色随规则改变。请核对日期。"),
            button=_("确认并开始追踪"),
            done=_("病例已确认，正在追踪接触者。"),
            offered=_suspected,
        ),
        Deed(
            verb="isolate",
            label=_("登记隔离时间"),
            permission="tracing.decide_case",
            do=_isolate,
            form=IsolateForm,
            explain=_("家中的持续接触到此为止；其他接触的时间窗以确认时为准。"),
            done=_("隔离时间已登记，正在重新追踪。"),
            offered=_confirmed,
        ),
        Deed(
            verb="dismiss",
            label=_("排除"),
            permission="tracing.decide_case",
            do=_dismiss,
            explain=_("排除后，此前的阳性视为已有结论，不再使本人变红。"),
            button=_("确认排除"),
            done=_("病例已排除。"),
            offered=_suspected,
            grave=True,
        ),
        Deed(
            verb="withdraw",
            label=_("撤销确认"),
            permission="tracing.decide_case",
            do=_withdraw,
            form=WithdrawForm,
            explain=_("因误判撤销。由本病例得出的接触者和暴露全部收回，所有相关的人重新决定颜色。"),
            button=_("确认撤销"),
            done=_("病例已撤销，相关的人正在重新决定。"),
            offered=_confirmed,
            grave=True,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        """Also the state of the trace by itself, which the page asks for again and again."""
        page = officers_only(self.admin_site.admin_view(self.trace_view))
        own = path("<path:object_id>/trace/", page, name="tracing_case_trace")
        return [own, *super().get_urls()]

    def trace_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Whether the trace is due or done, and how many it found."""
        case = self._row(request, object_id)
        return TemplateResponse(request, "admin/tracing/case/trace.html", _trace(case))

    def rows_of_page(self, rows: QuerySet[Case]) -> QuerySet[Case]:
        """With the citizen's public name and colour, and the district's name."""
        return with_region(rows.select_related("citizen__status"))

    def heading(self, row: Case) -> str:
        """The reference, short; a case has no name."""
        return str(_("病例 %(ref)s")) % {"ref": row.ref[:8]}

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """Dates, window, decisions."""
        facts = [
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
            Fact(_("区"), row.region_name or NOTHING),
            Fact(_("依据"), _grounds(row)),
            Fact(_("首次阳性采样"), moment(row.sampled_at)),
            Fact(_("有症状"), yes_no(row.symptomatic)),
            Fact(_("发病时间"), moment(row.onset_at)),
            Fact(_("隔离时间"), moment(row.isolated_at)),
            Fact(_("提出时间"), moment(row.proposed_at)),
        ]
        if row.decided_at:
            facts.append(Fact(_("裁定"), _said(row.decided_at, row.decided_by)))
        if row.window_from:
            window = format_html("{} – {}", moment(row.window_from), moment(row.window_until))
            facts.append(Fact(_("传染期"), window))
            facts.append(Fact(_("追踪截止"), moment(row.traced_until)))
            facts.append(Fact(_("追踪规则"), row.rules))
        if row.withdrawn_at:
            facts.append(Fact(_("撤销"), _said(row.withdrawn_at, row.withdrawn_by)))
        return facts

    def tables(self, request: HttpRequest, row: Case) -> list[Table]:
        """The contacts by grade."""
        if not request.user.has_perm("tracing.view_contact") or row.window_from is None:
            return []
        return contact_tables(row)

    def aside(self, request: HttpRequest, row: Case) -> dict[str, Any]:
        """The colour of the person, where the case stands, the trace."""
        sees = request.user.has_perm("healthcode.view_healthstatus")
        return {
            "chip": chip(row.citizen.status.colour) if sees else "",
            "state": case_state(row),
            **_trace(row),
        }

    def work(self, request: HttpRequest) -> list[Work]:
        """Whoever has waited longest."""
        waiting = Case.objects.filter(state=CaseState.SUSPECTED).order_by("pk")
        now = timezone.now()
        rows = [
            (
                reverse(f"admin:{CASE}", args=[case.pk]),
                short(case.ref),
                ago(case.proposed_at, now=now),
            )
            for case in waiting[:5]
        ]
        due = Case.objects.filter(trace_due_at__isnull=False)
        url = reverse("admin:tracing_case_changelist")
        return [
            Work(
                title=_("待核实病例"),
                url=url,
                count=counted(waiting),
                rows=rows,
                empty=_("没有待核实的病例。"),
                order=10,
            ),
            Work(
                title=_("待追踪"),
                url=f"{url}?state=confirmed",
                count=counted(due),
                empty=_("后台每 3 秒处理一批。"),
                order=80,
            ),
        ]


def _trace(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "tracing": case.trace_due_at is not None,
        "traced_at": moment(case.traced_at) if case.traced_at else "",
        "found": count_contacts(case) if case.traced_at else [],
    }


def _grounds(case: Case) -> str:
    item = Evidence.objects.filter(pk=case.grounds_id or 0).first()
    if item is None:
        return str(_("人工立案"))
    words = f"{kind_word(item.kind)} {brief(item.details)}"
    return link(words, "healthcode_evidence_change", item.pk)


def _said(when: Any, who: str) -> str:
    return format_html("{} {}", moment(when), who.removeprefix("user:"))
