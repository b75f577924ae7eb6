"""Rule sets as loaded, tried from here; and when they became active, and back again."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm
from accounts.admin.show import NOTHING, Fact, Table, at, link, moment, shown, tag
from accounts.permissions import SignedInRequest
from healthcode.models import Activation, RuleSet
from healthcode.services import request_dry_run, roll_back_rules, store_ruleset
from healthcode.services.dry_runs import SMALLEST_SAMPLE

REGION = r"^\d{6}(\d{3}){0,2}$"


class RulesForm(DeedForm):
    """The text of a rule file."""

    text = forms.CharField(
        label=_("规则文本（YAML）"),
        help_text=_("格式见 docs/rule-sets.md。有一处不合格，整份都不载入；载入不等于启用。"),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
        max_length=200_000,
    )


class DryRunForm(DeedForm):
    """On whom rules are tried."""

    region = forms.RegexField(
        REGION,
        label=_("区划代码"),
        help_text=_("留空则为规则的全部适用范围。"),
        max_length=12,
        required=False,
    )
    sample = forms.IntegerField(
        label=_("抽样人数"),
        help_text=_("留空则逐人试算。抽样由编号决定，每次相同。"),
        min_value=SMALLEST_SAMPLE,
        required=False,
    )


def _load(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    by = f"user:{request.user.username}"
    store_ruleset(text=data["text"], file="text", now=timezone.now(), by=by)


def _try(request: SignedInRequest, row: RuleSet, data: dict[str, Any]) -> None:
    request_dry_run(ruleset=row, **data, by=request.user, now=timezone.now())


def _roll_back(request: SignedInRequest, row: Activation, data: dict[str, Any]) -> None:
    roll_back_rules(activation_id=row.pk, by=request.user, now=timezone.now())


@admin.register(RuleSet)
class RuleSetAdmin(OversightAdmin):
    """The text of every version, as it was loaded."""

    section = "RULES"
    position = 10
    label = pgettext_lazy("page", "规则集")
    audited_as = "rules"
    intro = _("规则集是公开、注明日期的文本；载入后不可改，只能被新的文本取代。")
    adding = Deed(
        verb="add",
        label=_("载入规则文本"),
        permission="healthcode.add_ruleset",
        do=_load,
        form=RulesForm,
        explain=_("载入只是存档并检查。启用之前还要试算、提议，并由另一人批准。"),
        button=_("检查并载入"),
        done=_("已载入，尚未启用。"),
    )
    deeds = (
        Deed(
            verb="try",
            label=_("试算"),
            permission="healthcode.propose_rules",
            do=_try,
            form=DryRunForm,
            explain=_("按现行规则和这份规则各算一遍，比较谁会变色。不改动任何人的状态。"),
            button=_("开始试算"),
            done=_("已安排试算，完成后见“规则试算”。"),
        ),
    )
    list_display = (
        "ruleset_id",
        shown(_("版本"), lambda row: format_html("<code>{}</code>", row.digest[:12])),
        shown(_("适用区划"), lambda row: row.scope or _("全国")),
        at(_("生效"), "valid_from"),
        at(_("失效"), "valid_until"),
        at(_("载入时间"), "loaded_at"),
    )

    def rows_of_page(self, rows: QuerySet[RuleSet]) -> QuerySet[RuleSet]:
        """Without the text."""
        return rows.defer("body")

    def audit_key(self, row: RuleSet) -> str:
        """Name and content."""
        return row.version

    def facts(self, request: HttpRequest, row: RuleSet) -> list[Fact]:
        """Name, scope, dates."""
        return [
            Fact(_("规则编号"), row.ruleset_id),
            Fact(_("摘要"), format_html("<code>{}</code>", row.digest)),
            Fact(_("适用区划"), row.scope or _("全国")),
            Fact(_("生效"), moment(row.valid_from)),
            Fact(_("失效"), moment(row.valid_until)),
            Fact(_("载入时间"), moment(row.loaded_at)),
        ]

    def tables(self, request: HttpRequest, row: RuleSet) -> list[Table]:
        """When it was tried, and when it became active."""
        tried = [
            (link(f"#{run.pk}", DRY_RUN, run.pk), moment(run.as_of), _share(run.report))
            for run in row.dryrun_set.order_by("-pk")[:20]
        ]
        columns = (_("编号"), _("决定时刻"), _("变差比例"))
        active = [
            (moment(a.at), a.region or _("全部"), a.by)
            for a in row.activation_set.order_by("-at", "-pk")
        ]
        return [
            Table(_("试算"), columns, tried, empty=_("从未试算。")),
            Table(
                _("启用"),
                (_("启用时间"), _("启用区划"), _("启用人")),
                active,
                empty=_("从未启用。"),
            ),
        ]

    def aside(self, request: HttpRequest, row: RuleSet) -> dict[str, Any]:
        """The text itself."""
        return {"text": row.body, "text_title": _("规则文本")}


@admin.register(Activation)
class ActivationAdmin(OversightAdmin):
    """From when each rule set decided, and where."""

    section = "RULES"
    position = 32
    label = pgettext_lazy("page", "规则启用")
    intro = _("启用只经提议和批准产生；最近一次可以一步回退到之前的规则。")
    deeds = (
        Deed(
            verb="roll_back",
            label=_("回退"),
            permission="healthcode.roll_back_rules",
            do=_roll_back,
            explain=_(
                "立即恢复该区划之前的规则，并重新决定所有人。无需第二人：之前的规则已有两人批准。"
            ),
            button=_("立即回退"),
            done=_("已回退，正在重新决定。"),
            offered=lambda row: row.undoes_id is None and not hasattr(row, "undone_by"),
            grave=True,
        ),
    )
    list_display = (
        at(_("启用时间"), "at"),
        shown(_("规则集"), lambda row: link(row.ruleset.version, RULESET, row.ruleset_id)),
        shown(_("启用区划"), lambda row: row.region or row.ruleset.scope or _("全国")),
        shown(_("铺开"), lambda row: spread_of(row)),
        "by",
    )

    def rows_of_page(self, rows: QuerySet[Activation]) -> Iterable[Activation]:
        """With the rule set's name and what came of it."""
        return rows.select_related("ruleset", "spread", "undone_by").defer("ruleset__body")

    def facts(self, request: HttpRequest, row: Activation) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("启用时间"), moment(row.at)),
            Fact(_("规则集"), link(row.ruleset.version, RULESET, row.ruleset_id)),
            Fact(_("启用区划"), row.region or row.ruleset.scope or _("全国")),
            Fact(_("启用人"), row.by),
            Fact(_("铺开"), spread_of(row)),
            Fact(
                _("撤销的启用"),
                row.undoes_id and link(f"#{row.undoes_id}", ACTIVATION, row.undoes_id),
            ),
        ]


def spread_of(activation: Activation) -> Any:
    """Whether everybody in the region was marked to be decided anew, or that it was undone."""
    if hasattr(activation, "undone_by"):
        return tag(_("已回退"), "warn")
    spread = getattr(activation, "spread", None)
    if spread is None:
        return NOTHING
    if spread.done_at:
        return tag(_("完成"), "done")
    begun = spread.begins_at <= timezone.now()
    return tag(_("进行中"), "strong") if begun else tag(_("待启用"))


def _share(report: dict[str, Any] | None) -> str:
    return f"{report['worse_share']:.2%}" if report else str(_("进行中"))


RULESET = "healthcode_ruleset_change"
ACTIVATION = "healthcode_activation_change"
DRY_RUN = "healthcode_dryrun_change"
