"""A dry run's report as tables: who would turn from which colour to which, where and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import NOTHING, Column, Fact, Table, Words, region_names
from healthcode.admin.words import brief, chip, kind_word
from healthcode.colours import Colour

ORDER = (Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.UNASSESSED)
Report = Mapping[str, Any]


def report_facts(report: Report) -> list[Fact]:
    """The totals."""
    sample = _("抽样") if report["sample"] else _("逐人")
    return [
        Fact(_("比较对象"), "、".join(report["against"])),
        Fact(_("试算人数"), f"{report['people']:,} · {sample}"),
        Fact(_("会变差"), f"{report['worse']:,} · {report['worse_share']:.2%}"),
        Fact(_("会变好"), f"{report['better']:,}"),
        Fact(_("颜色不变、原因变"), f"{report['reasons_only']:,}"),
    ]


def report_tables(report: Report) -> list[Table]:
    """The matrix, the largest changes, by reason, by region, and examples."""
    return [
        _matrix(report["matrix"]),
        _changes(_("最大的变化"), report["largest"], by_region=True),
        _changes(_("按规则"), report["by_reason"], by_region=False),
        _regions(report["by_region"]),
        _examples(report["examples"]),
    ]


def _matrix(matrix: Mapping[str, Mapping[str, int]]) -> Table:
    heads = [Column(chip(colour), numeric=True) for colour in ORDER]
    rows = [
        (
            chip(before),
            *(_people(matrix[before.word][after.word], before == after) for after in ORDER),
        )
        for before in ORDER
    ]
    note = _("行是现在的颜色，列是新规则下的颜色。")
    return Table(_("颜色变化"), (_("现在"), *heads), rows, empty="", note=note, always=True)


def _people(count: int, same: bool) -> str:
    if same or not count:
        return format_html('<span class="quiet">{}</span>', f"{count:,}" if count else NOTHING)
    return f"{count:,}"


def _changes(title: Any, changes: Sequence[Mapping[str, Any]], *, by_region: bool) -> Table:
    names = region_names([change.get("region", "") for change in changes])
    rows = []
    for change in changes:
        where = [_place(change["region"], names)] if by_region else []
        rows.append((*where, _from_to(change), change["rule"], f"{change['people']:,}"))
    where_head: list[Column | Words] = [_("区")] if by_region else []
    columns = (*where_head, _("变化"), _("规则"), Column(_("人数"), numeric=True))
    return Table(title, columns, rows, empty=_("没有人变色。"))


def _regions(regions: Sequence[Mapping[str, Any]]) -> Table:
    names = region_names([region["region"] for region in regions])
    rows = [
        (
            _place(region["region"], names),
            f"{region['people']:,}",
            f"{region['worse']:,}",
            f"{region['worse'] / region['people']:.2%}" if region["people"] else NOTHING,
            f"{region['better']:,}",
        )
        for region in regions
    ]
    numbers = (_("人数"), _("会变差"), _("变差比例"), _("会变好"))
    columns: list[Column | Words] = [_("区"), *(Column(name, numeric=True) for name in numbers)]
    return Table(_("按区"), columns, rows, empty=_("没有人。"))


def _examples(examples: Sequence[Mapping[str, Any]]) -> Table:
    rows = [
        (_from_to(one), _rules(one["reasons_before"]), _rules(one["reasons_after"]), _told(one))
        for one in examples
    ]
    columns = (_("变化"), _("现在的原因"), _("新规则的原因"), _("证据"))
    note = _("不含姓名、编号和具体时刻。")
    return Table(_("例子"), columns, rows, empty=_("没有人变色。"), note=note)


def _from_to(change: Mapping[str, Any]) -> str:
    colours = [chip(Colour[change[name].upper()]) for name in ("before", "after")]
    return format_html('{} <span class="arrow">→</span> {}', *colours)


def _place(code: str, names: Mapping[str, str]) -> str:
    return f"{names.get(code, '')} {code}".strip() or gettext("未登记区")


def _rules(rules: Sequence[str]) -> str:
    return "、".join(rules) or NOTHING


def _told(example: Mapping[str, Any]) -> str:
    return format_html_join("", "<div>{}</div>", ((_fact(fact),) for fact in example["evidence"]))


def _fact(fact: Mapping[str, Any]) -> str:
    days = fact["days_ago"] if fact["ended_days_ago"] is None else fact["ended_days_ago"]
    when = gettext("%(days)s 天前") % {"days": days}
    return " · ".join(
        part for part in (str(kind_word(fact["kind"])), brief(fact["details"]), when) if part
    )
