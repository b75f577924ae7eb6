"""Devices: registered with a link that is shown once, renewed, revoked."""

from base64 import urlsafe_b64encode
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, Once
from accounts.admin.lists import defaulted
from accounts.admin.show import Fact, at, link, moment, shown, tag, yes_no
from accounts.permissions import SignedInRequest
from healthcode import keys
from healthcode.qr import draw
from tracing.models import Device, Venue
from tracing.services import create_device, renew_enrolment, revoke_device


def register(request: SignedInRequest, row: Venue, data: dict[str, Any]) -> Once:
    """Make a device of a venue and show its enrolment link, once."""
    device, token = create_device(venue_id=row.pk, **data, by=request.user, now=timezone.now())
    return _enrolment(request, device, token)


def _renew(request: SignedInRequest, row: Device, data: dict[str, Any]) -> Once:
    token = renew_enrolment(device_id=row.pk, by=request.user, now=timezone.now())
    return _enrolment(request, row, token)


def _revoke(request: SignedInRequest, row: Device, data: dict[str, Any]) -> None:
    revoke_device(device_id=row.pk, by=request.user, now=timezone.now())


def _enrolment(request: SignedInRequest, device: Device, token: str) -> Once:
    """The token stands behind the #, which browsers send to nobody; with it the root's pin."""
    url = request.build_absolute_uri(reverse("tracing:staff-enrol")) + f"#e={token}{_pin()}"
    context = {"device": device, "token": token, "enrol_url": url, "svg": _qr(url)}
    return Once("admin/tracing/device/enrolment.html", context)


def _pin() -> str:
    """The hash of the root that the device is to believe; nothing where no list is published."""
    listed = keys.published(settings.HEALTHCODE_KEYS_DIR)
    return f"&r={urlsafe_b64encode(listed.pin).decode().rstrip('=')}" if listed else ""


def _qr(url: str) -> SafeString:
    # The drawing is this project's own and escapes its label.
    return mark_safe(draw(url, label=gettext("设备登记二维码")))  # noqa: S308


def device_state(device: Device) -> str:
    """Waiting, enrolled or out of service."""
    if device.revoked_at is not None:
        return tag(_("已停用"), "warn")
    return tag(_("已登记"), "done") if device.enrolled_at else tag(_("待登记"), "strong")


@admin.register(Device)
class DeviceAdmin(OversightAdmin):
    """Scanners and gates, newest first."""

    section = "PLACES"
    position = 40
    label = pgettext_lazy("page", "设备")
    audited_as = "device"
    intro = _("在场所页面登记新设备。令牌只保存哈希。")
    list_display = (
        "name",
        shown(_("场所"), lambda row: link(row.venue.name, "tracing_venue_change", row.venue_id)),
        shown(_("区域"), lambda row: row.zone.name),
        shown(_("方向"), lambda row: row.get_direction_display()),
        shown(_("有人值守"), lambda row: yes_no(row.attended)),
        shown(_("状态"), device_state),
        at(_("登记时间"), "enrolled_at"),
    )
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("use", _("在用"), Q(revoked_at__isnull=True)),
            ("waiting", _("待登记"), Q(revoked_at__isnull=True, enrolled_at__isnull=True)),
            ("revoked", _("已停用"), Q(revoked_at__isnull=False)),
        ),
        "direction",
    )
    deeds = (
        Deed(
            verb="renew",
            label=_("重新登记"),
            permission="tracing.enrol_device",
            do=_renew,
            explain=_("生成新的一次性链接，10 分钟内有效。用新链接登记后，旧设备随即失效。"),
            button=_("生成链接"),
            offered=lambda device: device.revoked_at is None,
        ),
        Deed(
            verb="revoke",
            label=_("停用设备"),
            permission="tracing.enrol_device",
            do=_revoke,
            explain=_("立即停用，不能恢复。丢失或被盗的设备请马上停用。"),
            button=_("确认停用"),
            done=_("设备已停用。"),
            offered=lambda device: device.revoked_at is None,
            grave=True,
        ),
    )

    def rows_of_page(self, rows: QuerySet[Device]) -> QuerySet[Device]:
        """With venue, zone and who made it."""
        return rows.select_related("venue", "zone", "created_by")

    def heading(self, row: Device) -> str:
        """Venue and name."""
        return str(row)

    def facts(self, request: HttpRequest, row: Device) -> list[Fact]:
        """Where it stands and since when; never a token."""
        scans = link(_("查看扫码"), "tracing_scan_changelist", query=f"?device={row.pk}")
        sees = request.user.has_perm("tracing.view_scan")
        return [
            Fact(_("状态"), device_state(row)),
            Fact(_("场所"), link(row.venue.name, "tracing_venue_change", row.venue_id)),
            Fact(_("区域"), row.zone.name),
            Fact(_("方向"), row.get_direction_display()),
            Fact(_("有人值守"), yes_no(row.attended)),
            Fact(_("登记时间"), moment(row.enrolled_at)),
            Fact(_("登记链接有效至"), moment(row.enrol_until)),
            Fact(_("停用时间"), moment(row.revoked_at)),
            Fact(_("创建人"), row.created_by.username),
            Fact(_("创建时间"), moment(row.created_at)),
            *([Fact(_("扫码"), scans)] if sees else []),
        ]
