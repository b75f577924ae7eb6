"""Why this colour: every reason with its evidence, its end and its release; what is owed."""

from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from accounts.models import Citizen
from accounts.permissions import SignedInRequest, for_holder
from healthcode.colours import Colour
from healthcode.services import current_status, outlook_of
from healthcode.views.grounds import grounds_of
from healthcode.views.rulings import title_of
from healthcode.views.words import (
    LOOKS,
    action_of,
    deadline,
    in_language,
    moment,
    read_instant,
    span,
)


class Ground(NamedTuple):
    """One reason in the reader's words."""

    text: str
    evidence: str
    since: str
    until: str
    release: str
    rule: str


@require_GET
@for_holder
def why(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """All that the current decision rests on."""
    status = current_status(citizen_id=citizen.pk, now=timezone.now())
    colour, decision = Colour(status.colour), status.decision
    reasons, owed = decision.get("reasons", []), decision.get("obligations", [])
    look = LOOKS[colour]
    context = {
        "colour": colour.word,
        "icon": look.icon,
        "title": look.why,
        "action": action_of(colour, reasons),
        "summary": _summary(colour, reasons),
        "way": _way_to_green(citizen, reasons),
        "reasons": _grounds(citizen, reasons),
        "obligations": [_owed(item) for item in sorted(owed, key=itemgetter("from"))],
        "title_of_rules": title_of(status.rules),
        "rules": status.rules,
        "decided_at": moment(status.decided_at) if status.decided_at else "",
    }
    return render(request, "healthcode/why.html", {"why": context})


def _summary(colour: Colour, reasons: list[dict[str, Any]]) -> str:
    if colour is Colour.UNASSESSED:
        return gettext("还没有您的核酸检测记录。做一次核酸，结果送达后会自动更新。")
    if not reasons:
        return gettext("没有需要限制的情况。出现变化时，这里会写明原因和期限。")
    return gettext("以下情况正在起作用，最要紧的在前。全部解除后自动转绿。")


def _way_to_green(citizen: Citizen, reasons: list[dict[str, Any]]) -> list[str]:
    """When it ends by itself, and when at the earliest with the tests that are asked for."""
    if not reasons:
        return []
    now = timezone.now()
    ahead = outlook_of(citizen=citizen, now=now)
    by_itself, soonest = _instant(ahead.green_at), _instant(ahead.soonest_green)
    lines = []
    if by_itself:
        lines.append(gettext("没有新情况：%(at)s 转绿") % {"at": moment(by_itself)})
    if soonest and soonest <= now:
        lines.append(gettext("现在按要求采样，结果阴性即可转绿"))
    elif soonest and soonest != by_itself:
        words = gettext("按要求检测、结果都是阴性：最早 %(at)s 转绿")
        lines.append(words % {"at": moment(soonest)})
    return lines or [gettext("没有固定日期，以医疗机构的记录为准")]


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _grounds(citizen: Citizen, reasons: list[dict[str, Any]]) -> list[Ground]:
    known = grounds_of(citizen_id=citizen.pk, evidence_ids=[each["evidence"] for each in reasons])
    return [_ground(each, known.get(each["evidence"], "")) for each in reasons]


def _ground(reason: dict[str, Any], evidence: str) -> Ground:
    since = read_instant(reason["since"])
    return Ground(
        text=in_language(reason["text"]),
        evidence=evidence,
        since=moment(since) if since else "",
        until=_end(read_instant(reason["earliest"]), read_instant(reason["until"])),
        release=in_language(reason["release"]),
        rule=reason["rule"],
    )


def _end(earliest: datetime | None, until: datetime | None) -> str:
    if earliest and until:
        words = gettext("最早 %(earliest)s，最迟 %(until)s")
        return words % {"earliest": deadline(earliest), "until": deadline(until)}
    if earliest:
        return gettext("最早 %(earliest)s") % {"earliest": deadline(earliest)}
    return deadline(until) if until else gettext("没有固定日期，满足解除条件即止")


def _owed(item: dict[str, Any]) -> dict[str, str]:
    when = span(read_instant(item["from"]), read_instant(item["by"]))
    return {"text": in_language(item["text"]), "when": when}
