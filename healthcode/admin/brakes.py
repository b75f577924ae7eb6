"""The brake of recolouring: an alarm, and two people to clear it."""

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
from accounts.admin.show import (
    NOTHING,
    Fact,
    Work,
    ago,
    at,
    counted,
    moment,
    shown,
    tag,
)
from accounts.permissions import SignedInRequest
from healthcode.models import Brake, HealthStatus
from healthcode.services import clear_brake


def _clear(request: SignedInRequest, row: Brake, data: dict[str, Any]) -> None:
    clear_brake(brake_id=row.pk, by=request.user, now=timezone.now())


@admin.register(Brake)
class BrakeAdmin(OversightAdmin):
    """When too many people were about to turn worse at once."""

    section = "RULES"
    position = 34
    label = pgettext_lazy("page", "赋码刹车")
    audited_as = "brake"
    intro = _(
        "短时间内变差的人过多，又没有确诊病例或新规则作依据时自动触发：这些人保持原状、等待重新决定，"
        "其余照常。请先查明证据，错的先撤回，再由两人解除。"
    )
    deeds = (
        Deed(
            verb="clear",
            label=_("确认无误，解除"),
            permission="healthcode.clear_brake",
            do=_clear,
            explain=_(
                "确认这些变化确有依据。须两人先后确认；第二人确认后，被拦下的人按证据重新决定。"
            ),
            button=_("我已核实"),
            done=_("已记录。"),
            offered=lambda row: row.cleared_at is None,
            grave=True,
        ),
    )
    list_display = (
        at(_("触发时间"), "pulled_at"),
        shown(_("状态"), lambda row: standing_of(row)),
        shown(_("第一人"), lambda row: _name(row.first_by)),
        shown(_("第二人"), lambda row: _name(row.cleared_by)),
    )

    def rows_of_page(self, rows: QuerySet[Brake]) -> QuerySet[Brake]:
        """With both people."""
        return rows.select_related("first_by", "cleared_by")

    def facts(self, request: HttpRequest, row: Brake) -> list[Fact]:
        """When, how many, who looked."""
        held = counted(HealthStatus.objects.filter(held_by=row.pk))
        return [
            Fact(_("状态"), standing_of(row)),
            Fact(_("触发时间"), moment(row.pulled_at)),
            Fact(_("触发批次人数"), row.worse),
            Fact(_("现被拦下"), held),
            Fact(_("第一人"), f"{_name(row.first_by)} {moment(row.first_at)}"),
            Fact(_("第二人"), f"{_name(row.cleared_by)} {moment(row.cleared_at)}"),
        ]

    def work(self, request: HttpRequest) -> list[Work]:
        """An alarm, first of all."""
        on = Brake.objects.filter(cleared_at__isnull=True)
        rows = [
            (
                reverse("admin:healthcode_brake_change", args=[brake.pk]),
                standing_of(brake),
                ago(brake.pulled_at, now=timezone.now()),
            )
            for brake in on
        ]
        url = reverse("admin:healthcode_brake_changelist")
        return [Work(_("赋码刹车"), url, counted(on), rows, empty=_("没有触发。"), order=1)]


def standing_of(brake: Brake) -> Any:
    """On, half cleared, or cleared."""
    if brake.cleared_at:
        return tag(_("已解除"), "done")
    return tag(_("已有一人确认"), "warn") if brake.first_by_id else tag(_("生效中"), "warn")


def _name(user: Any) -> str:
    return NOTHING if user is None else str(user.username)
