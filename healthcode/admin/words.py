"""Evidence and colours in the words officers read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import NOTHING, Words, moment
from healthcode.colours import Colour
from healthcode.models import ColourChoices

ICONS = {
    Colour.GREEN: "icons/circle-tick.html",
    Colour.YELLOW: "icons/triangle-exclamation.html",
    Colour.RED: "icons/square-cross.html",
    Colour.UNASSESSED: "icons/diamond-question.html",
}

KINDS: dict[str, Words] = {
    "test": _("检测"),
    "vaccination": _("接种"),
    "travel": _("旅行"),
    "area_stay": _("区域旅居"),
    "exposure": _("暴露"),
    "companion": _("时空伴随"),
    "case": _("病例诊断"),
    "order": _("隔离与监测令"),
    "health_report": _("健康申报"),
    "screening_due": _("应检"),
}

FIELDS: dict[str, Words] = {
    "method": _("方法"),
    "result": _("结果"),
    "pool_size": _("混检人数"),
    "tube": _("管号"),
    "ct": _("Ct 值"),
    "lab": _("实验室"),
    "site": _("采样点区划"),
    "dose": _("第几剂"),
    "product": _("疫苗"),
    "mode": _("方式"),
    "service": _("班次"),
    "vehicle": _("交通工具"),
    "from_country": _("出发国家（三字码）"),
    "to_country": _("到达国家（三字码）"),
    "from_region": _("出发区划"),
    "to_region": _("到达区划"),
    "role": _("乘坐身份"),
    "carriage": _("车厢"),
    "compartment": _("隔间"),
    "row": _("排"),
    "seat": _("座位"),
    "region": _("区划"),
    "level": _("层级"),
    "grade": _("等级"),
    "case": _("病例编号"),
    "setting": _("情形"),
    "status": _("诊断"),
    "onset": _("发病时间"),
    "first_positive_at": _("首次阳性采样"),
    "isolated_at": _("隔离时间"),
    "order": _("类别"),
    "issued_by": _("签发单位"),
    "symptoms": _("症状"),
    "campaign": _("筛查编号"),
    "by": _("截止"),
    "grid": _("网格"),
}

VALUES: dict[str, Words] = {
    "pcr": _("核酸"),
    "antigen": _("抗原"),
    "negative": _("阴性"),
    "positive": _("阳性"),
    "inconclusive": _("不确定"),
    "flight": _("飞机"),
    "train": _("火车"),
    "coach": _("客车"),
    "ship": _("船"),
    "car": _("小汽车"),
    "taxi": _("出租车"),
    "foot": _("步行"),
    "metro": _("地铁"),
    "aircraft": _("客机"),
    "aircraft_no_hepa": _("客机（无高效过滤）"),
    "train_sealed": _("密闭列车"),
    "train_open": _("非密闭列车"),
    "coach_sealed": _("密闭客车"),
    "coach_open": _("非密闭客车"),
    "passenger": _("乘客"),
    "crew": _("乘务"),
    "household": _("同住"),
    "zone": _("同一室内"),
    "other": _("其他"),
    "close": _("密切"),
    "secondary": _("次密"),
    "casual": _("一般"),
    "confirmed": _("确诊"),
    "asymptomatic": _("无症状感染"),
    "suspected": _("疑似"),
    "discharged": _("出院"),
    "excluded": _("已排除"),
    "central_isolation": _("集中隔离"),
    "home_isolation": _("居家隔离"),
    "home_monitoring": _("居家健康监测"),
    "stay_in_area": _("足不出区"),
    "fever": _("发热"),
    "cough": _("咳嗽"),
    "fatigue": _("乏力"),
    "sore_throat": _("咽痛"),
    "taste_smell_loss": _("嗅味觉减退"),
    "dyspnoea": _("呼吸困难"),
    "diarrhoea": _("腹泻"),
    "conjunctivitis": _("结膜炎"),
}

#: What an item is in few words: these fields need no label.
_PLAIN = {"method", "result", "mode", "grade", "setting", "status", "order", "symptoms", "tier"}
#: Shown on the item's own page only.
_LONG = {"case", "campaign", "lab", "tube", "site"}


def chip(colour: int) -> str:
    """A colour as shape and word."""
    known = Colour(colour)
    return render_to_string(
        "admin/chip.html",
        {"colour": known.word, "icon": ICONS[known], "word": ColourChoices(colour).label},
    )


def kind_word(kind: str) -> Words:
    """A kind's name."""
    return KINDS.get(kind, kind)


def value_word(value: Any) -> str:
    """One value in words."""
    if isinstance(value, list):
        return "、".join(value_word(one) for one in value) or str(_("无"))
    return str(VALUES.get(value, value)) if isinstance(value, str) else str(value)


def brief(details: Mapping[str, Any]) -> str:
    """What an item says, in a line."""
    stated = [name for name in FIELDS if details.get(name) is not None and name not in _LONG]
    return " · ".join(_said(name, details[name]) for name in stated)


def in_order(details: Mapping[str, Any]) -> list[tuple[Words, str]]:
    """All that an item says, labelled."""
    names = sorted(details, key=list(FIELDS).index) if set(details) <= set(FIELDS) else details
    return [(FIELDS.get(name, name), value_word(details[name])) for name in names]


def _said(name: str, value: Any) -> str:
    if name in _PLAIN:
        return value_word(value)
    return f"{FIELDS.get(name, name)} {value_word(value)}"


def in_language(text: Mapping[str, str]) -> str:
    """A rule's text in the reader's language."""
    return text["en"] if get_language() == "en" else text["zh-hans"]


def instant(text: str | None) -> str:
    """An instant out of a stored decision."""
    return moment(datetime.fromisoformat(text)) if text else NOTHING


def reason_rows(decision: Mapping[str, Any]) -> list[Sequence[Any]]:
    """A decision's reasons: text, since, earliest, until, release, rule."""
    return [
        (
            in_language(reason["text"]),
            instant(reason["since"]),
            instant(reason["earliest"]),
            instant(reason["until"]),
            in_language(reason["release"]),
            reason["rule"],
        )
        for reason in decision.get("reasons", [])
    ]


def owed_rows(decision: Mapping[str, Any]) -> list[Sequence[Any]]:
    """A decision's obligations: text, from, by, rule."""
    return [
        (in_language(owed["text"]), instant(owed["from"]), instant(owed["by"]), owed["rule"])
        for owed in decision.get("obligations", [])
    ]


REASON_COLUMNS = (_("原因"), _("起"), _("最早解除"), _("最迟"), _("解除条件"), _("规则"))
OWED_COLUMNS = (_("须做"), _("起"), _("截止"), _("规则"))
