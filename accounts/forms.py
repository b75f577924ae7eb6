"""What citizens fill in to sign in and to register."""

from typing import Any
from unicodedata import normalize

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import pii
from accounts.errors import DomainError
from accounts.models import DocumentType

DIGITS_OF_A_CODE = 6

#: The field a refusal speaks of and its words, by code and fault.
REFUSALS: dict[tuple[str, str | None], tuple[str | None, Promise]] = {
    ("invalid_document", "check_digit"): (
        "document_number",
        _("证件号码的校验位对不上，请逐位检查。"),
    ),
    ("invalid_document", "date"): ("document_number", _("证件号码里的出生日期不存在。")),
    ("invalid_document", "shape"): ("document_number", _("证件号码的位数或格式与证件类型不符。")),
    ("invalid_document", "unknown_type"): ("document_type", _("请选择证件类型。")),
    ("invalid_name", None): ("name", _("请按证件填写姓名，不超过 60 个字。")),
    ("wrong_code", None): ("code", _("验证码不对，请再看一下短信。")),
    ("code_over", None): (None, _("验证码已失效，请重新获取。")),
    ("too_many_codes", None): (None, _("获取得太频繁了，请过几分钟再试。")),
    ("sms_not_sent", None): (None, _("短信暂时发不出去，请稍后再试。")),
    ("not_permitted", None): (None, _("工作人员请从管理入口用用户名登录。")),
}


def words_of(error: DomainError) -> tuple[str | None, str]:
    """The field a refusal speaks of, if any, and what to tell the citizen."""
    field, words = REFUSALS[error.code, error.details.get("fault")]
    return field, str(words)


class RefusableForm(forms.Form):
    """A form that can say in words what a service refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Without the colons that Chinese labels do not have."""
        super().__init__(*args, **{"label_suffix": ""} | kwargs)

    def refuse(self, error: DomainError) -> None:
        """Attach a refusal to the field it speaks of."""
        field, words = words_of(error)
        self.add_error(field, words)


class PhoneForm(RefusableForm):
    """Which phone the code goes to."""

    phone = forms.CharField(
        label=_("手机号"),
        help_text=_("境外号码请带国家代码，例如 +44。"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        """The number in E.164."""
        try:
            return pii.normalise_phone(self.cleaned_data["phone"])
        except pii.InvalidPhone:
            raise forms.ValidationError(_("这不是一个有效的手机号。")) from None


class CodeForm(RefusableForm):
    """The code that came by text message."""

    code = forms.CharField(
        label=_("6 位验证码"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        """The digits, however they were grouped or typed."""
        code = "".join(filter(str.isdigit, normalize("NFKC", self.cleaned_data["code"])))
        if len(code) != DIGITS_OF_A_CODE:
            raise forms.ValidationError(_("验证码是 6 位数字。"))
        return code


class RegistrationForm(RefusableForm):
    """The document a citizen registers with; the service judges the number."""

    document_type = forms.ChoiceField(label=_("证件类型"), choices=DocumentType)
    document_number = forms.CharField(
        label=_("证件号码"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=_("姓名"),
        help_text=_("与证件上完全一致。"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
