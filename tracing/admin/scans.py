"""Every attempt at a gate, the alarms that follow from some, and trips that became no stay."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm
from accounts.admin.lists import DistrictFilter, defaulted, typed
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
    with_region,
    yes_no,
)
from accounts.models import Citizen
from accounts.permissions import SignedInRequest
from tracing.admin.words import ALARMS, OUTCOMES, outcome_tag, reason_word
from tracing.models import Alarm, BoardedTrip, Device, Scan, Venue
from tracing.services import clear_alarm

ALARM = "tracing_alarm_change"
SCAN = "tracing_scan_change"


class OutcomeFilter(admin.SimpleListFilter):
    """By what the gate showed."""

    title = _("结论")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        """The four outcomes."""
        return [(outcome, words) for outcome, (words, _tone) in OUTCOMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Scans with one outcome."""
        return queryset.filter(outcome=self.value()) if self.value() else queryset


@admin.register(Scan)
class ScanAdmin(OversightAdmin):
    """Scans, the latest first. Who was scanned is on the scan's own page, as a reference."""

    section = "PLACES"
    position = 50
    label = pgettext_lazy("page", "扫码")
    intro = _("每次扫码都留一行，被拒的也在内。这里不显示姓名。")
    list_display = (
        shown(_("扫码时间"), lambda scan: link(moment(scan.scanned_at), SCAN, scan.pk)),
        shown(_("场所"), lambda scan: scan.venue_name),
        shown(_("设备"), lambda scan: scan.device_name),
        shown(_("方向"), lambda scan: scan.get_direction_display()),
        shown(_("结论"), lambda scan: outcome_tag(scan.outcome)),
        shown(_("原因"), lambda scan: reason_word(scan.reason)),
        shown(_("设备结论"), lambda scan: outcome_tag(scan.device_outcome)),
        shown(_("已放行"), lambda scan: yes_no(scan.admitted)),
    )
    list_display_links = None
    list_filter = (
        OutcomeFilter,
        "direction",
        typed("device", _("设备编号（数字）"), column="device_id", whole=True),
    )

    def rows_of_page(self, rows: QuerySet[Scan]) -> Iterable[Scan]:
        """With the names of gate and venue, and the citizen's public name.

        Each is asked for by itself: a scan may lie on another machine than what it names.
        """
        scans = list(rows)
        _name(scans, "venue_name", "venue_id", Venue.objects.values_list("pk", "name"))
        _name(scans, "device_name", "device_id", Device.objects.values_list("pk", "name"))
        _name(scans, "citizen_ref", "citizen_id", Citizen.objects.values_list("pk", "ref"))
        return scans

    def heading(self, row: Scan) -> str:
        """When it was."""
        return moment(row.scanned_at)

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """All but the digests; the person as a reference, for those who may see people."""
        who = citizen_link(row.citizen_id, row.citizen_ref) if row.citizen_ref else NOTHING
        sees = request.user.has_perm("accounts.view_citizen")
        return [
            Fact(_("场所"), link(row.venue_name, "tracing_venue_change", row.venue_id)),
            Fact(_("设备"), link(row.device_name, "tracing_device_change", row.device_id)),
            Fact(_("方向"), row.get_direction_display()),
            Fact(_("扫码时间"), moment(row.scanned_at)),
            Fact(_("收到时间"), moment(row.received_at)),
            Fact(_("结论"), outcome_tag(row.outcome)),
            Fact(_("原因"), reason_word(row.reason)),
            Fact(_("设备结论"), outcome_tag(row.device_outcome)),
            Fact(_("设备原因"), reason_word(row.device_reason)),
            Fact(_("已放行"), yes_no(row.admitted)),
            *([Fact(_("居民"), who)] if sees else []),
        ]


def _name(scans: list[Scan], name: str, number: str, named: QuerySet[Any, Any]) -> None:
    """Give each scan the name of what it knows by number; None if that is gone."""
    names = dict(named.filter(pk__in={getattr(scan, number) for scan in scans}))
    for scan in scans:
        setattr(scan, name, names.get(getattr(scan, number)))


class NoteForm(DeedForm):
    """What was found."""

    note = forms.CharField(
        label=_("处理情况"), max_length=200, help_text=_("会写入审计记录。不要写姓名或证件号码。")
    )


def _clear(request: SignedInRequest, row: Alarm, data: dict[str, Any]) -> None:
    clear_alarm(alarm_id=row.pk, note=data["note"], by=request.user, now=timezone.now())


@admin.register(Alarm)
class AlarmAdmin(OversightAdmin):
    """Open alarms first."""

    section = "TRACING"
    position = 30
    label = pgettext_lazy("page", "告警")
    audited_as = "alarm"
    list_display = (
        shown(_("告警"), lambda alarm: link(alarm_word(alarm), ALARM, alarm.pk)),
        shown(_("对象"), lambda alarm: _target(alarm)),
        shown(_("区"), lambda alarm: alarm.region_name),
        at(_("产生时间"), "raised_at"),
        shown(_("状态"), lambda alarm: _state(alarm)),
        shown(_("处理人"), lambda alarm: alarm.cleared_by),
    )
    list_display_links = None
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("open", _("未处理"), Q(cleared_at__isnull=True)),
            ("cleared", _("已处理"), Q(cleared_at__isnull=False)),
        ),
        DistrictFilter,
    )
    deeds = (
        Deed(
            verb="clear",
            label=_("处理完毕"),
            permission="tracing.change_alarm",
            do=_clear,
            form=NoteForm,
            done=_("告警已处理。"),
            offered=lambda alarm: alarm.cleared_at is None,
        ),
    )

    def rows_of_page(self, rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
        """With the district's name."""
        return with_region(rows)

    def heading(self, row: Alarm) -> Words:
        """What kind it is."""
        return alarm_word(row)

    def facts(self, request: HttpRequest, row: Any) -> list[Fact]:
        """What, where, when, and who looked at it."""
        return [
            Fact(_("状态"), _state(row)),
            Fact(_("对象"), _target(row)),
            Fact(_("区"), row.region_name),
            Fact(_("产生时间"), moment(row.raised_at)),
            Fact(_("处理时间"), moment(row.cleared_at)),
            Fact(_("处理人"), row.cleared_by),
        ]

    def work(self, request: HttpRequest) -> list[Work]:
        """The newest open alarms."""
        waiting = Alarm.objects.filter(cleared_at__isnull=True).order_by("-pk")
        now = timezone.now()
        rows = [
            (reverse(f"admin:{ALARM}", args=[a.pk]), alarm_word(a), ago(a.raised_at, now=now))
            for a in waiting[:5]
        ]
        return [
            Work(
                title=_("未处理告警"),
                url=reverse("admin:tracing_alarm_changelist"),
                count=counted(waiting),
                rows=rows,
                empty=_("没有未处理的告警。"),
                order=15,
            )
        ]


def alarm_word(alarm: Alarm) -> Words:
    """The kind in words."""
    return ALARMS.get(alarm.kind, alarm.kind)


def _target(alarm: Alarm) -> str:
    kind, _colon, key = alarm.target.partition(":")
    if kind == "tracebrake":
        return link(_("追踪刹车"), "tracing_tracebrake_change", key)
    return link(_("扫码记录"), SCAN, key) if kind == "scan" else alarm.target


def _state(alarm: Alarm) -> str:
    return tag(_("未处理"), "strong") if alarm.cleared_at is None else tag(_("已处理"), "done")


@admin.register(BoardedTrip)
class BoardedTripAdmin(OversightAdmin):
    """Which stay each trip became; those that became none come first."""

    section = "PLACES"
    position = 60
    label = pgettext_lazy("page", "行程登记")
    intro = _("每条旅行证据登记到哪节车厢；缺少车次或车厢的不能用于追踪，请来源补报。")
    list_display = (
        shown(_("证据"), lambda row: link(row.pk, "healthcode_evidence_change", row.pk)),
        at(_("处理时间"), "boarded_at"),
        at(_("上车"), "entered_at"),
        shown(_("未登记原因"), lambda row: row.cause),
    )
    list_filter = (
        defaulted(
            "state",
            _("状态"),
            ("none", _("未登记"), ~Q(cause="")),
            ("boarded", _("已登记"), Q(cause="")),
        ),
    )

    def facts(self, request: HttpRequest, row: BoardedTrip) -> list[Fact]:
        """All of it."""
        place = (
            link(row.place_id, "tracing_place_change", row.place_id) if row.place_id else NOTHING
        )
        return [
            Fact(_("证据"), link(row.pk, "healthcode_evidence_change", row.pk)),
            Fact(_("空间"), place),
            Fact(_("上车"), moment(row.entered_at)),
            Fact(_("处理时间"), moment(row.boarded_at)),
            Fact(_("未登记原因"), row.cause),
        ]
