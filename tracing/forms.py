"""What citizens write where they check in themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

#: A scanned health code, which gets an answer of its own, is the longest text.
LONGEST = 500


class CheckInForm(forms.Form):
    """The text of a poster, filled in by the camera or typed off the paper."""

    text = forms.CharField(
        label=_("海报上的编号"),
        help_text=_("在二维码下方，26 位字母和数字；空格可以不输。"),
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "typed",
            }
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Labels carry no colon."""
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
