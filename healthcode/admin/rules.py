"""Rule sets as loaded, and when they became active. Read-only."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.show import NOTHING, Fact, Table, at, link, moment, shown
from healthcode.models import Activation, RuleSet


@admin.register(RuleSet)
class RuleSetAdmin(OversightAdmin):
    """The text of every version, as it was loaded."""

    section = "RULES"
    position = 10
    label = pgettext_lazy("page", "规则集")
    audited_as = "rules"
    intro = _("规则集是公开、注明日期的文本；载入后不可改，只能被新的文本取代。")
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
        """When it became active."""
        rows = [(moment(a.at), a.by) for a in row.activation_set.order_by("-at", "-pk")]
        return [Table(_("启用"), (_("启用时间"), _("启用人")), rows, empty=_("从未启用。"))]

    def aside(self, request: HttpRequest, row: RuleSet) -> dict[str, Any]:
        """The text itself."""
        return {"text": row.body, "text_title": _("规则文本")}


@admin.register(Activation)
class ActivationAdmin(OversightAdmin):
    """From when each rule set decided."""

    section = "RULES"
    position = 20
    label = pgettext_lazy("page", "规则启用")
    list_display = (
        at(_("启用时间"), "at"),
        shown(_("规则集"), lambda row: link(row.ruleset.version, RULESET, row.ruleset_id)),
        shown(_("适用区划"), lambda row: row.ruleset.scope or NOTHING),
        "by",
    )

    def rows_of_page(self, rows: QuerySet[Activation]) -> Iterable[Activation]:
        """With the rule set's name."""
        return rows.select_related("ruleset").defer("ruleset__body")

    def facts(self, request: HttpRequest, row: Activation) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("启用时间"), moment(row.at)),
            Fact(_("规则集"), link(row.ruleset.version, RULESET, row.ruleset_id)),
            Fact(_("启用人"), row.by),
        ]


RULESET = "healthcode_ruleset_change"
