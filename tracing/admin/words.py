"""Cases, contacts and gates in the words officers read."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.admin.show import NOTHING, Words, tag
from accounts.models import Citizen
from tracing.models import Case, CaseState, ContactGrade, Place

SETTINGS: dict[str, Words] = {
    "household": _("同住"),
    "zone": _("同一室内"),
    "check_in": _("自助登记"),
    "origin": _("可能的传染来源"),
    "flight": _("同一航班"),
    "train": _("同一列车"),
    "coach": _("同一客车"),
    "ship": _("同一船舶"),
    "car": _("同一辆车"),
    "metro": _("同一地铁车厢"),
    "other": _("其他"),
}

VEHICLES: dict[str, Words] = {
    "metro": _("地铁"),
    "aircraft": _("航班"),
    "aircraft_no_hepa": _("航班（无高效过滤）"),
    "train_sealed": _("列车"),
    "train_open": _("列车（非密闭）"),
    "coach_sealed": _("客车"),
    "coach_open": _("客车（非密闭）"),
    "ship": _("船舶"),
    "car": _("小汽车"),
}

OUTCOMES: dict[str, tuple[Words, str]] = {
    "PASS": (_("通行"), "done"),
    "CHECK": (_("核查"), "strong"),
    "STOP": (_("禁止"), "warn"),
    "GREY": (_("无法判断"), "quiet"),
}

REASONS: dict[str, Words] = {
    "FOREIGN": _("不是健康码"),
    "UPDATE": _("版本太新"),
    "UNREADABLE": _("无法识读"),
    "UNKNOWN_ISSUER": _("签发方未知"),
    "KEY_KILLED": _("密钥已作废"),
    "BAD_SIGNATURE": _("签名不符"),
    "BAD_CLAIMS": _("内容不符"),
    "SPECIMEN": _("样码"),
    "NOT_BOUND": _("未绑定手机"),
    "CLOCK": _("时钟不准"),
    "STALE_KEYS": _("密钥表过旧"),
    "NOT_YET": _("尚未生效"),
    "EXPIRED": _("已过期"),
    "STALE_LIST": _("名单过旧"),
    "WITHDRAWN": _("已收回"),
    "ASK_SERVER": _("需联网"),
    "UNASSESSED": _("未评估"),
    "RED": _("红码"),
    "YELLOW": _("黄码"),
    "RULE": _("不满足场所要求"),
    "REPEATED": _("重复出示"),
    "GREEN": _("绿码"),
}

ALARMS: dict[str, Words] = {
    "admitted_despite_stop": _("禁止通行仍放行"),
    "scans_lost": _("设备丢失未上传的扫码"),
    "trace_brake": _("追踪超过人数上限"),
}

_TONES = {
    CaseState.SUSPECTED: "strong",
    CaseState.CONFIRMED: "warn",
    CaseState.DISMISSED: "quiet",
    CaseState.WITHDRAWN: "quiet",
    CaseState.MERGED: "quiet",
}


def case_state(case: Case) -> str:
    """Where a case stands."""
    return tag(case.get_state_display(), _TONES[CaseState(case.state)])


def grade_tag(grade: str) -> str:
    """How strong a contact is."""
    tones = {ContactGrade.CLOSE: "warn", ContactGrade.SECONDARY: "strong"}
    return tag(ContactGrade(grade).label, tones.get(ContactGrade(grade), "quiet"))


def setting_word(setting: str) -> Words:
    """How two people were together."""
    return SETTINGS.get(setting, setting)


def outcome_tag(outcome: str) -> str:
    """What a gate showed; nothing where the device said nothing."""
    if outcome not in OUTCOMES:
        return NOTHING
    words, tone = OUTCOMES[outcome]
    return tag(words, tone)


def reason_word(reason: str) -> Words:
    """Why it showed that."""
    return REASONS.get(reason, reason or NOTHING)


def trace_state(case: Case) -> str:
    """Whether the trace is owed, done or not asked for."""
    if case.trace_due_at is not None:
        return tag(_("待追踪"), "strong")
    return tag(_("已追踪"), "done") if case.traced_at else NOTHING


def place_word(place: Place | None, districts: dict[str, str]) -> str:
    """The kind of a place and its district; never which shop. Of a run its number."""
    if place is None:
        return NOTHING
    district = districts.get(place.district, "")
    if place.zone is not None:
        return (
            f"{place.zone.venue.get_kind_display()} · {district}"
            if district
            else str(place.zone.venue.get_kind_display())
        )
    vehicle = VEHICLES.get(place.vehicle, place.vehicle)
    return f"{vehicle} {place.service} {place.carriage}".strip()


def refs_of(citizen_ids: Iterable[int]) -> dict[int, str]:
    """Public names by number."""
    return dict(Citizen.objects.filter(pk__in=set(citizen_ids)).values_list("pk", "ref"))
