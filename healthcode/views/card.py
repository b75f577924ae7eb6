"""What the code page draws: a live code turned into words and shapes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from healthcode.colours import Colour
from healthcode.qr import draw
from healthcode.services import LiveCode
from healthcode.views.rulings import title_of
from healthcode.views.words import (
    LOOKS,
    action_of,
    ago,
    day,
    in_language,
    read_instant,
    span,
)

#: A live pass lives 90 s; the page fetches the next one well before.
RENEW_AFTER = timedelta(seconds=60)


class Band(NamedTuple):
    """The strip that names the colour and what to do."""

    colour: str
    icon: str
    word: str
    action: str


class Times(NamedTuple):
    """The instants of a code: local times for readers, epoch milliseconds for the script."""

    date: str
    at: datetime
    expires_at: datetime
    now_ms: int
    renew_ms: int
    expires_ms: int


class Why(NamedTuple):
    """The short answer to why this colour; the long one has its own page."""

    title: str
    text: str
    end: str
    todo: str
    appealable: bool


@dataclass(frozen=True)
class Card:
    """Everything on the code page, in the reader's language."""

    band: Band
    times: Times
    why: Why
    name: str
    full_name: str
    svg: SafeString
    last_test: str
    seen: str


def card_of(code: LiveCode, *, now: datetime) -> Card:
    """Lay out a live code that was issued just now."""
    band, times = _band(code), _times(code, now)
    return Card(
        band=band,
        times=times,
        why=_why(code),
        name=code.masked,
        full_name=code.name or code.masked,
        svg=SafeString(draw(code.text, label=_label(band, times))),
        last_test=_last_test(code, now),
        seen=seen_mark(code.decided_at),
    )


def seen_mark(decided_at: datetime | None) -> str:
    """Names a decision to the page that shows it, so that it can ask whether there is another."""
    return decided_at.isoformat() if decided_at else ""


def _band(code: LiveCode) -> Band:
    look = LOOKS[code.colour]
    action = action_of(code.colour, code.decision.get("reasons", []))
    return Band(code.colour.word, look.icon, str(look.name), action)


def _times(code: LiveCode, now: datetime) -> Times:
    return Times(
        date=day(now),
        at=timezone.localtime(now),
        expires_at=timezone.localtime(code.expires_at),
        now_ms=_milliseconds(now),
        renew_ms=_milliseconds(code.issued_at + RENEW_AFTER),
        expires_ms=_milliseconds(code.expires_at),
    )


def _why(code: LiveCode) -> Why:
    reasons = code.decision.get("reasons", [])
    return Why(
        title=str(LOOKS[code.colour].why),
        text=_why_text(code.colour, reasons),
        end=_why_end(code, reasons),
        todo=_todo(code.decision.get("obligations", [])),
        appealable=bool(reasons),
    )


def _label(band: Band, times: Times) -> str:
    """What a screen reader says in the code's place."""
    return gettext("%(word)s，%(action)s。二维码有效至 %(end)s") % {
        "word": band.word,
        "action": band.action,
        "end": f"{times.expires_at:%H:%M:%S}",
    }


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _last_test(code: LiveCode, now: datetime) -> str:
    if code.last_test_at is None:
        return gettext("暂无记录")
    when = ago(code.last_test_at, now=now)
    if code.last_test_at == code.last_negative_at:
        return gettext("%(when)s 阴性") % {"when": when}
    return gettext("%(when)s 非阴性") % {"when": when}


def _why_text(colour: Colour, reasons: list[dict[str, Any]]) -> str:
    if colour is Colour.UNASSESSED:
        return gettext("还没有您的核酸检测记录。")
    if not reasons:
        return gettext("没有需要限制的情况。")
    text = in_language(reasons[0]["text"])
    if len(reasons) == 1:
        return text
    return gettext("%(text)s（另有 %(n)d 条）") % {"text": text, "n": len(reasons) - 1}


def _why_end(code: LiveCode, reasons: list[dict[str, Any]]) -> str:
    if code.colour is Colour.UNASSESSED:
        return gettext("做一次核酸，结果送达后这里会自动更新。")
    if not reasons:
        return title_of(code.rules)
    return in_language(reasons[0]["release"])


def _todo(obligations: list[dict[str, Any]]) -> str:
    """What is owed first; the whole list is on the page of reasons."""
    if not obligations:
        return ""
    first = min(obligations, key=lambda owed: (owed["by"] is None, owed["by"], owed["from"]))
    return gettext("%(when)s：%(what)s") % {
        "what": in_language(first["text"]),
        "when": span(read_instant(first["from"]), read_instant(first["by"])),
    }
