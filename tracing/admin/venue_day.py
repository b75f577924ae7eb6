"""A venue's day: bars over the hours for cases and those they met there, numbers for others."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OversightAdmin, officers_only
from accounts.admin.show import SHORT, Column, Fact, Table, link, moment, region_names
from accounts.errors import NotPermitted
from tracing.admin.charts import clock, query, wall
from tracing.models import ContactGrade, Place, Venue
from tracing.services import look_at_venue_day
from tracing.services.venue_day import RIGHTS, Hours, Stay, VenueDay

COLUMNS = (
    _("进入"),
    _("离开"),
    Column(_("分钟"), numeric=True),
    _("人"),
    _("身份"),
    _("区域"),
)
MARKS = {None: "■", ContactGrade.CLOSE: "▲", ContactGrade.SECONDARY: "○"}


class VenueDayPages(OversightAdmin):
    """The pages of a venue that show one of its days."""

    def get_urls(self) -> list[URLPattern]:
        """The page, and what its picture is drawn from."""
        pages = {"day": self.day_view, "day/data": self.day_data_view}
        own = [
            path(
                f"<path:object_id>/{where}/",
                officers_only(self.admin_site.admin_view(view)),
                name=f"tracing_venue_{where.replace('/', '_')}",
            )
            for where, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def aside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Whether the officer may see a day of it."""
        return {**super().aside(request, row), "may_see_days": may_see_days(request)}

    def day_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Counts, the picture's frame, the tables."""
        venue = self._row(request, object_id)
        seen, day, after = self._day(request, venue)
        data_url = reverse("admin:tracing_venue_day_data", args=[venue.pk])
        context = {
            **self._context(request, venue),
            "heading": gettext("当日停留 · %(venue)s") % {"venue": venue.name},
            "day": day,
            "today": timezone.localdate(),
            "before": query(day=day - timedelta(days=1)),
            "next": query(day=day + timedelta(days=1)) if day < timezone.localdate() else "",
            "facts": _facts(seen),
            "table": _table(seen),
            "hours": _hours(seen),
            "data_url": data_url + query(day=day, after=after),
            "more": query(day=day, after=seen.after) if seen.after else "",
            "first": query(day=day) if after else "",
            "words": _summary(seen),
        }
        return TemplateResponse(request, "admin/tracing/chain/day.html", context)

    def day_data_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The bars and numbers; nobody has a name."""
        seen, _day, _after = self._day(request, self._row(request, object_id))
        return JsonResponse(picture(seen))

    def _day(self, request: HttpRequest, venue: Venue) -> tuple[VenueDay, date, str]:
        after, by = request.GET.get("after", ""), request.user
        try:
            text = request.GET.get("day", "")
            day = date.fromisoformat(text) if text else timezone.localdate()
            seen = look_at_venue_day(
                venue_id=venue.pk,
                day=day,
                by=by,  # type: ignore[arg-type]  # signed in: the admin's own check
                now=timezone.now(),
                after=after,
            )
        except NotPermitted:
            raise PermissionDenied from None
        except (ValueError, OverflowError):
            raise Http404 from None
        return seen, day, after


def may_see_days(request: HttpRequest) -> bool:
    """Whether the officer may see cases, contacts and venues."""
    return request.user.has_perms(RIGHTS)


def day_link(words: str, place: Place | None, at: datetime) -> str:
    """A place in words, linked to the day of its venue; a run is none and has none."""
    if place is None or place.zone is None:
        return words
    day = timezone.localdate(at).isoformat()
    return link(words, "tracing_venue_day", place.zone.venue_id, query=query(day=day))


def _facts(seen: VenueDay) -> list[Fact]:
    names = region_names([seen.venue.district])
    return [
        Fact(_("类型"), seen.venue.get_kind_display()),
        Fact(_("区"), names.get(seen.venue.district, "")),
        Fact(_("病例"), len({stay.record for stay in seen.stays if stay.grade is None})),
        Fact(_("在此接触的人"), len({stay.record for stay in seen.stays if stay.grade})),
    ]


def _table(seen: VenueDay) -> Table:
    zones = _zones(seen)
    rows = [
        (
            moment(stay.first),
            moment(stay.last),
            int((stay.last - stay.first).total_seconds() // 60),
            _who(stay),
            _as_what(stay),
            zones[stay.place_id],
        )
        for stay in sorted(seen.stays, key=lambda one: (one.first, one.ref))
    ]
    empty = _("这一天没有病例停留。其他人只按小时计数。")
    return Table(_("停留"), COLUMNS, rows, empty=empty, always=True)


def _hours(seen: VenueDay) -> Table:
    columns = [Column(_("区域")), *(Column(f"{hour:02}", numeric=True) for hour in range(24))]
    rows = [(zone.place.zone.name, *zone.stays) for zone in seen.hours if zone.place.zone]
    note = _("所有人的停留，含上面列出的；只有数字，不涉及任何个人。")
    return Table(_("每小时停留人次"), columns, rows, empty=_("没有区域。"), note=note)


def _zones(seen: VenueDay) -> dict[int, str]:
    return {one.place.pk: one.place.zone.name for one in seen.hours if one.place.zone}


def _who(stay: Stay) -> str:
    page = "tracing_contact_change" if stay.grade else "tracing_case_change"
    words = format_html("{} {}", MARKS[stay.grade], stay.ref[:SHORT])
    return link(words, page, stay.record)


def _as_what(stay: Stay) -> Any:
    return stay.grade.label if stay.grade else pgettext("person", "病例")


def picture(seen: VenueDay) -> dict[str, Any]:
    """All that the script draws: a row of numbers for each zone, and its lanes below."""
    rows: list[dict[str, Any]] = []
    bars: list[dict[str, Any]] = []
    for zone in seen.hours:
        first = len(rows)
        rows.append({"zone": zone.place.zone.name if zone.place.zone else "", "stays": zone.stays})
        stays = [stay for stay in seen.stays if stay.place_id == zone.place.pk]
        rows += [{"zone": ""} for _lane in range(_lanes(stays))]
        bars += [_bar(stay, first + 1 + stay.lane, zone) for stay in stays]
    return {"since": wall(seen.since), "until": wall(seen.until), "rows": rows, "bars": bars}


def _lanes(stays: list[Stay]) -> int:
    return max((stay.lane for stay in stays), default=-1) + 1


def _bar(stay: Stay, row: int, zone: Hours) -> dict[str, Any]:
    page = "tracing_contact_change" if stay.grade else "tracing_case_change"
    name = zone.place.zone.name if zone.place.zone else ""
    return {
        "y": row,
        "from": wall(stay.first),
        "until": wall(stay.last),
        "shape": {None: "case", ContactGrade.CLOSE: "close"}.get(stay.grade, "secondary"),
        "ref": stay.ref[:SHORT],
        "text": [
            f"{_as_what(stay)} {stay.ref[:SHORT]}",
            f"{clock(stay.first)} – {clock(stay.last)}",
            name,
        ],
        "url": reverse(f"admin:{page}", args=[stay.record]),
    }


def _summary(seen: VenueDay) -> str:
    template = gettext("%(stays)d 次停留，按区域和时间；内容见下面的表格。")
    return template % {"stays": len(seen.stays)}
