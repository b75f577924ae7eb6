"""Whom a trace would find, in numbers and a few examples. No names anywhere."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import NOTHING, Column, Table, Words, moment, region_names, short
from tracing.admin.words import grade_tag, setting_word
from tracing.models import ContactGrade
from tracing.services import Preview

GRADES = (ContactGrade.CLOSE, ContactGrade.SECONDARY, ContactGrade.CASUAL)


def context_of(preview: Preview) -> dict[str, Any]:
    """What the template of a preview shows: a sentence, numbers, the window, two tables."""
    return {
        "preview": preview,
        "headline": _headline(preview),
        "counts": _counts(preview),
        "window": [moment(instant) for instant in preview.window],
        "found": [_districts(preview), _sample(preview)],
    }


def _headline(preview: Preview) -> str:
    if not preview.people:
        return gettext("按这些日期追踪，找不到接触者。")
    said = ngettext(
        "按这些日期追踪，将有 %(n)d 人被告知。",
        "按这些日期追踪，将有 %(n)d 人被告知。",
        preview.reached,
    )
    return said % {"n": preview.reached}


def _counts(preview: Preview) -> list[tuple[Words, int]]:
    """How many of each grade, and who is known already."""
    by_grade = _by_grade(preview)
    counts: list[tuple[Words, int]] = [(grade.label, by_grade[grade]) for grade in GRADES]
    counts.append((_("已是其他病例的接触者"), preview.shared))
    if preview.second_cut:
        counts.append((_("超出上限的次密接"), preview.second_cut))
    return counts


def _by_grade(preview: Preview) -> dict[ContactGrade, int]:
    counts: dict[ContactGrade, int] = defaultdict(int)
    for group in preview.groups:
        counts[group.grade] += group.people
    return counts


def _districts(preview: Preview) -> Table:
    counts: dict[str, dict[ContactGrade, int]] = defaultdict(lambda: defaultdict(int))
    for group in preview.groups:
        counts[group.district][group.grade] += group.people
    names = region_names(list(counts))
    fullest = sorted(counts, key=lambda code: (-sum(counts[code].values()), code))
    columns = [Column(_("区")), *(Column(grade.label, numeric=True) for grade in GRADES)]
    rows = [
        (names.get(code, code or _("不详")), *(counts[code][grade] for grade in GRADES))
        for code in fullest
    ]
    return Table(_("按区"), columns, rows, empty=_("没有。"))


def _sample(preview: Preview) -> Table:
    columns = (
        _("等级"),
        Column(_("层级"), numeric=True),
        _("情形"),
        Column(_("分钟"), numeric=True),
        _("首次"),
        _("末次"),
        _("居民"),
    )
    rows: list[tuple[Any, ...]] = [
        (
            grade_tag(one.grade),
            one.level,
            setting_word(one.setting),
            NOTHING if one.minutes is None else one.minutes,
            moment(one.first_at),
            moment(one.last_at) if one.last_at else _("仍在接触"),
            short(one.ref),
        )
        for one in preview.sample
    ]
    note = _("每个等级里时间最长的几位，便于判断日期是否合理。")
    return Table(_("举例"), columns, rows, empty=_("没有。"), note=note)
