"""Those that wait for a decision first; each with its facts and its contacts."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import officers_only
from accounts.admin.lists import DistrictFilter, defaulted
from accounts.admin.show import (
    Fact,
    Table,
    Work,
    ago,
    at,
    citizen_link,
    counted,
    link,
    short,
    shown,
    with_region,
)
from healthcode.admin.words import chip
from tracing.admin.cases.deeds import DEEDS, OPEN
from tracing.admin.cases.facts import CASE, facts_of_case, grounds_gone, trace_of_case
from tracing.admin.chain import ChainPages
from tracing.admin.contacts import contact_tables
from tracing.admin.words import case_state, trace_state
from tracing.models import Case, CaseState
from tracing.services import without_grounds


class GroundsFilter(admin.SimpleListFilter):
    """Cases whose test or report was taken back since."""

    title = _("依据")
    parameter_name = "grounds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """One choice beside all."""
        return [("gone", _("依据已撤回"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """At most a thousand: more is not work for a list."""
        return queryset.filter(pk__in=without_grounds()) if self.value() == "gone" else queryset


@admin.register(Case)
class CaseAdmin(ChainPages):
    """Those that wait for a decision first."""

    section = "TRACING"
    position = 10
    label = pgettext_lazy("page", "病例")
    audited_as = "case"
    detail_template = "admin/tracing/case/detail.html"
    intro = _("单管阳性会自动列为待核实；只有人能确认、排除或撤销。")
    adding = OPEN
    deeds = DEEDS
    list_display = (
        shown(_("病例"), lambda case: link(short(case.ref), CASE, case.pk)),
        shown(_("状态"), lambda case: _state(case)),
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
            ("merged", CaseState.MERGED.label, Q(state=CaseState.MERGED)),
        ),
        GroundsFilter,
        DistrictFilter,
    )

    def get_urls(self) -> list[URLPattern]:
        """Also the state of the trace by itself, which the page asks for again and again."""
        page = officers_only(self.admin_site.admin_view(self.trace_view))
        own = path("<path:object_id>/trace/", page, name="tracing_case_trace")
        return [own, *super().get_urls()]

    def trace_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Whether the trace is due or done, and how many it found."""
        case = self._row(request, object_id)
        return TemplateResponse(request, "admin/tracing/case/trace.html", trace_of_case(case))

    def rows_of_page(self, rows: QuerySet[Case]) -> list[Case]:
        """With the citizen's public name and colour, the district's name, and whether the
        grounds still stand.
        """
        page: list[Any] = list(with_region(rows.select_related("citizen__status")))
        gone = set(without_grounds([case.pk for case in page])) if page else set()
        for case in page:
            case.grounds_gone = case.pk in gone
        return page

    def heading(self, row: Case) -> str:
        """The reference, short; a case has no name."""
        return str(_("病例 %(ref)s")) % {"ref": row.ref[:8]}

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """Dates, window, decisions."""
        return facts_of_case(row)

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
            "state": _state(row),
            **trace_of_case(row),
        }

    def work(self, request: HttpRequest) -> list[Work]:
        """Whoever has waited longest; cases without grounds; what is to be traced."""
        url = reverse("admin:tracing_case_changelist")
        waiting = Case.objects.filter(state=CaseState.SUSPECTED).order_by("pk")
        gone = Case.objects.filter(pk__in=without_grounds()).order_by("pk")
        due = Case.objects.filter(trace_due_at__isnull=False)
        return [
            _work(_("待核实病例"), url, waiting, _("没有待核实的病例。"), 10),
            _work(_("依据已撤回的病例"), f"{url}?state=all&grounds=gone", gone, _("没有。"), 12),
            Work(
                title=_("待追踪"),
                url=f"{url}?state=confirmed",
                count=counted(due),
                empty=_("后台每 3 秒处理一批。"),
                order=80,
            ),
        ]


def _work(title: Any, url: str, cases: QuerySet[Case], empty: Any, order: int) -> Work:
    now = timezone.now()
    rows = [
        (reverse(f"admin:{CASE}", args=[case.pk]), short(case.ref), ago(case.proposed_at, now=now))
        for case in cases[:5]
    ]
    return Work(title, url, counted(cases), rows, empty=empty, order=order)


def _state(case: Any) -> str:
    if not case.grounds_gone:
        return case_state(case)
    return format_html("{} {}", case_state(case), grounds_gone())
