"""Deeds: the only way anything changes here. A form, a confirmation, one call of a service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import Words
from accounts.permissions import SignedInRequest


def _always(row: Any) -> bool:
    return True


class DeedForm(forms.Form):
    """What a deed asks for; `row` is what it is done to, None where something is made.

    `asked` is the address's query: it may preset fields, never a name or a number of a person.
    `extra_template` is shown above the fields.
    """

    extra_template = ""

    def __init__(self, data: Any = None, *, row: Any = None, asked: Any = None) -> None:
        """Keep the row and the query; labels carry no colon."""
        self.row = row
        self.asked = asked or {}
        super().__init__(data, label_suffix="")


class PurposeForm(DeedForm):
    """A purpose that the citizen will read."""

    purpose = forms.CharField(
        label=_("目的"),
        help_text=_("会记入查看记录，本人能看到。至少五个字，例如“流调核实密接身份”。"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MomentField(forms.DateTimeField):
    """An instant in local time, with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        """The format that pickers read and write."""
        shape = "%Y-%m-%dT%H:%M"
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=shape)
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        """The instant in whole seconds, or None."""
        at: datetime | None = super().clean(value)
        return at and at.replace(microsecond=0)


@dataclass(frozen=True)
class Once:
    """An answer that is shown on the page that asked for it, and never again."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Paper:
    """An answer to print, given once: a PDF file by this name."""

    name: str
    content: bytes


Do = Callable[[SignedInRequest, Any, dict[str, Any]], Once | Paper | None]
Look = Callable[[SignedInRequest, Any, dict[str, Any]], Once]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One thing officers may do, as a page of its own under the row's or the list's address.

    `do` gets the request, the row (None where something is made) and the form's cleaned data;
    it calls one service and may raise a DomainError. `offered` says whether the row's state
    allows it at all: the service decides that anew. `sensitive` fields never reach a report.
    `look` shows what the deed would do, on its own page, before it is done: it gets what `do`
    gets and changes nothing.
    """

    verb: str
    label: Words
    permission: str
    do: Do
    form: type[DeedForm] = DeedForm
    explain: Words = ""
    button: Words = ""
    done: Words = ""
    offered: Callable[[Any], bool] = _always
    grave: bool = False
    look: Look | None = None

    @property
    def can_look(self) -> bool:
        """For templates, which call whatever can be called."""
        return self.look is not None
