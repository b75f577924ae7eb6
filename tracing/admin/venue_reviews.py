"""Venues that link several cases: somebody looks, and says what was done."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed
from accounts.admin.lists import DistrictFilter, defaulted
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
    short,
    shown,
    tag,
    with_region,
)
from accounts.permissions import SignedInRequest
from tracing.admin.charts import query
from tracing.admin.forms import ReviewForm
from tracing.admin.venue_day import may_see_days
from tracing.admin.words import case_state
from tracing.models import Case, VenueReview
from tracing.services import cases_of_review, close_venue_review
from tracing.services.venue_reviews import Stayed

REVIEW = "tracing_venuereview_change"
OPEN = Q(closed_at__isnull=True)
MOST_STAYS = 6


def _close(request: SignedInRequest, row: VenueReview, data: dict[str, Any]) -> None:
    close_venue_review(review_id=row.pk, **data, by=request.user, now=timezone.now())


@admin.register(VenueReview)
class VenueReviewAdmin(OversightAdmin):
    """Those that wait come first."""

    section = "TRACING"
    position = 40
    label = pgettext_lazy("page", "关联场所")
    audited_as = "venuereview"
    intro = _(
        "几天之内有多个病例停留过的场所，自动列出供人核查。只是线索：不产生接触者，也不改变任何人的颜色。"
    )
    deeds = (
        Deed(
            verb="close",
            label=_("登记处置"),
            permission="tracing.close_venuereview",
            do=_close,
            form=ReviewForm,
            explain=_("登记后不再列出；之后再有新的病例停留，会重新列出。"),
            done=_("处置已登记。"),
            offered=lambda row: row.closed_at is None,
        ),
    )
    list_display = (
        shown(_("场所"), lambda row: link(row.venue.name, REVIEW, row.pk)),
        shown(_("状态"), lambda row: standing_of(row)),
        shown(_("类型"), lambda row: row.venue.get_kind_display()),
        shown(_("区"), lambda row: row.region_name),
        shown(_("病例数"), lambda row: row.cases, numeric=True),
        at(_("最早停留"), "first_at"),
        at(_("最晚停留"), "last_at"),
        at(_("提出时间"), "proposed_at"),
    )
    list_display_links = None
    list_filter = (
        defaulted("state", _("状态"), ("open", _("待处置"), OPEN), ("closed", _("已处置"), ~OPEN)),
        DistrictFilter,
    )

    def rows_of_page(self, rows: QuerySet[VenueReview]) -> QuerySet[VenueReview]:
        """With the venue, who closed it, and the district's name."""
        return with_region(rows.select_related("venue", "closed_by"))

    def heading(self, row: VenueReview) -> str:
        """The venue's name."""
        return str(_("关联场所 · %(venue)s")) % {"venue": row.venue.name}

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """How many cases, when, and what was done."""
        by = row.closed_by.username if row.closed_by else NOTHING
        return [
            Fact(_("场所"), link(row.venue.name, "tracing_venue_change", row.venue_id)),
            Fact(_("类型"), row.venue.get_kind_display()),
            Fact(_("区"), row.region_name or NOTHING),
            Fact(_("病例数"), row.cases),
            Fact(_("最早停留"), moment(row.first_at)),
            Fact(_("最晚停留"), moment(row.last_at)),
            Fact(_("提出时间"), moment(row.proposed_at)),
            Fact(_("处置"), standing_of(row)),
            Fact(_("处置人"), format_html("{} {}", by, moment(row.closed_at))),
        ]

    def tables(self, request: HttpRequest, row: VenueReview) -> list[Table]:
        """The cases, for those who may see cases."""
        if not request.user.has_perm("tracing.view_case"):
            return []
        days = may_see_days(request)
        rows = [_case(case, stays, row, days=days) for case, stays in cases_of_review(row)]
        columns = (_("病例"), _("状态"), _("首次阳性采样"), _("在此停留"))
        empty = _("停留记录已按期删除，或病例已撤销。")
        return [Table(_("在此停留的病例"), columns, rows, empty=empty, always=True)]

    def work(self, request: HttpRequest) -> list[Work]:
        """Behind cases and tasks."""
        waiting = VenueReview.objects.filter(OPEN).order_by("pk")
        now = timezone.now()
        rows = [
            (reverse(f"admin:{REVIEW}", args=[row.pk]), _said(row), ago(row.proposed_at, now=now))
            for row in waiting.select_related("venue")[:5]
        ]
        url = reverse("admin:tracing_venuereview_changelist")
        empty = _("没有待处置的场所。")
        return [Work(_("关联场所"), url, counted(waiting), rows, empty=empty, order=40)]


def standing_of(review: VenueReview) -> str:
    """Waiting, or what was done."""
    if review.closed_at is None:
        return tag(_("待处置"), "strong")
    return tag(review.get_outcome_display(), "done")


def _said(review: VenueReview) -> Any:
    return _("%(venue)s · %(n)d 个病例") % {"venue": review.venue.name, "n": review.cases}


def _case(case: Case, stays: list[Stayed], row: VenueReview, *, days: bool) -> tuple[Any, ...]:
    words = [_day(stay, row) if days else moment(stay.first) for stay in stays[:MOST_STAYS]]
    return (
        link(short(case.ref), "tracing_case_change", case.pk),
        case_state(case),
        moment(case.sampled_at),
        format_html_join("、", "{}", ((word,) for word in words)),
    )


def _day(stay: Stayed, row: VenueReview) -> str:
    """The stay, linked to the venue's day."""
    day = timezone.localdate(stay.first).isoformat()
    return link(moment(stay.first), "tracing_venue_day", row.venue_id, query=query(day=day))
