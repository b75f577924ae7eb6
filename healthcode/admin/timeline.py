"""A citizen's colour in time: evidence and decisions behind, what comes next ahead."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.admin.show import moment
from healthcode.admin.words import brief, chip, in_language, kind_word
from healthcode.errors import NoActiveRules
from healthcode.models import ColourChange, Evidence, HealthStatus
from healthcode.policy import Outlook
from healthcode.services import changes_of, outlook_of

MOST_EVIDENCE = 50


class Entry(NamedTuple):
    """One line: when, what; `tone` is evidence, decision, now or ahead."""

    at: datetime
    tone: str
    title: Any
    text: Any = ""

    @property
    def when(self) -> str:
        """Day and minute."""
        return moment(self.at)


class Timeline(NamedTuple):
    """The lines, latest first, and what would make the person green."""

    entries: list[Entry]
    way_to_green: str


def timeline_of(status: HealthStatus, *, now: datetime, with_evidence: bool) -> Timeline:
    """Evidence by the instant it happened, decisions by the instant they were made, the outlook."""
    ahead = _outlook(status, now)
    entries = [
        *_decisions(status),
        *_ahead(ahead),
        Entry(now, "now", _("现在"), chip(status.colour)),
    ]
    if with_evidence:
        entries += _evidence(status)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return Timeline(entries, _way_to_green(status, ahead, now))


def _outlook(status: HealthStatus, now: datetime) -> Outlook | None:
    try:
        return outlook_of(citizen=status.citizen, now=now)
    except NoActiveRules:
        return None


def _decisions(status: HealthStatus) -> Iterator[Entry]:
    for change in changes_of(status.citizen_id):
        texts = [in_language(reason["text"]) for reason in change.decision.get("reasons", [])]
        why = "；".join(texts) or _("没有限制的原因。")
        yield Entry(change.decided_at, "decision", _turn(change), why)


def _turn(change: ColourChange) -> str:
    if change.previous == change.colour:
        return format_html("{} {}", chip(change.colour), _("原因变化"))
    arrow = '{} <span class="arrow">→</span> {}'
    return format_html(arrow, chip(change.previous), chip(change.colour))


def _evidence(status: HealthStatus) -> Iterator[Entry]:
    items = Evidence.objects.filter(citizen_id=status.citizen_id, retracted=False)
    for item in items.order_by("-occurred_at")[:MOST_EVIDENCE]:
        yield Entry(item.occurred_at, "evidence", kind_word(item.kind), brief(item.details))


def _ahead(outlook: Outlook | None) -> Iterator[Entry]:
    for step in outlook.steps if outlook else ():
        yield Entry(_instant(step.at), "ahead", chip(step.colour), _("如无新情况"))


def _way_to_green(status: HealthStatus, outlook: Outlook | None, now: datetime) -> str:
    if outlook is None or not status.decision.get("reasons"):
        return ""
    parts = []
    if outlook.green_at is not None:
        parts.append(_("如无新情况，%(at)s 转绿。") % {"at": _words(outlook.green_at)})
    if outlook.soonest_green is not None and outlook.soonest_green <= now.timestamp():
        parts.append(_("现在按要求采样，结果阴性即可转绿。"))
    elif outlook.soonest_green is not None and outlook.soonest_green != outlook.green_at:
        parts.append(
            _("按要求检测且均为阴性，最早 %(at)s 转绿。") % {"at": _words(outlook.soonest_green)}
        )
    return "".join(parts) or _("没有固定日期：以病例记录为准。")


def _words(instant: int) -> str:
    return f"{timezone.localtime(_instant(instant)):%Y-%m-%d %H:%M}"


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
