"""Statuses that could not be derived again, and the rounds that look for them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed
from accounts.admin.ledgers import with_refs
from accounts.admin.show import Fact, Work, at, citizen_link, counted, link, moment, shown, tag
from accounts.permissions import SignedInRequest
from healthcode.models import Dispute, ReplayRound
from healthcode.services import clear_dispute

CHANGE = "healthcode_colourchange_change"


def _settle(request: SignedInRequest, row: Dispute, data: dict[str, Any]) -> None:
    clear_dispute(dispute_id=row.pk, by=request.user, now=timezone.now())


@admin.register(Dispute)
class DisputeAdmin(OversightAdmin):
    """Statuses that their own facts and rules do not give."""

    section = "HEALTH"
    position = 60
    label = pgettext_lazy("page", "复算不符")
    audited_as = "dispute"
    intro = _("每日逐人复算。算不出来的状态不可信：本人的码显示为灰，直到有人查明。")
    deeds = (
        Deed(
            verb="clear",
            label=_("已查明"),
            permission="healthcode.clear_dispute",
            do=_settle,
            explain=_("确认已查明原因。此人会立即按证据重新决定。"),
            button=_("已查明，重新决定"),
            done=_("已处理，正在重新决定。"),
            offered=lambda row: row.cleared_at is None,
        ),
    )
    list_display = (
        at(_("发现时间"), "found_at"),
        shown(_("居民"), lambda row: citizen_link(row.citizen_id, row.citizen_ref or "")),
        shown(_("状态"), lambda row: _open_or_done(row)),
        "cleared_by",
    )

    def rows_of_page(self, rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
        """With the citizen's public name."""
        return with_refs(rows)

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """Whose, found when, by which record."""
        change = row.change_id and link(f"#{row.change_id}", CHANGE, row.change_id)
        return [
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen_ref or "")),
            Fact(_("颜色变更"), change),
            Fact(_("发现时间"), moment(row.found_at)),
            Fact(_("处理人"), row.cleared_by),
            Fact(_("处理时间"), moment(row.cleared_at)),
        ]

    def work(self, request: HttpRequest) -> list[Work]:
        """An alarm."""
        waiting = Dispute.objects.filter(cleared_at__isnull=True)
        url = reverse("admin:healthcode_dispute_changelist")
        return [Work(_("复算不符"), url, counted(waiting), empty=_("没有不符。"), order=2)]


@admin.register(ReplayRound)
class ReplayRoundAdmin(OversightAdmin):
    """Proof that everybody's status was derived again."""

    section = "HEALTH"
    position = 70
    label = pgettext_lazy("page", "复算")
    list_display = (
        at(_("开始"), "begun_at"),
        at(_("完成"), "finished_at"),
        shown(_("已复算"), lambda row: f"{row.looked_at:,}", numeric=True),
        shown(_("不符"), lambda row: f"{row.disputed:,}", numeric=True),
    )

    def facts(self, request: HttpRequest, row: ReplayRound) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("开始"), moment(row.begun_at)),
            Fact(_("完成"), moment(row.finished_at)),
            Fact(_("已复算"), f"{row.looked_at:,}"),
            Fact(_("不符"), f"{row.disputed:,}"),
        ]


def _open_or_done(dispute: Dispute) -> Any:
    return tag(_("已处理"), "done") if dispute.cleared_at else tag(_("待查"), "warn")
