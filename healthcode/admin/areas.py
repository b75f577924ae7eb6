"""Risk areas, added and never changed; screenings, read-only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm, MomentField
from accounts.admin.lists import typed
from accounts.admin.show import Fact, at, moment, shown, tag, with_region
from accounts.permissions import SignedInRequest
from healthcode.models import Campaign, RiskArea, Tier
from healthcode.services import list_area


class AreaForm(DeedForm):
    """A listing, or with the number of an earlier one its next version."""

    listing = forms.CharField(
        label=_("名单编号"),
        help_text=_("公布文件的编号。再次录入同一编号即为新版本，例如填写解除时间。"),
        max_length=60,
    )
    region = forms.RegexField(
        r"^\d{6}(\d{3}){0,2}$",
        label=_("区划代码"),
        help_text=_("6 位区、9 位街镇或 12 位社区代码。"),
        max_length=12,
    )
    tier = forms.ChoiceField(label=_("风险等级"), choices=Tier)
    tier_from = MomentField(label=_("起"))
    tier_to = MomentField(label=_("止"), required=False, help_text=_("未解除则留空。"))


def _list(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    list_area(**data, by=request.user, now=timezone.now())


@admin.register(RiskArea)
class RiskAreaAdmin(OversightAdmin):
    """Every version of every listing, newest first."""

    section = "RULES"
    position = 60
    label = pgettext_lazy("page", "风险区")
    audited_as = "listing"
    intro = _("名单只增不改：同一编号以最高版本为准。新增后，相关旅居者会自动重新决定。")
    adding = Deed(
        verb="add",
        label=_("新增名单"),
        permission="healthcode.add_riskarea",
        do=_list,
        form=AreaForm,
        explain=_("请照已公布的文件录入。入库后不能修改，更正请再录一版。"),
        done=_("已入库。"),
    )
    list_display = (
        "listing",
        shown(_("版本"), lambda area: area.version, numeric=True),
        shown(_("区划"), lambda area: f"{area.region_name or ''} {area.region}"),
        shown(_("风险等级"), lambda area: tag(area.get_tier_display())),
        at(_("起"), "tier_from"),
        at(_("止"), "tier_to"),
        at(_("入库时间"), "recorded_at"),
    )
    list_filter = ("tier", typed("region", _("区划代码")))

    def audit_key(self, row: RiskArea) -> str:
        """The published number."""
        return row.listing

    def rows_of_page(self, rows: QuerySet[RiskArea]) -> QuerySet[RiskArea]:
        """With the region's name."""
        return with_region(rows, "region")

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("名单编号"), row.listing),
            Fact(_("版本"), row.version),
            Fact(_("区划"), f"{row.region_name or ''} {row.region}"),
            Fact(_("风险等级"), row.get_tier_display()),
            Fact(_("起"), moment(row.tier_from)),
            Fact(_("止"), moment(row.tier_to)),
            Fact(_("入库时间"), moment(row.recorded_at)),
        ]


@admin.register(Campaign)
class CampaignAdmin(OversightAdmin):
    """Screenings of regions, each opened by two people."""

    section = "RULES"
    position = 70
    label = pgettext_lazy("page", "筛查")
    intro = _("筛查面向整个区域，由两人发起，从不针对名单上的个人。")
    list_display = (
        "ref",
        shown(_("区划"), lambda row: f"{row.region_name or ''} {row.region}"),
        at(_("开始"), "opens_at"),
        at(_("应检截止"), "due_by"),
        at(_("结束"), "closes_at"),
        shown(_("发起人"), lambda row: row.opened_by.username),
        shown(_("批准人"), lambda row: row.approved_by.username),
    )

    def rows_of_page(self, rows: QuerySet[Campaign]) -> QuerySet[Campaign]:
        """With both people and the region's name."""
        return with_region(rows.select_related("opened_by", "approved_by"), "region")

    def facts(self, request: HttpRequest, row: Campaign) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("区划"), row.region),
            Fact(_("开始"), moment(row.opens_at)),
            Fact(_("应检截止"), moment(row.due_by)),
            Fact(_("结束"), moment(row.closes_at)),
            Fact(_("发起人"), row.opened_by.username),
            Fact(_("批准人"), row.approved_by.username),
        ]
