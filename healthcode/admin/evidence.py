"""Evidence: read, and added only as a draft that a second person approves."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed
from accounts.admin.lists import CITIZENS, defaulted, typed
from accounts.admin.show import (
    NOTHING,
    Fact,
    Words,
    Work,
    ago,
    at,
    citizen_link,
    counted,
    link,
    moment,
    shown,
    tag,
)
from healthcode.admin.drafts import DraftForm, approve, enter
from healthcode.admin.items import standing, with_standing
from healthcode.admin.words import KINDS, brief, in_order, kind_word
from healthcode.models import Evidence, EvidenceDraft, Retraction


class KindFilter(admin.SimpleListFilter):
    """By kind: the vocabulary is closed."""

    title = _("类型")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        """Every kind there is."""
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Items of one kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


ENTER = Deed(
    verb="add",
    label=_("录入证据"),
    permission="healthcode.add_evidence",
    do=enter,
    form=DraftForm,
    explain=_("须有文书依据，并由另一人复核后才生效。录入的是事实，不是颜色。"),
    button=_("提交复核"),
    done=_("已提交，等待另一人复核。"),
)


def detail_facts(details: dict[str, Any]) -> list[Fact]:
    """An item's own fields."""
    return [Fact(label, value) for label, value in in_order(details)]


@admin.register(Evidence)
class EvidenceAdmin(OversightAdmin):
    """Everything handed in, newest first."""

    section = "HEALTH"
    position = 30
    label = pgettext_lazy("page", "证据")
    audited_as = ""
    intro = _("只增不改：更正是更高的版本，撤回另记一行。")
    adding = ENTER
    list_display = (
        shown(_("类型"), lambda item: link(kind_word(item.kind), EVIDENCE, item.pk)),
        shown(_("居民"), lambda item: citizen_link(item.citizen_id, item.citizen.ref)),
        shown(_("内容"), lambda item: brief(item.details)),
        at(_("起"), "occurred_at"),
        at(_("止"), "ended_at"),
        shown(_("来源"), lambda item: item.source.name),
        at(_("入库"), "recorded_at"),
        shown(_("状态"), standing),
    )
    list_display_links = None
    list_filter = (KindFilter, CITIZENS)

    def rows_of_page(self, rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
        """With citizen, source and standing."""
        return with_standing(rows).select_related("citizen", "source")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What is added is a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        query = request.GET.urlencode()
        url = reverse("admin:healthcode_evidencedraft_add")
        return redirect(f"{url}?{query}" if query else url)

    def heading(self, row: Evidence) -> Words:
        """Its kind."""
        return kind_word(row.kind)

    def facts(self, request: HttpRequest, row: Evidence) -> list[Fact]:
        """Everything but the digest."""
        return [
            Fact(_("状态"), standing(row)),
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
            Fact(_("起"), moment(row.occurred_at)),
            Fact(_("止"), moment(row.ended_at)),
            *detail_facts(row.details),
            Fact(_("来源"), row.source.name),
            Fact(_("来源编号"), row.source_ref),
            Fact(_("版本"), row.version),
            Fact(_("来源报告时间"), moment(row.reported_at)),
            Fact(_("入库"), moment(row.recorded_at)),
        ]


EVIDENCE = "healthcode_evidence_change"


@admin.register(EvidenceDraft)
class EvidenceDraftAdmin(OversightAdmin):
    """What officers entered: waiting ones first."""

    section = "HEALTH"
    position = 40
    label = pgettext_lazy("page", "人工录入证据")
    audited_as = "draft"
    intro = _("一人录入，另一人复核；复核后成为证据，系统随即重新决定颜色。")
    newest_first = False
    adding = ENTER
    list_display = (
        shown(_("类型"), lambda draft: link(kind_word(draft.kind), DRAFT, draft.pk)),
        shown(_("居民"), lambda draft: citizen_link(draft.citizen_id, draft.citizen.ref)),
        shown(_("内容"), lambda draft: brief(draft.details)),
        "document",
        shown(_("录入人"), lambda draft: draft.entered_by.username),
        at(_("录入时间"), "entered_at"),
        shown(_("状态"), lambda draft: _draft_state(draft)),
    )
    list_display_links = None
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("waiting", _("待复核"), Q(approved_at__isnull=True)),
            ("approved", _("已复核"), Q(approved_at__isnull=False)),
        ),
    )
    deeds = (
        Deed(
            verb="approve",
            label=_("复核通过"),
            permission="healthcode.approve_evidence",
            do=approve,
            explain=_("您不能复核自己录入的证据。通过后不可更改，颜色由规则重新决定。"),
            done=_("已复核，证据生效。"),
            offered=lambda draft: draft.approved_at is None,
        ),
    )

    def rows_of_page(self, rows: QuerySet[EvidenceDraft]) -> QuerySet[EvidenceDraft]:
        """With the people involved."""
        return rows.select_related("citizen", "entered_by", "approved_by")

    def heading(self, row: EvidenceDraft) -> Words:
        """Its kind."""
        return kind_word(row.kind)

    def facts(self, request: HttpRequest, row: EvidenceDraft) -> list[Fact]:
        """What was entered, on what ground, by whom."""
        return [
            Fact(_("状态"), _draft_state(row)),
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
            Fact(_("起"), moment(row.occurred_at)),
            Fact(_("止"), moment(row.ended_at)),
            *detail_facts(row.details),
            Fact(_("依据文书号"), row.document),
            Fact(_("录入人"), row.entered_by.username),
            Fact(_("录入时间"), moment(row.entered_at)),
            Fact(_("复核人"), row.approved_by.username if row.approved_by else NOTHING),
            Fact(_("复核时间"), moment(row.approved_at)),
        ]

    def work(self, request: HttpRequest) -> list[Work]:
        """Drafts that wait for a second person."""
        waiting = EvidenceDraft.objects.filter(approved_at__isnull=True).order_by("pk")
        now = timezone.now()
        rows = [
            (reverse(f"admin:{DRAFT}", args=[d.pk]), kind_word(d.kind), ago(d.entered_at, now=now))
            for d in waiting[:5]
        ]
        return [
            Work(
                title=_("待复核证据"),
                url=reverse("admin:healthcode_evidencedraft_changelist"),
                count=counted(waiting),
                rows=rows,
                empty=_("没有待复核的录入。"),
                order=40,
            )
        ]


DRAFT = "healthcode_evidencedraft_change"


def _draft_state(draft: EvidenceDraft) -> str:
    return tag(_("待复核"), "strong") if draft.approved_at is None else tag(_("已复核"), "done")


@admin.register(Retraction)
class RetractionAdmin(OversightAdmin):
    """What sources took back."""

    section = "HEALTH"
    position = 50
    label = pgettext_lazy("page", "撤回")
    list_display = (
        at(_("时间"), "at"),
        shown(_("来源"), lambda row: row.source.name),
        "source_ref",
        shown(_("截至版本"), lambda row: row.up_to_version, numeric=True),
        "by",
        "reason",
    )
    list_filter = (typed("source_ref", _("来源编号")),)

    def rows_of_page(self, rows: QuerySet[Retraction]) -> QuerySet[Retraction]:
        """With the source."""
        return rows.select_related("source")

    def facts(self, request: HttpRequest, row: Retraction) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("时间"), moment(row.at)),
            Fact(_("来源"), row.source.name),
            Fact(_("来源编号"), row.source_ref),
            Fact(_("截至版本"), row.up_to_version),
            Fact(_("撤回人"), row.by),
            Fact(_("理由"), row.reason),
        ]
