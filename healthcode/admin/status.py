"""The colour and its history: read, never written here. No form knows a colour."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.ledgers import with_refs
from accounts.admin.lists import CITIZENS
from accounts.admin.show import (
    NOTHING,
    Fact,
    Table,
    Work,
    at,
    citizen_link,
    counted,
    link,
    moment,
    shown,
)
from healthcode.admin.items import EVIDENCE_COLUMNS, evidence_row, with_standing
from healthcode.admin.timeline import timeline_of
from healthcode.admin.words import (
    OWED_COLUMNS,
    REASON_COLUMNS,
    chip,
    in_language,
    owed_rows,
    reason_rows,
)
from healthcode.colours import Colour
from healthcode.models import ColourChange, Evidence, HealthStatus
from healthcode.queries import count_by_colour

MOST_FACTS = 100


@admin.register(HealthStatus)
class HealthStatusAdmin(OversightAdmin):
    """Everybody's current decision."""

    section = "HEALTH"
    position = 10
    label = pgettext_lazy("page", "当前状态")
    intro = _("颜色由规则按证据算出，没有人能直接改动；这里只能查看。")
    list_display = (
        shown(_("居民"), lambda status: link_to_status(status)),
        shown(_("颜色"), lambda status: chip(status.colour)),
        shown(_("首要原因"), lambda status: first_reason(status.decision)),
        at(_("决定时间"), "decided_at"),
        at(_("应复核时间"), "due_at"),
        at(_("最近阴性采样"), "last_negative_at"),
    )
    list_display_links = None
    list_filter = ("colour",)
    detail_template = "admin/healthcode/healthstatus/detail.html"

    def rows_of_page(self, rows: QuerySet[HealthStatus]) -> QuerySet[HealthStatus]:
        """With the citizen's public name."""
        return rows.select_related("citizen")

    def heading(self, row: HealthStatus) -> str:
        """The colour."""
        return format_html("{} {}", chip(row.colour), row.citizen.ref[:8])

    def facts(self, request: HttpRequest, row: HealthStatus) -> list[Fact]:
        """The decision's clock and rules."""
        return [
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
            Fact(_("规则版本"), row.rules or NOTHING),
            Fact(_("决定时间"), moment(row.decided_at)),
            Fact(_("应复核时间"), moment(row.due_at)),
            Fact(_("最近采样"), moment(row.last_test_at)),
            Fact(_("最近阴性采样"), moment(row.last_negative_at)),
        ]

    def tables(self, request: HttpRequest, row: HealthStatus) -> list[Table]:
        """Reasons and what is owed."""
        return decision_tables(row.decision)

    def aside(self, request: HttpRequest, row: HealthStatus) -> dict[str, Any]:
        """How it came to be, and what comes next."""
        now = timezone.now()
        shown_to = request.user.has_perm("healthcode.view_evidence")
        return {"timeline": timeline_of(row, now=now, with_evidence=shown_to)}

    def work(self, request: HttpRequest) -> list[Work]:
        """How many wait to be decided again; the sweeper sees to it."""
        due = HealthStatus.objects.filter(due_at__lte=timezone.now())
        url = reverse("admin:healthcode_healthstatus_changelist")
        words = _("后台每 2 秒处理一批。")
        return [Work(title=_("待重新决定"), url=url, count=counted(due), empty=words, order=90)]

    def standing(self, request: HttpRequest) -> list[dict[str, Any]]:
        """How many of each colour, each linked to its list."""
        found = count_by_colour()
        url = reverse("admin:healthcode_healthstatus_changelist")
        colours = [
            {
                "chip": chip(colour),
                "count": found.counts.get(colour, 0),
                "url": f"{url}?colour__exact={colour.value}",
            }
            for colour in (Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.UNASSESSED)
        ]
        return [{"template": "admin/colours.html", "colours": colours, "exact": found.exact}]


@admin.register(ColourChange)
class ColourChangeAdmin(OversightAdmin):
    """The history of decisions, newest first."""

    section = "HEALTH"
    position = 20
    label = pgettext_lazy("page", "颜色变更")
    intro = _("颜色、原因或规则版本每变一次就记一行，只增不改。")
    list_display = (
        at(_("决定时间"), "decided_at"),
        shown(_("居民"), lambda change: citizen_link(change.citizen_id, change.citizen_ref or "")),
        shown(_("变化"), lambda change: change_chips(change)),
        shown(_("首要原因"), lambda change: first_reason(change.decision)),
        shown(_("规则版本"), lambda change: change.rules),
    )
    list_filter = ("colour", CITIZENS)

    def rows_of_page(self, rows: QuerySet[ColourChange]) -> QuerySet[ColourChange]:
        """With the citizen's public name."""
        return with_refs(rows)

    def heading(self, row: ColourChange) -> str:
        """From which colour to which."""
        return change_chips(row)

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """When, for whom, by which rules and lists."""
        return [
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen_ref or "")),
            Fact(_("决定时间"), moment(row.decided_at)),
            Fact(_("规则版本"), row.rules),
            Fact(_("所依据的名单与筛查"), "、".join(row.joined) or NOTHING),
        ]

    def tables(self, request: HttpRequest, row: ColourChange) -> list[Table]:
        """The decision and the evidence it was made from."""
        tables = decision_tables(row.decision)
        if request.user.has_perm("healthcode.view_evidence"):
            tables.append(evidence_table(row.facts))
        return tables


def decision_tables(decision: dict[str, Any]) -> list[Table]:
    """Why, since when, until when, what releases it; and what is owed beside it."""
    owed = owed_rows(decision)
    none = _("没有限制的原因。")
    reasons = Table(_("原因"), REASON_COLUMNS, reason_rows(decision), empty=none, always=True)
    if not owed:
        return [reasons]
    return [reasons, Table(_("义务（不改变颜色）"), OWED_COLUMNS, owed, empty="")]


def evidence_table(ids: list[int]) -> Table:
    """The evidence a decision read, by its numbers."""
    items = with_standing(Evidence.objects.filter(pk__in=ids[:MOST_FACTS]))
    rows = [evidence_row(item) for item in items.order_by("-occurred_at")]
    return Table(_("所依据的证据"), EVIDENCE_COLUMNS, rows, empty=_("没有证据。"))


def first_reason(decision: dict[str, Any]) -> str:
    """The worst reason's text."""
    reasons = decision.get("reasons") or []
    return in_language(reasons[0]["text"]) if reasons else NOTHING


def change_chips(change: ColourChange) -> str:
    """From which colour to which; the same colour twice is said once."""
    if change.previous == change.colour:
        return format_html("{} {}", chip(change.colour), _("原因变化"))
    arrow = '{} <span class="arrow">→</span> {}'
    return format_html(arrow, chip(change.previous), chip(change.colour))


def link_to_status(status: HealthStatus) -> str:
    """The citizen's public name, linked to the decision."""
    code = format_html('<code class="ref">{}</code>', status.citizen.ref[:8])
    return link(code, "healthcode_healthstatus_change", status.pk)
