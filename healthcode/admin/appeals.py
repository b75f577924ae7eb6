"""Appeals: whoever must be answered first stands first."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm
from accounts.admin.lists import defaulted
from accounts.admin.show import (
    Fact,
    Table,
    Work,
    ago,
    at,
    citizen_link,
    counted,
    link,
    moment,
    short,
    shown,
    tag,
)
from accounts.permissions import SignedInRequest
from healthcode.admin.items import EVIDENCE_COLUMNS, evidence_row, with_standing
from healthcode.admin.status import decision_tables
from healthcode.admin.words import chip
from healthcode.models import Appeal, AppealState, Evidence, HealthStatus
from healthcode.services import answer_appeal, appeal_text

APPEAL = "healthcode_appeal_change"


class AnswerForm(DeedForm):
    """What the citizen will read."""

    answer = forms.CharField(
        label=_("答复"),
        help_text=_("本人会看到。颜色不会因答复改变：证据有误时，请由来源更正，或录入新的证据。"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
    )


def _answer(request: SignedInRequest, row: Appeal, data: dict[str, Any]) -> None:
    answer_appeal(appeal_id=row.pk, answer=data["answer"], by=request.user, now=timezone.now())


@admin.register(Appeal)
class AppealAdmin(OversightAdmin):
    """Open ones, the earliest deadline first."""

    section = "TRACING"
    position = 40
    label = pgettext_lazy("page", "申诉")
    audited_as = "appeal"
    keyset = ("answer_by", "pk")
    newest_first = False
    intro = _("每件申诉 24 小时内答复。能改变颜色的只有证据。")
    list_display = (
        shown(_("回执号"), lambda appeal: link(short(appeal.ref), APPEAL, appeal.pk)),
        shown(_("居民"), lambda appeal: citizen_link(appeal.citizen_id, appeal.citizen.ref)),
        "rule",
        at(_("提交时间"), "filed_at"),
        shown(_("答复期限"), lambda appeal: due(appeal)),
        shown(_("状态"), lambda appeal: _state(appeal)),
    )
    list_display_links = None
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("open", _("待答复"), Q(state=AppealState.OPEN)),
            ("answered", _("已答复"), Q(state=AppealState.ANSWERED)),
        ),
    )
    deeds = (
        Deed(
            verb="answer",
            label=_("答复"),
            permission="healthcode.answer_appeal",
            do=_answer,
            form=AnswerForm,
            done=_("已答复。"),
            offered=lambda appeal: appeal.state == AppealState.OPEN,
        ),
    )

    def rows_of_page(self, rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
        """With the citizen's public name."""
        return rows.select_related("citizen")

    def facts(self, request: HttpRequest, row: Appeal) -> list[Fact]:
        """What is appealed against and the answer; the words for those who may answer."""
        may_answer = request.user.has_perm("healthcode.answer_appeal")
        return [
            Fact(_("状态"), _state(row)),
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
            Fact(_("所针对的规则"), row.rule),
            Fact(_("所针对的决定时间"), moment(row.decided_at)),
            Fact(_("提交时间"), moment(row.filed_at)),
            Fact(_("答复期限"), due(row)),
            *([Fact(_("申诉内容"), appeal_text(row))] if may_answer else []),
            *([Fact(_("答复"), row.answer)] if row.answer else []),
            *([Fact(_("答复人"), row.answered_by)] if row.answered_by else []),
        ]

    def tables(self, request: HttpRequest, row: Appeal) -> list[Table]:
        """The evidence side by side with the decision as it stands."""
        tables = []
        if request.user.has_perm("healthcode.view_healthstatus"):
            status = HealthStatus.objects.get(pk=row.citizen_id)
            tables = decision_tables(status.decision)
        if request.user.has_perm("healthcode.view_evidence"):
            items = with_standing(Evidence.objects.filter(citizen_id=row.citizen_id))
            rows = [evidence_row(item) for item in items.order_by("-occurred_at")[:20]]
            tables.append(Table(_("证据"), EVIDENCE_COLUMNS, rows, empty=_("没有证据。")))
        return tables

    def aside(self, request: HttpRequest, row: Appeal) -> dict[str, Any]:
        """The colour now, beside the title."""
        if not request.user.has_perm("healthcode.view_healthstatus"):
            return {}
        return {"chip": chip(HealthStatus.objects.get(pk=row.citizen_id).colour)}

    def work(self, request: HttpRequest) -> list[Work]:
        """What must be answered first."""
        waiting = Appeal.objects.filter(state=AppealState.OPEN).order_by("answer_by")
        rows = [(reverse(f"admin:{APPEAL}", args=[a.pk]), a.rule, due(a)) for a in waiting[:5]]
        return [
            Work(
                title=_("待答复申诉"),
                url=reverse("admin:healthcode_appeal_changelist"),
                count=counted(waiting),
                rows=rows,
                empty=_("没有待答复的申诉。"),
                order=20,
            )
        ]


def due(appeal: Appeal) -> str:
    """How long there is to answer, or by how much it is late."""
    now = timezone.now()
    if appeal.state == AppealState.OPEN and appeal.answer_by <= now:
        return format_html("{} {}", tag(_("超期"), "warn"), ago(appeal.answer_by, now=now))
    if appeal.state == AppealState.OPEN:
        return ago(appeal.answer_by, now=now)
    return moment(appeal.answer_by)


def _state(appeal: Appeal) -> str:
    tone = "strong" if appeal.state == AppealState.OPEN else "done"
    return tag(appeal.get_state_display(), tone)
