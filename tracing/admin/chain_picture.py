"""The picture of a chain: where everything stands, in which shape, and what is said of it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import NOTHING, SHORT, Words, region_names
from tracing.admin.charts import clock, wall
from tracing.admin.words import place_word, setting_word
from tracing.models import Case, CaseState, ContactGrade, Place
from tracing.services.chain import Chain, Dot, Line

CASE, CONTACT = "tracing_case_change", "tracing_contact_change"
STRONGEST = ("proposed", "close", "secondary", "late")
#: Of two people who met often; the table has the rest.
MOST_SAID = 3
KINDS: dict[str, Words] = {
    "close": _("密切接触"),
    "secondary": _("次密接触"),
    "proposed": _("可能传播"),
    "late": _("发病后才接触"),
}


def picture(chain: Chain, asked: Case) -> dict[str, Any]:
    """All that the script draws: positions are the server's, and the words too."""
    numbers = {dot.key: number for number, dot in enumerate(chain.dots)}
    places, districts = places_of(chain)
    pairs = defaultdict(list)
    for line in chain.lines:
        pairs[line.source, line.target].append(line)
    return {
        "lanes": max((dot.lane for dot in chain.dots), default=0) + 1,
        "dots": [_dot(dot, chain, asked) for dot in chain.dots],
        "lines": [
            {"from": numbers[source], "to": numbers[target], **_of_pair(lines, places, districts)}
            for (source, target), lines in pairs.items()
        ],
        "spans": [
            {"y": dot.lane, "from": wall(dot.at), "until": wall(dot.case.window_until)}
            for dot in chain.dots
            if dot.case and dot.case.window_until
        ],
    }


def _of_pair(lines: list[Line], places: dict[int, Place], names: dict[str, str]) -> dict[str, Any]:
    """One line for all the meetings of two people: as the strongest, with what each was."""
    lines = sorted(lines, key=lambda line: (STRONGEST.index(line.kind), line.proof.first_at))
    said = list(dict.fromkeys(tuple(_said(line, places, names)) for line in lines))
    more = [gettext("另有 %(n)d 次接触，见表格") % {"n": len(said) - MOST_SAID}]
    texts = [*said[:MOST_SAID], *([more] if len(said) > MOST_SAID else [])]
    return {
        "kind": lines[0].kind.value,
        "label": _short(lines[0]),
        "text": [words for text in texts for words in (*text, "")][:-1],
    }


def _dot(dot: Dot, chain: Chain, asked: Case) -> dict[str, Any]:
    name = CASE if dot.case else CONTACT
    return {
        "x": wall(dot.at),
        "y": dot.lane,
        "shape": _shape(dot),
        "ref": dot.ref[:SHORT],
        "asked": dot.case is not None and dot.case.pk in (asked.pk, asked.merged_into_id),
        "text": _of_case(dot.case, chain) if dot.case else _of_contact(dot),
        "url": reverse(f"admin:{name}", args=[dot.record]) if dot.record else "",
    }


def _shape(dot: Dot) -> str:
    if dot.case is not None:
        return "case" if dot.case.state == CaseState.CONFIRMED else "suspected"
    return "close" if dot.grade is ContactGrade.CLOSE else "secondary"


def _of_case(case: Case, chain: Chain) -> list[str]:
    size = chain.cluster.sizes[case.pk]
    lines = [
        f"{gettext('病例')} {case.ref[:SHORT]} · {case.get_state_display()}",
        f"{gettext('首次阳性采样')} {clock(case.sampled_at)}",
    ]
    if case.onset_at:
        lines.insert(1, f"{gettext('发病时间')} {clock(case.onset_at)}")
    if case.window_from and case.window_until:
        lines.append(f"{gettext('传染期')} {clock(case.window_from)} – {clock(case.window_until)}")
    counts = zip(ContactGrade, (size.close, size.secondary, size.casual), strict=True)
    return [*lines, " · ".join(f"{grade.label} {count:,}" for grade, count in counts)]


def _of_contact(dot: Dot) -> list[str]:
    grade = dot.grade.label if dot.grade else gettext("接触者")
    return [f"{grade} {dot.ref[:SHORT]}", f"{gettext('首次')} {clock(dot.at)}"]


def _short(line: Line) -> str:
    minutes = line.proof.minutes
    words = str(setting_word(line.proof.setting))
    return f"{words} {_minutes(minutes)}" if minutes is not None else words


def _said(line: Line, places: dict[int, Place], names: dict[str, str]) -> list[str]:
    proof = line.proof
    until = clock(proof.last_at) if proof.last_at else gettext("仍在接触")
    place = place_word(places.get(proof.place_id or 0), names)
    parts: Sequence[Any] = (
        KINDS[line.kind],
        f"{clock(proof.first_at)} – {until}",
        " · ".join(str(one) for one in (setting_word(proof.setting), place) if one != NOTHING),
        _minutes(proof.minutes) if proof.minutes is not None else "",
        f"{gettext('相隔排数')} {proof.rows_apart}" if proof.rows_apart is not None else "",
        f"{gettext('规则')} {proof.rule}" if proof.rule else "",
    )
    return [str(part) for part in parts if part]


def _minutes(count: int) -> str:
    return ngettext("%(n)d 分钟", "%(n)d 分钟", count) % {"n": count}


def mark_of(dot: Dot) -> str:
    """The shape as text, for the table."""
    return {"case": "■", "suspected": "□", "close": "▲", "secondary": "○"}[_shape(dot)]


def places_of(chain: Chain) -> tuple[dict[int, Place], dict[str, str]]:
    """Where people met, and the names of these places' districts."""
    ids = {line.proof.place_id for line in chain.lines if line.proof.place_id}
    places = Place.objects.select_related("zone__venue").in_bulk(list(ids))
    return places, region_names([place.district for place in places.values()])
