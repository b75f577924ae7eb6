"""Venues, their zones and the places behind them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed
from accounts.admin.lists import DistrictFilter
from accounts.admin.show import (
    NOTHING,
    Fact,
    Table,
    Words,
    at,
    hours,
    link,
    moment,
    shown,
    tag,
    with_region,
    yes_no,
)
from accounts.permissions import SignedInRequest
from tracing.admin.devices import device_state, register
from tracing.admin.forms import (
    DeviceForm,
    VenueChangeForm,
    VenueForm,
    ZoneChangeForm,
    ZoneForm,
)
from tracing.admin.posters import POSTER, poster_cell
from tracing.admin.venue_day import VenueDayPages
from tracing.admin.words import VEHICLES
from tracing.models import Place, Venue, Zone
from tracing.services import add_venue, add_zone, change_venue, change_zone

VENUE = "tracing_venue_change"
ZONE = "tracing_zone_change"


def _add(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    add_venue(**data, by=request.user, now=timezone.now())


def _change(request: SignedInRequest, row: Venue, data: dict[str, Any]) -> None:
    change_venue(venue_id=row.pk, **data, by=request.user, now=timezone.now())


def _add_zone(request: SignedInRequest, row: Venue, data: dict[str, Any]) -> None:
    add_zone(venue_id=row.pk, **data, by=request.user, now=timezone.now())


def _change_zone(request: SignedInRequest, row: Zone, data: dict[str, Any]) -> None:
    change_zone(zone_id=row.pk, **data, by=request.user, now=timezone.now())


def _in_use(venue: Venue) -> str:
    return tag(_("启用")) if venue.is_active else tag(_("停用"), "warn")


@admin.register(Venue)
class VenueAdmin(VenueDayPages):
    """Where people go."""

    section = "PLACES"
    position = 10
    label = pgettext_lazy("page", "场所")
    detail_template = "admin/tracing/venue/detail.html"
    audited_as = "venue"
    adding = Deed(
        verb="add",
        label=_("新增场所"),
        permission="tracing.add_venue",
        do=_add,
        form=VenueForm,
        done=_("场所已建立。接着添加区域和设备。"),
    )
    list_display = (
        "name",
        shown(_("类型"), lambda venue: venue.get_kind_display()),
        shown(_("区"), lambda venue: venue.region_name),
        shown(_("要求阴性（小时）"), lambda venue: venue.negative_within_hours, numeric=True),
        shown(_("状态"), _in_use),
    )
    list_filter = ("kind", DistrictFilter, "is_active")
    search_fields = ("name__startswith",)
    search_help_text = _("名称的开头")
    deeds = (
        Deed(
            verb="device",
            label=_("登记设备"),
            permission="tracing.enrol_device",
            do=register,
            form=DeviceForm,
            explain=_("登记后显示一次性链接和二维码，10 分钟内在设备上打开。"),
            button=_("登记"),
            offered=lambda venue: venue.is_active,
        ),
        POSTER,
        Deed(
            verb="zone",
            label=_("添加区域"),
            permission="tracing.add_zone",
            do=_add_zone,
            form=ZoneForm,
            done=_("区域已添加。"),
        ),
        Deed(
            verb="edit",
            label=_("修改"),
            permission="tracing.change_venue",
            do=_change,
            form=VenueChangeForm,
            done=_("已修改。"),
        ),
    )

    def rows_of_page(self, rows: QuerySet[Venue]) -> QuerySet[Venue]:
        """With the district's name."""
        return with_region(rows)

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """Kind, district, what it asks for."""
        return [
            Fact(_("类型"), row.get_kind_display()),
            Fact(_("区"), row.region_name),
            Fact(_("社区"), row.community),
            Fact(_("要求几小时内阴性"), row.negative_within_hours or _("不要求")),
            Fact(_("状态"), _in_use(row)),
        ]

    def tables(self, request: HttpRequest, row: Venue) -> list[Table]:
        """Zones and devices."""
        may_print = row.is_active and request.user.has_perm(POSTER.permission)
        zones = [
            (
                link(zone.name, ZONE, zone.pk),
                zone.get_kind_display(),
                yes_no(zone.close_quarters),
                poster_cell(zone, may_print=may_print),
            )
            for zone in row.zones.order_by("name")[:200]
        ]
        devices = [
            (
                link(device.name, "tracing_device_change", device.pk),
                device.zone.name,
                device.get_direction_display(),
                device_state(device),
            )
            for device in row.device_set.select_related("zone").order_by("-pk")[:200]
        ]
        zone_columns = (_("名称"), _("类型"), _("近距离密闭"), _("登记海报"))
        device_columns = (_("名称"), _("区域"), _("方向"), _("状态"))
        return [
            Table(_("区域"), zone_columns, zones, empty=_("还没有区域。先添加区域，再登记设备。")),
            Table(_("设备"), device_columns, devices, empty=_("还没有设备。")),
        ]


@admin.register(Zone)
class ZoneAdmin(OversightAdmin):
    """Room-sized parts of venues."""

    section = "PLACES"
    position = 20
    label = pgettext_lazy("page", "区域")
    audited_as = "zone"
    list_display = (
        "name",
        shown(_("场所"), lambda zone: link(zone.venue.name, VENUE, zone.venue_id)),
        shown(_("类型"), lambda zone: zone.get_kind_display()),
        shown(_("近距离密闭"), lambda zone: yes_no(zone.close_quarters)),
    )
    list_filter = ("kind", "close_quarters")
    deeds = (
        Deed(
            verb="edit",
            label=_("修改"),
            permission="tracing.change_zone",
            do=_change_zone,
            form=ZoneChangeForm,
            explain=_("“近距离密闭”只影响今后的追踪；已追踪的病例再次追踪时也会用新值。"),
            done=_("已修改。"),
        ),
    )

    def rows_of_page(self, rows: QuerySet[Zone]) -> QuerySet[Zone]:
        """With the venue."""
        return rows.select_related("venue", "place")

    def facts(self, request: HttpRequest, row: Zone) -> list[Fact]:
        """Venue, kind, and how long people are taken to stay."""
        place = getattr(row, "place", None)
        return [
            Fact(_("场所"), link(row.venue.name, VENUE, row.venue_id)),
            Fact(_("类型"), row.get_kind_display()),
            Fact(_("近距离密闭"), yes_no(row.close_quarters)),
            Fact(_("通风"), row.get_ventilation_display() or _("不详")),
            Fact(_("默认停留"), hours(place.assumed_stay) if place else NOTHING),
            Fact(_("最长停留"), hours(place.max_stay) if place else NOTHING),
            Fact(_("海报打印时间"), moment(row.poster_at)),
        ]


class VehicleFilter(admin.SimpleListFilter):
    """Zones, or runs of one kind of vehicle."""

    template = "admin/folded_filter.html"

    title = _("交通工具")
    parameter_name = "vehicle"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        """Every vehicle there is."""
        return [("none", _("区域")), *VEHICLES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Places of one kind."""
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(vehicle="" if value == "none" else value)


@admin.register(Place)
class PlaceAdmin(OversightAdmin):
    """Zones and runs as tracing sees them."""

    section = "PLACES"
    position = 30
    label = pgettext_lazy("page", "空间")
    intro = _("追踪所用的空间：一个区域，或一个班次上的一节车厢、一个舱室。")
    list_display = (
        shown(_("空间"), str),
        shown(_("交通工具"), lambda place: VEHICLES.get(place.vehicle, place.vehicle)),
        at(_("发车时间"), "departs_at"),
        shown(_("区"), lambda place: place.region_name),
        shown(_("近距离密闭"), lambda place: yes_no(place.close_quarters)),
        shown(_("默认停留"), lambda place: hours(place.assumed_stay), numeric=True),
        shown(_("最长停留"), lambda place: hours(place.max_stay), numeric=True),
    )
    list_filter = (VehicleFilter,)

    def rows_of_page(self, rows: QuerySet[Place]) -> QuerySet[Place]:
        """With zone, venue and the district's name."""
        return with_region(rows.select_related("zone__venue"))

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """All of it."""
        zone = link(str(row.zone), ZONE, row.zone_id) if row.zone else NOTHING
        return [
            Fact(_("区域"), zone),
            Fact(_("交通工具"), VEHICLES.get(row.vehicle, row.vehicle)),
            Fact(_("班次"), row.service),
            Fact(_("车厢"), row.carriage),
            Fact(_("发车时间"), moment(row.departs_at)),
            Fact(_("区"), row.region_name),
            Fact(_("近距离密闭"), yes_no(row.close_quarters)),
            Fact(_("封闭空间"), yes_no(row.closed_space)),
            Fact(_("默认停留"), hours(row.assumed_stay)),
            Fact(_("最长停留"), hours(row.max_stay)),
        ]
