"""What each contact rule finds: a table and bars, for those who keep the rules and who use them."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OversightAdmin, officers_only
from accounts.admin.show import NOTHING, Column, Page, Table
from accounts.errors import NotPermitted
from tracing.admin.words import grade_tag, setting_word
from tracing.services import rule_yield
from tracing.services.positivity import MOST_CONTACTS, PERIODS, SMALLEST, Yield, Yields

MAY = "healthcode.view_ruleset"
PAGE = "tracing_rule_yield"
NO_RULE = _("不属任何规则")
COLUMNS = (
    _("规则"),
    _("情形"),
    _("等级"),
    Column(_("找到"), numeric=True),
    Column(_("已检测"), numeric=True),
    Column(_("阳性"), numeric=True),
    Column(_("成为病例"), numeric=True),
    Column(_("阳性率"), numeric=True),
    Column(_("95% 区间"), numeric=True),
)


class RuleYieldPages(OversightAdmin):
    """The page belongs to no row: it is linked from the navigation."""

    pages = (Page("RULES", 15, pgettext_lazy("page", "规则成效"), PAGE, MAY),)

    def get_urls(self) -> list[URLPattern]:
        """Before those of the rows."""
        page = officers_only(self.admin_site.admin_view(self.yield_view))
        return [path("rules/", page, name=PAGE), *super().get_urls()]

    def yield_view(self, request: HttpRequest) -> HttpResponse:
        """The table, and the bars: counted once, they stand in the page."""
        found, days = _yields(request)
        bars = [_bar(one) for one in found.rows if one.interval]
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("规则成效"),
            "heading": gettext("规则成效"),
            "periods": PERIODS,
            "chosen": days,
            "discreet": not request.user.has_perm("tracing.view_contact"),
            "table": _table(found.rows),
            "page_url": request.path,
            "cut": found.cut,
            "most": MOST_CONTACTS,
            "given": json.dumps({"bars": bars}) if bars else "",
            "words": gettext("每条规则的阳性率；内容见下面的表格。"),
        }
        return TemplateResponse(request, "admin/tracing/chain/yield.html", context)


def _yields(request: HttpRequest) -> tuple[Yields, int]:
    by: Any = request.user
    try:
        days = int(request.GET.get("days", PERIODS[1]))
        return rule_yield(days=days, by=by, now=timezone.now()), days
    except NotPermitted:
        raise PermissionDenied from None
    except ValueError:
        raise Http404 from None


def _table(found: Sequence[Yield]) -> Table:
    rows = [
        (
            one.rule or NO_RULE,
            setting_word(one.setting),
            grade_tag(one.grade),
            *(_count(n) for n in (one.people, one.tested, one.positive, one.cases)),
            f"{one.interval.rate:.2%}" if one.interval else NOTHING,
            f"{one.interval.low:.2%} – {one.interval.high:.2%}" if one.interval else NOTHING,
        )
        for one in found
    ]
    note = _("一人在同一规则、情形和等级下只算一次。检测只算首次接触后、规则要求天数内的采样。")
    empty = _("这段时间没有找到接触者。")
    return Table(_("成效"), COLUMNS, rows, empty=empty, note=note, always=True)


def _count(count: int | None) -> str:
    return f"<{SMALLEST}" if count is None else f"{count:,}"


def _bar(one: Yield) -> dict[str, Any]:
    interval = one.interval
    assert interval is not None  # noqa: S101  its caller left the others out
    name = f"{one.rule or NO_RULE}\n{setting_word(one.setting)} · {one.grade.label}"
    return {
        "name": name,
        "rate": interval.rate,
        "low": interval.low,
        "high": interval.high,
        "text": [
            name,
            f"{gettext('阳性率')} {interval.rate:.2%}",
            f"95% {interval.low:.2%} – {interval.high:.2%}",
            f"{gettext('已检测')} {_count(one.tested)}",
        ],
    }
