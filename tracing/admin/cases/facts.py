"""What is known of a case: its dates, its grounds, its window, its trace."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import (
    NOTHING,
    Fact,
    citizen_link,
    link,
    moment,
    short,
    tag,
    yes_no,
)
from healthcode.admin.words import brief, kind_word
from healthcode.models import Evidence
from tracing.admin.contacts import count_contacts
from tracing.models import Case, TraceBrake
from tracing.services import whole_window, without_grounds

CASE = "tracing_case_change"


def facts_of_case(row: Any) -> list[Fact]:
    """Dates, window, decisions."""
    facts = [
        Fact(_("编号"), format_html("<code>{}</code>", row.ref)),
        Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
        Fact(_("区"), row.region_name or NOTHING),
        Fact(_("依据"), _grounds(row)),
        Fact(_("首次阳性采样"), moment(row.sampled_at)),
        Fact(_("有症状"), yes_no(row.symptomatic)),
        Fact(_("发病时间"), moment(row.onset_at)),
        Fact(_("隔离时间"), moment(row.isolated_at)),
        Fact(_("提出时间"), moment(row.proposed_at)),
    ]
    if row.decided_at:
        facts.append(Fact(_("裁定"), _said(row.decided_at, row.decided_by)))
    facts += [*_window(row), *_mergers(row)]
    if row.withdrawn_at:
        facts.append(Fact(_("撤销"), _said(row.withdrawn_at, row.withdrawn_by)))
    return facts


def trace_of_case(case: Case) -> dict[str, Any]:
    """Whether the trace is due, held back or done, and how many it found."""
    on = TraceBrake.objects.filter(case=case, cleared_at__isnull=True, lifted_at__isnull=True)
    brake = on.first()
    return {
        "case": case,
        "brake": brake,
        "tracing": case.trace_due_at is not None and brake is None,
        "traced_at": moment(case.traced_at) if case.traced_at else "",
        "found": count_contacts(case) if case.traced_at else [],
    }


def _window(case: Case) -> list[Fact]:
    """That of all the cases it speaks for."""
    window = whole_window(case)
    if window is None:
        return []
    facts = [
        Fact(_("传染期"), format_html("{} – {}", moment(window.since), moment(window.until))),
        Fact(_("追踪截止"), moment(window.traced_until)),
        Fact(_("追踪规则"), case.rules),
    ]
    if case.second_cut:
        facts.append(Fact(_("超出上限的次密接"), case.second_cut))
    return facts


def _mergers(case: Case) -> list[Fact]:
    related = Case.objects.filter(Q(merged_into=case) | Q(pk=case.merged_into_id)).order_by("pk")
    links = {row.pk: link(short(row.ref), CASE, row.pk) for row in related}
    if case.merged_into_id:
        return [Fact(_("已并入"), links[case.merged_into_id])]
    if not links:
        return []
    return [Fact(_("并入的病例"), format_html_join(" ", "{}", ((one,) for one in links.values())))]


def _grounds(row: Case) -> str:
    item = Evidence.objects.filter(pk=row.grounds_id or 0).first()
    if item is None:
        return str(_("人工立案"))
    words = f"{kind_word(item.kind)} {brief(item.details)}"
    said = link(words, "healthcode_evidence_change", item.pk)
    if row.pk in without_grounds([row.pk]):
        return format_html("{} {}", said, grounds_gone())
    return said


def grounds_gone() -> str:
    """That the test or report a case rests on was taken back: a person withdraws the case."""
    return tag(_("依据已撤回"), "warn")


def _said(when: datetime, who: str) -> str:
    return format_html("{} {}", moment(when), who.removeprefix("user:"))
