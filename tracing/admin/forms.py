"""What the deeds about cases, places and alarms ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin.deeds import DeedForm, MomentField
from tracing.models import Case, Direction, ReviewOutcome, Ventilation, VenueKind, ZoneKind


class OpenForm(DeedForm):
    """A case that no laboratory reported."""

    citizen_ref = forms.CharField(
        label=_("居民编号"),
        help_text=_("居民页面上的 32 位编号。"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sampled_at = MomentField(label=_("首次阳性采样时间"))
    onset_at = MomentField(label=_("发病时间"), required=False, help_text=_("无症状则留空。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The citizen's page links here."""
        super().__init__(*args, **kwargs)
        self.initial.update({"citizen_ref": self.asked.get("ref", "")})

    def clean_citizen_ref(self) -> str:
        """As stored."""
        return str(self.cleaned_data["citizen_ref"]).strip().lower()


class ConfirmForm(DeedForm):
    """The dates the window follows from."""

    onset_at = MomentField(
        label=_("发病时间"), required=False, help_text=_("无症状则留空，从首次阳性采样算起。")
    )
    isolated_at = MomentField(
        label=_("隔离时间"), required=False, help_text=_("尚未隔离则留空，之后可以登记。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with what is known."""
        super().__init__(*args, **kwargs)
        self.initial.update({"onset_at": self.row.onset_at, "isolated_at": self.row.isolated_at})


class IsolateForm(DeedForm):
    """When the person was isolated."""

    isolated_at = MomentField(label=_("隔离时间"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with what is known."""
        super().__init__(*args, **kwargs)
        self.initial.update({"isolated_at": self.row.isolated_at})


class WithdrawForm(DeedForm):
    """Why, and that it is meant."""

    reason = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("会写入审计记录。不要写姓名或证件号码。")
    )
    sure = forms.BooleanField(label=_("我已核对，确认撤销这个病例"))


class ReasonForm(DeedForm):
    """Why."""

    reason = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("会写入审计记录。不要写姓名或证件号码。")
    )


class CorrectForm(ReasonForm):
    """The dates as they should have been."""

    field_order = ("onset_at", "sampled_at", "isolated_at", "reason")
    onset_at = MomentField(label=_("发病时间"), required=False, help_text=_("无症状则留空。"))
    sampled_at = MomentField(label=_("首次阳性采样时间"))
    isolated_at = MomentField(label=_("隔离时间"), required=False, help_text=_("未隔离则留空。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with how they stand."""
        super().__init__(*args, **kwargs)
        names = ("onset_at", "sampled_at", "isolated_at")
        self.initial.update({name: getattr(self.row, name) for name in names})


class ExtendForm(ReasonForm):
    """How far a case is traced."""

    field_order = ("until", "reason")
    until = MomentField(label=_("追踪到"), help_text=_("晚于现在的追踪截止，不晚于此刻。"))


class MergeForm(ReasonForm):
    """Which case speaks for this one from now on."""

    field_order = ("kept", "reason", "sure")
    kept = forms.CharField(
        label=_("保留的病例编号"),
        help_text=_("另一病例页面上的 32 位编号。"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sure = forms.BooleanField(label=_("我已核对，两个病例是同一个人的同一次感染"))

    def clean_kept(self) -> Case:
        """The case of this reference."""
        ref = str(self.cleaned_data["kept"]).strip().lower()
        case = Case.objects.filter(ref=ref).first()
        if case is None:
            raise forms.ValidationError(_("没有这个编号的病例。"))
        return case


class SeenForm(DeedForm):
    """How many people somebody saw a trace would reach."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As the page says."""
        super().__init__(*args, **kwargs)
        self.initial.update({"seen": self.row.reached})


class ReviewForm(DeedForm):
    """What was done about a venue that links cases."""

    outcome = forms.ChoiceField(label=_("处置"), choices=ReviewOutcome, widget=forms.RadioSelect)


class VenueForm(DeedForm):
    """A venue, new or as it shall be."""

    name = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("类型"), choices=VenueKind)
    region = forms.RegexField(
        r"^\d{6}(\d{3}){0,2}$",
        label=_("区划代码"),
        help_text=_("6 位区、9 位街镇或 12 位社区代码。"),
        max_length=12,
    )
    negative_within_hours = forms.IntegerField(
        label=_("要求几小时内阴性"),
        min_value=1,
        max_value=168,
        required=False,
        help_text=_("不要求则留空。"),
    )


class VenueChangeForm(VenueForm):
    """An existing venue."""

    is_active = forms.BooleanField(
        label=_("启用"), required=False, help_text=_("停用后，这里的设备都不能再扫码。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with how it is."""
        super().__init__(*args, **kwargs)
        names = ("name", "kind", "negative_within_hours", "is_active")
        self.initial.update({name: getattr(self.row, name) for name in names})
        self.initial.update({"region": self.row.community or self.row.district})


class ZoneForm(DeedForm):
    """A room-sized part of a venue."""

    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("类型"), choices=ZoneKind)
    close_quarters = forms.BooleanField(
        label=_("近距离密闭"),
        required=False,
        help_text=_("狭小、人与人难以保持一米。判定密接时会用到。"),
    )
    ventilation = forms.ChoiceField(
        label=_("通风"), required=False, choices=[("", _("不详")), *Ventilation.choices]
    )


class ZoneChangeForm(ZoneForm):
    """An existing zone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with how it is."""
        super().__init__(*args, **kwargs)
        names = ("name", "kind", "close_quarters", "ventilation")
        self.initial.update({name: getattr(self.row, name) for name in names})


class InZoneForm(DeedForm):
    """Something that belongs to one of a venue's zones."""

    zone_id = forms.TypedChoiceField(label=_("区域"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The zones of this venue, no others; the page's address may name one."""
        super().__init__(*args, **kwargs)
        zones = [(zone.pk, zone.name) for zone in self.row.zones.order_by("name")]
        self.fields["zone_id"].choices = zones  # type: ignore[attr-defined]
        self.initial.update({"zone_id": self.asked.get("zone", "")})


class PosterForm(InZoneForm):
    """Which zone's poster, and that it is meant."""

    sure = forms.BooleanField(label=_("我知道：这个区域原有的海报立即作废，须全部换新"))


class DeviceForm(InZoneForm):
    """A scanner or gate of a venue."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如“2 号口”。"))
    direction = forms.ChoiceField(label=_("方向"), choices=Direction)
    attended = forms.BooleanField(label=_("有人值守"), required=False, initial=True)
