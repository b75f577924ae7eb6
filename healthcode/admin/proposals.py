"""Dry runs with their reports, and proposals to put the tried rules in force."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm, MomentField
from accounts.admin.show import (
    NOTHING,
    Fact,
    Table,
    Work,
    ago,
    at,
    counted,
    link,
    moment,
    shown,
    tag,
)
from accounts.permissions import SignedInRequest
from healthcode.admin.reports import report_facts, report_tables
from healthcode.admin.rules import DRY_RUN, REGION, RULESET
from healthcode.models import Beyond, DryRun, Proposal, ProposalState
from healthcode.services import approve_activation, drop_proposal, propose_activation

TONES = {ProposalState.OPEN: "strong", ProposalState.ACTIVE: "done", ProposalState.DROPPED: "quiet"}
SHOWN = 5


class ProposalForm(DeedForm):
    """Where, when, and how many people may turn worse."""

    region = forms.RegexField(
        REGION,
        label=_("启用区划"),
        help_text=_("可先在一个区启用。留空则为试算的全部范围。"),
        max_length=12,
        required=False,
    )
    activate_at = MomentField(
        label=_("计划启用时间"), help_text=_("留空则批准后立即启用。"), required=False
    )
    max_percent = forms.FloatField(
        label=_("变差比例上限（%）"),
        help_text=_("试算结果超过上限时，按下面的选择处理。留空则不设上限。"),
        min_value=0,
        max_value=100,
        required=False,
    )
    beyond = forms.ChoiceField(label=_("超过上限时"), choices=Beyond, initial=Beyond.REFUSE)


def _propose(request: SignedInRequest, row: DryRun, data: dict[str, Any]) -> None:
    percent = data.pop("max_percent")
    propose_activation(
        dry_run_id=row.pk,
        max_worse_share=None if percent is None else percent / 100,
        **data,
        by=request.user,
        now=timezone.now(),
    )


def _approve(request: SignedInRequest, row: Proposal, data: dict[str, Any]) -> None:
    approve_activation(proposal_id=row.pk, by=request.user, now=timezone.now())


def _drop(request: SignedInRequest, row: Proposal, data: dict[str, Any]) -> None:
    drop_proposal(proposal_id=row.pk, by=request.user, now=timezone.now())


@admin.register(DryRun)
class DryRunAdmin(OversightAdmin):
    """What rules would change, counted before they act."""

    section = "RULES"
    position = 20
    label = pgettext_lazy("page", "规则试算")
    intro = _("新规则先在真实人群上试算：谁会变色、在哪里、因为哪条规则。")
    deeds = (
        Deed(
            verb="propose",
            label=_("提议启用"),
            permission="healthcode.propose_rules",
            do=_propose,
            form=ProposalForm,
            explain=_("提议附上这份试算报告，须由另一人批准才会启用。报告 24 小时内有效。"),
            button=_("提交提议"),
            done=_("已提议，等待另一人批准。"),
            offered=lambda row: row.report is not None,
        ),
    )
    list_display = (
        shown(_("编号"), lambda row: f"#{row.pk}"),
        shown(_("规则集"), lambda row: row.ruleset.version),
        shown(_("区划"), lambda row: row.region or row.ruleset.scope or _("全国")),
        at(_("决定时刻"), "as_of"),
        shown(_("变差比例"), lambda row: worse_share(row), numeric=True),
        "requested_by",
    )

    def rows_of_page(self, rows: QuerySet[DryRun]) -> QuerySet[DryRun]:
        """With the rule set's name."""
        return rows.select_related("ruleset").defer("ruleset__body", "tally")

    def facts(self, request: HttpRequest, row: DryRun) -> list[Fact]:
        """What was tried on whom, and the totals."""
        known = [
            Fact(_("规则集"), link(row.ruleset.version, RULESET, row.ruleset_id)),
            Fact(_("区划"), row.region or row.ruleset.scope or _("全国")),
            Fact(_("决定时刻"), moment(row.as_of)),
            Fact(_("发起人"), row.requested_by),
            Fact(_("完成时间"), moment(row.finished_at) if row.finished_at else _("进行中")),
        ]
        return known + (report_facts(row.report) if row.report else [])

    def tables(self, request: HttpRequest, row: DryRun) -> list[Table]:
        """The report."""
        return report_tables(row.report) if row.report else []


@admin.register(Proposal)
class ProposalAdmin(OversightAdmin):
    """Who wants which rules in force, on which report, and who agreed."""

    section = "RULES"
    position = 30
    label = pgettext_lazy("page", "启用提议")
    audited_as = "proposal"
    intro = _("一人提议，另一人批准；变差人数超过上限时还需第三人。")
    deeds = (
        Deed(
            verb="approve",
            label=_("批准"),
            permission="healthcode.approve_rules",
            do=_approve,
            explain=_("请先看完下面的试算报告。批准后规则按计划启用，并重新决定该区划所有人。"),
            button=_("批准启用"),
            done=_("已批准。"),
            offered=lambda row: row.state == ProposalState.OPEN,
            grave=True,
        ),
        Deed(
            verb="drop",
            label=_("放弃"),
            permission="healthcode.propose_rules",
            do=_drop,
            done=_("已放弃，规则不变。"),
            offered=lambda row: row.state == ProposalState.OPEN,
        ),
    )
    list_display = (
        at(_("提议时间"), "proposed_at"),
        shown(_("规则集"), lambda row: row.dry_run.ruleset.version),
        shown(_("启用区划"), lambda row: row.region or row.dry_run.ruleset.scope or _("全国")),
        shown(_("变差比例"), lambda row: f"{row.worse_share:.2%}", numeric=True),
        shown(_("提议人"), lambda row: row.proposed_by.username),
        shown(_("状态"), lambda row: tag(row.get_state_display(), TONES[row.state])),
    )
    list_filter = ("state",)

    def rows_of_page(self, rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
        """With rules, report and people."""
        people = ("proposed_by", "approved_by", "third_by")
        return rows.select_related("dry_run__ruleset", *people).defer("dry_run__ruleset__body")

    def facts(self, request: HttpRequest, row: Proposal) -> list[Fact]:
        """The proposal, its people, and the report's totals."""
        limit = NOTHING if row.max_worse_share is None else f"{row.max_worse_share:.2%}"
        rules = row.dry_run.ruleset
        known = [
            Fact(_("规则集"), link(rules.version, RULESET, rules.pk)),
            Fact(_("启用区划"), row.region or rules.scope or _("全国")),
            Fact(
                _("计划启用时间"), moment(row.activate_at) if row.activate_at else _("批准后立即")
            ),
            Fact(_("状态"), tag(row.get_state_display(), TONES[ProposalState(row.state)])),
            Fact(_("提议人"), _signed(row.proposed_by, row.proposed_at)),
            Fact(_("批准人"), _signed(row.approved_by, row.approved_at)),
            Fact(_("第三人"), _third(row)),
            Fact(_("变差比例上限"), limit),
            Fact(_("规则试算"), link(f"#{row.dry_run_id}", DRY_RUN, row.dry_run_id)),
        ]
        return known + (report_facts(row.dry_run.report) if row.dry_run.report else [])

    def tables(self, request: HttpRequest, row: Proposal) -> list[Table]:
        """The report it rests on."""
        return report_tables(row.dry_run.report) if row.dry_run.report else []

    def work(self, request: HttpRequest) -> list[Work]:
        """What waits for a second person, or a third."""
        waiting = self.rows_of_page(Proposal.objects.filter(state=ProposalState.OPEN))
        rows = [
            (
                reverse("admin:healthcode_proposal_change", args=[row.pk]),
                f"{row.dry_run.ruleset.version} · {row.proposed_by.username}",
                ago(row.proposed_at, now=timezone.now()),
            )
            for row in waiting.order_by("proposed_at")[:SHOWN]
        ]
        url = reverse("admin:healthcode_proposal_changelist") + "?state__exact=open"
        empty = _("没有待批准的规则。")
        return [Work(_("规则启用待批准"), url, counted(waiting), rows, empty=empty, order=15)]


def worse_share(run: DryRun) -> Any:
    """The share that would turn worse, or that the run is not finished."""
    return f"{run.report['worse_share']:.2%}" if run.report else tag(_("进行中"), "strong")


def _signed(user: Any, when: Any) -> str:
    return NOTHING if user is None else f"{user.username} · {timezone.localtime(when):%m-%d %H:%M}"


def _third(row: Proposal) -> Any:
    if row.third_by is None:
        return tag(_("需要"), "warn") if row.needs_third else NOTHING
    return _signed(row.third_by, row.third_at)
