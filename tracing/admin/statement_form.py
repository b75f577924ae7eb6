"""What somebody said, as an officer writes it down."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.deeds import DeedForm, MomentField
from tracing.models import Case, ContactTask, MeetingSetting, Place
from tracing.services import Meeting

_QUIET = {"autocomplete": "off", "spellcheck": "false"}
#: Places named in a hint when a name fits several.
FITTING = 8
YES_NO = [("", _("没有说")), ("yes", _("是")), ("no", _("否"))]


def _ref(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs=_QUIET)
    return forms.CharField(
        label=label, help_text=help_text, max_length=32, required=required, widget=widget
    )


class StatementForm(DeedForm):
    """A stay in a place, or a meeting with a person.

    The address may name a task: then the person and the case are the task's, and nobody sees
    which case that is. Or it names a case, whose own person is the teller unless changed.
    """

    case_ref = _ref(_("病例编号"), _("病例页面上的 32 位编号。"))
    teller_ref = _ref(_("陈述人"), _("居民页面上的 32 位编号。"))
    first_at = MomentField(label=_("开始"))
    last_at = MomentField(label=_("结束"))
    place = forms.CharField(
        label=_("去过的地方"),
        help_text=_("场所或区域的名称，或空间编号。遇到过的人则填下面。"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs=_QUIET),
    )
    met_ref = _ref(
        _("遇到的人"),
        _("居民页面上的 32 位编号；按证件或手机号请先用“查找”。"),
        required=False,
    )
    setting = forms.ChoiceField(
        label=_("情形"), choices=[("", _("没有遇到人")), *MeetingSetting.choices], required=False
    )
    distance_m = forms.FloatField(label=_("距离（米）"), min_value=0, max_value=100, required=False)
    face_to_face = forms.ChoiceField(label=_("面对面"), choices=YES_NO, required=False)
    physical = forms.ChoiceField(label=_("肢体接触"), choices=YES_NO, required=False)
    masked = forms.ChoiceField(label=_("双方戴口罩"), choices=YES_NO, required=False)
    document = forms.CharField(
        label=_("依据文书号"),
        help_text=_("记录这段话的流调文书。不要写姓名或证件号码。"),
        max_length=120,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the person and the case from a task, or preset them."""
        super().__init__(*args, **kwargs)
        self.task = _task(self.asked.get("task", ""))
        if self.task is not None:
            del self.fields["case_ref"], self.fields["teller_ref"]
            return
        case = Case.objects.filter(ref=self.asked.get("case", "")).select_related("citizen").first()
        if case is not None:
            self.initial.update({"case_ref": case.ref, "teller_ref": case.citizen.ref})

    def clean_case_ref(self) -> Case:
        """The case of this reference."""
        case = Case.objects.filter(ref=_plain(self.cleaned_data["case_ref"])).first()
        if case is None:
            raise forms.ValidationError(_("没有这个编号的病例。"))
        return case

    def clean_place(self) -> Place | None:
        """The one place of this number or name."""
        words = " ".join(self.cleaned_data["place"].split())
        if not words:
            return None
        found = list(_places(words)[: FITTING + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("没有找到这个地方。"))
        raise forms.ValidationError(
            _("有几处符合，请填编号：%(places)s") % {"places": _named(found)}
        )

    def said(self) -> dict[str, Any]:
        """As the service takes it."""
        data = self.cleaned_data
        person = self.task.citizen.ref if self.task else _plain(data["teller_ref"])
        place = data["place"]
        return {
            "case_id": self.task.case_id if self.task else data["case_ref"].pk,
            "teller_ref": person,
            "first_at": data["first_at"],
            "last_at": data["last_at"],
            "document": data["document"],
            "place_id": place and place.pk,
            "meeting": self._meeting(),
        }

    def clean(self) -> dict[str, Any]:
        """What the service takes, under one name."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            data["said"] = self.said()
        return data

    def _meeting(self) -> Meeting | None:
        data = self.cleaned_data
        if not data["met_ref"] and not data["setting"]:
            return None
        return Meeting(
            met_ref=_plain(data["met_ref"]),
            setting=data["setting"],
            distance_m=data["distance_m"],
            face_to_face=_said(data["face_to_face"]),
            physical=_said(data["physical"]),
            masked=_said(data["masked"]),
        )


def _task(number: str) -> ContactTask | None:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return ContactTask.objects.select_related("citizen").filter(pk=number).first()


def _plain(ref: str) -> str:
    return ref.strip().lower()


def _said(answer: str) -> bool | None:
    return {"yes": True, "no": False}.get(answer)


def _places(words: str) -> QuerySet[Place]:
    """By number, or by the name of a venue or a zone that is in use."""
    places = Place.objects.select_related("zone__venue").filter(zone__isnull=False).order_by("pk")
    if words.isascii() and words.isdigit() and len(words) < 19:
        return places.filter(pk=words)
    exact = places.filter(Q(zone__venue__name=words) | Q(zone__name=words))
    if exact.exists():
        return exact
    return places.filter(Q(zone__venue__name__icontains=words) | Q(zone__name__icontains=words))


def _named(places: list[Place]) -> str:
    shown = [f"{place.pk} {place.zone}" for place in places[:FITTING]]
    more = [gettext("等")] if len(places) > FITTING else []
    return "；".join([*shown, *more])


LABEL = pgettext_lazy("page", "流调陈述")
