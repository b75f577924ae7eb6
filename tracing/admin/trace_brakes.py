"""Traces that would reach too many people: two people look before anything is written."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed
from accounts.admin.lists import defaulted
from accounts.admin.show import (
    NOTHING,
    Fact,
    Work,
    ago,
    at,
    counted,
    link,
    short,
    shown,
    tag,
)
from accounts.admin.show import moment as instant
from accounts.errors import DomainError
from accounts.permissions import SignedInRequest
from tracing.admin.cases.deeds import nudge_trace
from tracing.admin.forms import SeenForm
from tracing.admin.previews import context_of
from tracing.models import TraceBrake
from tracing.services import Preview, clear_trace_brake, look_at_brake, preview_brake

BRAKE = "tracing_tracebrake_change"
MAY = "tracing.clear_tracebrake"
ON = Q(cleared_at__isnull=True, lifted_at__isnull=True)


def _look(request: SignedInRequest, row: TraceBrake, data: dict[str, Any]) -> None:
    look_at_brake(brake_id=row.pk, **data, by=request.user, now=timezone.now())


def _clear(request: SignedInRequest, row: TraceBrake, data: dict[str, Any]) -> None:
    clear_trace_brake(brake_id=row.pk, **data, by=request.user, now=timezone.now())
    nudge_trace(request, row.case_id)


def _on(brake: TraceBrake) -> bool:
    return brake.cleared_at is None and brake.lifted_at is None


@admin.register(TraceBrake)
class TraceBrakeAdmin(OversightAdmin):
    """Those that are on come first."""

    section = "TRACING"
    position = 12
    label = pgettext_lazy("page", "追踪刹车")
    audited_as = "tracebrake"
    detail_template = "admin/tracing/tracebrake/detail.html"
    intro = _(
        "一个病例的追踪会涉及过多的人时自动触发：什么都不写入，此前已找到的接触者保持不变。"
        "请先核对日期和停留记录；确认无误的，由两位同事先后放行。"
    )
    deeds = (
        Deed(
            verb="look",
            label=_("我已看过"),
            permission=MAY,
            do=_look,
            form=SeenForm,
            explain=_("确认这些人确应被告知。之后还须另一位同事放行。"),
            button=_("我已核实"),
            done=_("已记录，等待另一位同事放行。"),
            offered=lambda row: _on(row) and row.first_by_id is None,
        ),
        Deed(
            verb="clear",
            label=_("放行"),
            permission=MAY,
            do=_clear,
            form=SeenForm,
            explain=_("作为第二人确认。放行后立即追踪，人数再明显增多时会重新刹车。"),
            button=_("确认放行"),
            done=_("已放行，正在追踪接触者。"),
            offered=lambda row: _on(row) and row.first_by_id is not None,
            grave=True,
        ),
    )
    list_display = (
        shown(_("刹车"), lambda row: link(instant(row.pulled_at), BRAKE, row.pk)),
        shown(_("状态"), lambda row: standing_of(row)),
        shown(_("病例"), lambda row: _case(row)),
        shown(_("将受影响人数"), lambda row: row.reached, numeric=True),
        shown(_("上限"), lambda row: row.limit, numeric=True),
        shown(_("第一人"), lambda row: _name(row.first_by)),
        shown(_("第二人"), lambda row: _name(row.cleared_by)),
        at(_("放行时间"), "cleared_at"),
    )
    list_display_links = None
    list_filter = (
        defaulted("state", _("状态"), ("on", _("生效中"), ON), ("over", _("已结束"), ~ON)),
    )

    def rows_of_page(self, rows: QuerySet[TraceBrake]) -> QuerySet[TraceBrake]:
        """With the case and both people."""
        return rows.select_related("case", "first_by", "cleared_by")

    def heading(self, row: TraceBrake) -> str:
        """Of which case."""
        return str(_("追踪刹车 · 病例 %(ref)s")) % {"ref": row.case.ref[:8]}

    def facts(self, request: HttpRequest, row: TraceBrake) -> list[Fact]:
        """When, how many, who looked."""
        return [
            Fact(_("状态"), standing_of(row)),
            Fact(_("病例"), _case(row)),
            Fact(_("触发时间"), instant(row.pulled_at)),
            Fact(_("将受影响人数"), row.reached),
            Fact(_("上限"), row.limit),
            Fact(_("第一人"), _said_by(row.first_by, row.first_at)),
            Fact(_("第二人"), _said_by(row.cleared_by, row.cleared_at)),
            Fact(_("自行解除时间"), instant(row.lifted_at)),
        ]

    def aside(self, request: HttpRequest, row: TraceBrake) -> dict[str, Any]:
        """While it is on: whom the trace would reach by now."""
        preview = _preview(request, row)
        return {} if preview is None else context_of(preview)

    def work(self, request: HttpRequest) -> list[Work]:
        """Right after the brake of recolouring."""
        on = TraceBrake.objects.filter(ON).select_related("case").order_by("pk")
        now = timezone.now()
        rows = [
            (reverse(f"admin:{BRAKE}", args=[row.pk]), _said(row), ago(row.pulled_at, now=now))
            for row in on[:5]
        ]
        url = reverse("admin:tracing_tracebrake_changelist")
        return [Work(_("追踪刹车"), url, counted(on), rows, empty=_("没有触发。"), order=2)]


def standing_of(brake: TraceBrake) -> str:
    """On, half cleared, cleared, or over by itself."""
    if brake.cleared_at:
        return tag(_("已放行"), "done")
    if brake.lifted_at:
        return tag(_("已自行解除"), "quiet")
    return tag(_("已有一人确认"), "warn") if brake.first_by_id else tag(_("生效中"), "warn")


def _preview(request: HttpRequest, row: TraceBrake) -> Preview | None:
    """None where nothing is held back, or the case is not to be traced by now."""
    if not _on(row):
        return None
    by: Any = request.user
    try:
        return preview_brake(brake_id=row.pk, by=by, now=timezone.now())
    except DomainError:
        return None


def _said(brake: TraceBrake) -> Any:
    return _("%(ref)s · %(n)d 人") % {"ref": brake.case.ref[:8], "n": brake.reached}


def _case(brake: TraceBrake) -> str:
    return link(short(brake.case.ref), "tracing_case_change", brake.case_id)


def _said_by(user: Any, when: Any) -> Any:
    return NOTHING if user is None else format_html("{} {}", user.username, instant(when))


def _name(user: Any) -> str:
    return NOTHING if user is None else str(user.username)
