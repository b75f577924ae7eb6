"""The form behind a draft: one set of fields per kind, made from the closed vocabulary."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.deeds import DeedForm, MomentField
from accounts.models import Citizen
from accounts.permissions import SignedInRequest
from healthcode.admin.words import FIELDS, KINDS, VALUES
from healthcode.models import Source
from healthcode.policy.vocabulary import KINDS as VOCABULARY
from healthcode.policy.vocabulary import Field
from healthcode.services import approve_draft, enter_draft

OFFICERS = "officer"
FIRST_KIND = "order"
PREFIX = "details_"


class DraftForm(DeedForm):
    """What an officer states about a citizen, who is named by their public reference.

    The fields of the chosen kind follow from the vocabulary: nothing else can be entered, an
    opinion or a colour least of all. Choosing another kind asks for the page again.
    """

    extra_template = "admin/kinds.html"

    kind = forms.ChoiceField(label=_("类型"), widget=forms.HiddenInput)
    ref = forms.CharField(
        label=_("居民编号"),
        help_text=_("居民页面上的 32 位编号。"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    occurred_at = MomentField(label=_("发生或开始时间"))
    ended_at = MomentField(label=_("结束时间"), required=False)
    document = forms.CharField(
        label=_("依据文书号"), help_text=_("通知书、报告或来函的编号。"), max_length=120
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the kind and the citizen from the address when the page is first shown."""
        super().__init__(*args, **kwargs)
        kinds = _officers_kinds()
        stated = (self.data if self.is_bound else self.asked).get("kind", FIRST_KIND)
        self.chosen = stated if stated in kinds else next(iter(kinds), FIRST_KIND)
        self.kinds = [(kind, KINDS[kind], kind == self.chosen) for kind in kinds]
        self.initial.update({"kind": self.chosen, "ref": self.asked.get("ref", "")})
        self.fields["kind"].choices = [(kind, KINDS[kind]) for kind in kinds]  # type: ignore[attr-defined]
        self._add_fields()

    def _add_fields(self) -> None:
        spec = VOCABULARY[self.chosen]
        self.fields["ended_at"].required = spec.ends == "always"
        if spec.ends == "never":
            del self.fields["ended_at"]
        for name, field in spec.fields.items():
            if not field.joined:
                self.fields[PREFIX + name] = _form_field(name, field)
        self.order_fields(["kind", "ref", "occurred_at", "ended_at", *self.fields])
        self.fields["document"] = self.fields.pop("document")

    def clean_ref(self) -> Citizen:
        """The citizen, by the whole reference."""
        citizen = Citizen.objects.filter(ref=self.cleaned_data["ref"].strip().lower()).first()
        if citizen is None:
            raise forms.ValidationError(_("没有这个编号。"))
        return citizen

    def clean(self) -> dict[str, Any]:
        """Gather the kind's own fields; empty ones are unknown."""
        data = super().clean() or {}
        stated = {name: data.get(PREFIX + name) for name in VOCABULARY[self.chosen].fields}
        data["details"] = {
            name: _plain(value)
            for name, value in stated.items()
            if value not in (None, "") and (value != [] or name == "symptoms")
        }
        return data


def _officers_kinds() -> list[str]:
    source = Source.objects.filter(name=OFFICERS, is_active=True).first()
    return [kind for kind in KINDS if source and kind in source.kinds]


def _form_field(name: str, field: Field) -> forms.Field:
    asked: dict[str, Any] = {
        "label": FIELDS.get(name, name),
        "required": field.required or field.traceable,
    }
    words = [(value, VALUES.get(value, value)) for value in field.values]
    match field.type:
        case "word":
            return forms.ChoiceField(choices=[("", "—"), *words], **asked)
        case "words":
            boxes = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(
                choices=words, widget=boxes, **asked | {"required": False}
            )
        case "integer":
            return forms.IntegerField(
                min_value=_whole(field.low), max_value=_whole(field.high), **asked
            )
        case "number":
            return forms.FloatField(min_value=field.low, max_value=field.high, **asked)
        case "instant":
            return MomentField(**asked)
    return forms.CharField(max_length=120, **asked)


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _plain(value: Any) -> Any:
    """An instant as the vocabulary writes it: text with an offset."""
    if hasattr(value, "isoformat"):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value


def enter(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    """Hand the draft to the service."""
    enter_draft(
        citizen_id=data["ref"].pk,
        kind=data["kind"],
        occurred_at=data["occurred_at"],
        ended_at=data.get("ended_at"),
        details=data["details"],
        document=data["document"],
        by=request.user,
        now=timezone.now(),
    )


def approve(request: SignedInRequest, row: Any, data: dict[str, Any]) -> None:
    """The second person agrees."""
    approve_draft(draft_id=row.pk, by=request.user, now=timezone.now())
