"""What belongs to a person, each part for officers who may see that part."""

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import NOTHING, Column, Table, link, moment, short, tag
from accounts.models import AccessEvent, Citizen, Claim, Membership
from healthcode.admin.items import EVIDENCE_COLUMNS, evidence_row, with_standing
from healthcode.admin.status import change_chips, first_reason
from healthcode.models import Appeal, ColourChange, Evidence
from tracing.admin.words import case_state, grade_tag, setting_word
from tracing.models import Case, Contact

#: Of each part on a person's page; the lists have the rest.
SHOWN = 20


def belongings(request: HttpRequest, citizen: Citizen) -> list[Table]:
    """History, evidence, cases, contacts, appeals, claims, homes, and who looked."""
    return [part(citizen) for permission, part in PARTS if request.user.has_perm(permission)]


def _history(citizen: Citizen) -> Table:
    changes = ColourChange.objects.filter(citizen_id=citizen.pk).order_by("-id")[: SHOWN + 1]
    rows = [
        (
            link(moment(change.decided_at), "healthcode_colourchange_change", change.pk),
            change_chips(change),
            first_reason(change.decision),
            change.rules,
        )
        for change in changes
    ]
    columns = (_("决定时间"), _("变化"), _("首要原因"), _("规则版本"))
    url = _more("healthcode_colourchange", citizen, len(rows))
    return Table(_("颜色变更"), columns, rows[:SHOWN], empty=_("还没有变更。"), more=url)


def _evidence(citizen: Citizen) -> Table:
    items = with_standing(Evidence.objects.filter(citizen_id=citizen.pk))
    rows = [evidence_row(item) for item in items.order_by("-occurred_at", "-pk")[: SHOWN + 1]]
    url = _more("healthcode_evidence", citizen, len(rows))
    return Table(_("证据"), EVIDENCE_COLUMNS, rows[:SHOWN], empty=_("没有证据。"), more=url)


def _cases(citizen: Citizen) -> Table:
    rows = [
        (
            link(short(case.ref), "tracing_case_change", case.pk),
            case_state(case),
            moment(case.sampled_at),
            moment(case.decided_at),
        )
        for case in Case.objects.filter(citizen=citizen).order_by("-pk")[:SHOWN]
    ]
    columns = (_("病例"), _("状态"), _("首次阳性采样"), _("裁定时间"))
    return Table(_("病例"), columns, rows, empty=_("没有病例。"))


def _contacts(citizen: Citizen) -> Table:
    found = Contact.objects.filter(citizen=citizen).select_related("case")
    rows = [
        (
            link(short(contact.case.ref), "tracing_case_change", contact.case_id),
            grade_tag(contact.grade),
            setting_word(contact.setting),
            NOTHING if contact.minutes is None else contact.minutes,
            moment(contact.first_at),
            moment(contact.last_at),
        )
        for contact in found.order_by("-pk")[:SHOWN]
    ]
    columns = (
        _("病例"),
        _("等级"),
        _("情形"),
        Column(_("分钟"), numeric=True),
        _("首次"),
        _("末次"),
    )
    return Table(_("作为接触者"), columns, rows, empty=_("不是任何病例的接触者。"))


def _appeals(citizen: Citizen) -> Table:
    rows = [
        (
            link(short(appeal.ref), "healthcode_appeal_change", appeal.pk),
            appeal.rule,
            moment(appeal.filed_at),
            tag(appeal.get_state_display()),
        )
        for appeal in Appeal.objects.filter(citizen=citizen).order_by("-pk")[:SHOWN]
    ]
    columns = (_("回执号"), _("所针对的规则"), _("提交时间"), _("状态"))
    return Table(_("申诉"), columns, rows, empty=_("没有申诉。"))


def _claims(citizen: Citizen) -> Table:
    rows = [
        (link(moment(claim.made_at), "accounts_claim_change", claim.pk),)
        for claim in Claim.objects.filter(citizen=citizen).order_by("pk")[:SHOWN]
    ]
    return Table(_("待核验的申报"), (_("提交时间"),), rows, empty=_("没有。"))


def _groups(citizen: Citizen) -> Table:
    rows = [
        (member.get_kind_display(), moment(member.starts_at), moment(member.ends_at))
        for member in Membership.objects.filter(citizen=citizen).order_by("kind", "-starts_at")[
            :SHOWN
        ]
    ]
    return Table(_("归属"), (_("类型"), _("开始"), _("结束")), rows, empty=_("没有登记。"))


def _accesses(citizen: Citizen) -> Table:
    seen = AccessEvent.objects.filter(citizen_id=citizen.pk).order_by("-at", "-id")
    rows = [(moment(e.at), e.actor, e.what, e.purpose) for e in seen[: SHOWN + 1]]
    columns = (_("时间"), _("查看人"), _("内容"), _("目的"))
    url = _more("accounts_accessevent", citizen, len(rows))
    return Table(_("谁查看过"), columns, rows[:SHOWN], empty=_("没有人查看过。"), more=url)


def _more(model: str, citizen: Citizen, found: int) -> str:
    if found <= SHOWN:
        return ""
    return f"{reverse(f'admin:{model}_changelist')}?citizen={citizen.ref}"


PARTS: tuple[tuple[str, Callable[[Citizen], Table]], ...] = (
    ("healthcode.view_colourchange", _history),
    ("healthcode.view_evidence", _evidence),
    ("tracing.view_case", _cases),
    ("tracing.view_contact", _contacts),
    ("healthcode.view_appeal", _appeals),
    ("accounts.view_claim", _claims),
    ("tracing.view_contact", _groups),
    ("accounts.view_accessevent", _accesses),
)
