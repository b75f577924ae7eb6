"""What citizens write about their code."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_APPEAL = 1000


class AppealForm(forms.Form):
    """Which reason is wrong, and how; without a reason to name there is nothing to fill in."""

    field_order = ("rule", "text")
    text = forms.CharField(
        label=_("哪里不对"),
        help_text=_("例如：那天不在现场；检测已做，却没有登记。请不要写别人的姓名。"),
        max_length=LONGEST_APPEAL,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, rules: dict[str, str], **kwargs: Any) -> None:
        """Offer these rules, by id and text; the only one is chosen already."""
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        only = next(iter(rules)) if len(rules) == 1 else None
        self.fields["rule"] = forms.ChoiceField(
            label=_("针对哪一条"),
            choices=list(rules.items()),
            initial=only,
            widget=forms.RadioSelect,
        )
        self.order_fields(self.field_order)
