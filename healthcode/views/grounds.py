"""Evidence in the words its citizen reads: kind, day and setting; never who, never which shop."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Region
from healthcode.models import Evidence
from healthcode.views.words import Words, moment

SETTINGS: dict[str, Words] = {
    "household": _("同住"),
    "zone": _("同一室内"),
    "flight": _("同一航班"),
    "train": _("同一车厢"),
    "coach": _("同一客车"),
    "ship": _("同一船舱"),
    "car": _("同一辆车"),
    "metro": _("同一地铁车厢"),
    "other": _("近距离接触"),
}
METHODS: dict[str, Words] = {"pcr": _("核酸"), "antigen": _("抗原")}
RESULTS: dict[str, Words] = {
    "negative": _("阴性"),
    "positive": _("阳性"),
    "inconclusive": _("结果不确定"),
}


def grounds_of(*, citizen_id: int, evidence_ids: Iterable[int | None]) -> dict[int, str]:
    """A sentence for each of a citizen's own evidence rows, by id; unknown ids are left out."""
    ids = [pk for pk in evidence_ids if pk]
    rows = list(Evidence.objects.filter(citizen_id=citizen_id, pk__in=ids))
    regions = _region_names(row.details.get("region") for row in rows)
    return {row.pk: _sentence(row, regions) for row in rows}


def _sentence(row: Evidence, regions: dict[str, str]) -> str:
    say = _SENTENCES.get(row.kind)
    what = say(row.details, regions) if say else ""
    span = _span(row.occurred_at, row.ended_at)
    return gettext("%(when)s，%(what)s") % {"when": span, "what": what} if what else span


def _span(start: datetime, end: datetime | None) -> str:
    return moment(start) if end in (None, start) else f"{moment(start)}–{moment(end)}"


def _test(details: dict[str, Any], regions: dict[str, str]) -> str:
    return gettext("%(method)s采样，%(result)s") % {
        "method": METHODS.get(details["method"], ""),
        "result": RESULTS.get(details["result"], ""),
    }


def _exposure(details: dict[str, Any], regions: dict[str, str]) -> str:
    return gettext("与一名感染者%(setting)s") % {"setting": SETTINGS.get(details["setting"], "")}


def _stay(details: dict[str, Any], regions: dict[str, str]) -> str:
    return gettext("在%(region)s停留") % {
        "region": regions.get(details["region"], details["region"])
    }


def _travel(details: dict[str, Any], regions: dict[str, str]) -> str:
    return gettext("自 %(country)s 抵达") % {"country": details["from_country"]}


_SENTENCES: dict[str, Callable[[dict[str, Any], dict[str, str]], str]] = {
    "test": _test,
    "exposure": _exposure,
    "area_stay": _stay,
    "travel": _travel,
}


def _region_names(codes: Iterable[str | None]) -> dict[str, str]:
    regions = Region.objects.filter(code__in=[code for code in codes if code])
    english = get_language() == "en"
    return {region.code: (english and region.name_en) or region.name for region in regions}
