"""How colours, instants and rule texts are said to citizens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from healthcode.colours import Colour

Words = str | Promise


class Look(NamedTuple):
    """A colour for people: its shape, its name, what to do, and the question it raises."""

    icon: str
    name: Words
    action: Words
    why: Words


LOOKS = {
    Colour.GREEN: Look("icons/circle-tick.html", _("绿码"), _("可通行"), _("为什么是绿码")),
    Colour.YELLOW: Look(
        "icons/triangle-exclamation.html", _("黄码"), _("请登记核查"), _("为什么是黄码")
    ),
    Colour.RED: Look("icons/square-cross.html", _("红码"), _("请不要外出"), _("为什么是红码")),
    Colour.UNASSESSED: Look(
        "icons/diamond-question.html", _("灰码"), _("暂时无法判断"), _("为什么是灰码")
    ),
}


def in_language(text: Mapping[str, str]) -> str:
    """A rule's text in the reader's language."""
    return text["en"] if get_language() == "en" else text["zh-hans"]


def read_instant(text: str | None) -> datetime | None:
    """An instant out of a stored decision."""
    return datetime.fromisoformat(text) if text else None


def day(at: datetime) -> str:
    """Month and day."""
    # Translators: a date format of Django's; English: "j M".
    return date_format(timezone.localtime(at), gettext("n月j日"))


def moment(at: datetime) -> str:
    """Month, day and minute."""
    return f"{day(at)} {timezone.localtime(at):%H:%M}"


def deadline(at: datetime) -> str:
    """An instant at which something ends: midnight is 24:00 of the day that ends."""
    local = timezone.localtime(at)
    if (local.hour, local.minute) == (0, 0):
        return f"{day(at - timedelta(minutes=1))} 24:00"
    return moment(at)


def span(start: datetime | None, end: datetime | None) -> str:
    """From when until when; a whole day is named by itself."""
    if start is None:
        return gettext("%(end)s 前") % {"end": deadline(end)} if end else ""
    if end is None:
        return gettext("%(start)s 起") % {"start": moment(start)}
    if end - start == timedelta(days=1) and timezone.localtime(start).hour == 0:
        return day(start)
    return f"{moment(start)} – {deadline(end)}"


def ago(at: datetime, *, now: datetime) -> str:
    """How long ago, in the largest whole unit up to days."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(n)d 分钟前", "%(n)d 分钟前", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d 小时前", "%(n)d 小时前", hours) % {"n": hours}
    return ngettext("%(n)d 天前", "%(n)d 天前", hours // 24) % {"n": hours // 24}


def action_of(colour: Colour, reasons: list[dict[str, Any]]) -> str:
    """What to do, and until when if every reason knows it."""
    action = str(LOOKS[colour].action)
    ends = [read_instant(reason["earliest"] or reason["until"]) for reason in reasons]
    known = [end for end in ends if end is not None]
    if not reasons or len(known) < len(reasons):
        return action
    open_end = any(reason["earliest"] for reason in reasons)
    words = gettext("%(action)s，最早至 %(end)s") if open_end else gettext("%(action)s，至 %(end)s")
    return words % {"action": action, "end": deadline(max(known))}
