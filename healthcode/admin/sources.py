"""Sources of evidence: what each may hand in, and its token, shown once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm, Once
from accounts.admin.show import Fact, shown, tag, yes_no
from accounts.permissions import SignedInRequest
from healthcode.admin.words import KINDS, kind_word
from healthcode.models import Source
from healthcode.services import add_source, change_source, new_source_token
from healthcode.services.sources import INTERNAL


class KindsForm(DeedForm):
    """What a source may hand in."""

    kinds = forms.MultipleChoiceField(
        label=_("可报送类型"), choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple
    )


class SourceForm(KindsForm):
    """A new source."""

    name = forms.SlugField(
        label=_("名称"),
        help_text=_("小写字母、数字和连字符，例如 jingan-lab-1。之后不能改。"),
        max_length=40,
    )
    field_order = ["name", "kinds"]


class SourceChangeForm(KindsForm):
    """What an existing source may do from now on."""

    is_active = forms.BooleanField(label=_("启用"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with how it is."""
        super().__init__(*args, **kwargs)
        self.initial.update({"kinds": self.row.kinds, "is_active": self.row.is_active})


def _add(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    add_source(**data, by=request.user, now=timezone.now())


def _change(request: SignedInRequest, row: Source, data: dict[str, Any]) -> None:
    change_source(source_id=row.pk, **data, by=request.user, now=timezone.now())


def _token(request: SignedInRequest, row: Source, data: dict[str, Any]) -> Once:
    by = f"user:{request.user.get_username()}"
    token = new_source_token(name=row.name, by=by, now=timezone.now())
    return Once("admin/token.html", {"token": token})


@admin.register(Source)
class SourceAdmin(OversightAdmin):
    """Laboratories, carriers, departments; and the two that are parts of this service."""

    section = "RULES"
    position = 50
    label = pgettext_lazy("page", "数据来源")
    audited_as = "source"
    intro = _("谁可以报送哪些证据。令牌只保存哈希，只显示一次。")
    newest_first = False
    adding = Deed(
        verb="add",
        label=_("新增来源"),
        permission="healthcode.add_source",
        do=_add,
        form=SourceForm,
        done=_("来源已建立。接着为它生成令牌。"),
    )
    list_display = (
        "name",
        shown(_("可报送类型"), lambda row: "、".join(str(kind_word(kind)) for kind in row.kinds)),
        shown(_("令牌"), lambda row: _token_state(row)),
        shown(_("状态"), lambda row: tag(_("启用")) if row.is_active else tag(_("停用"), "warn")),
    )
    deeds = (
        Deed(
            verb="token",
            label=_("生成新令牌"),
            permission="healthcode.change_source",
            do=_token,
            explain=_("旧令牌立即失效。新令牌只显示这一次，请当面或经安全渠道交给对方。"),
            offered=lambda row: row.is_active and not internal(row),
            grave=True,
        ),
        Deed(
            verb="edit",
            label=_("修改"),
            permission="healthcode.change_source",
            do=_change,
            form=SourceChangeForm,
            explain=_("只影响今后的报送；已入库的证据不变。"),
            done=_("已修改。"),
            offered=lambda row: not internal(row),
        ),
    )

    def audit_key(self, row: Source) -> str:
        """The name."""
        return row.name

    def facts(self, request: HttpRequest, row: Source) -> list[Fact]:
        """Kinds and token, never the token itself."""
        return [
            Fact(_("名称"), row.name),
            Fact(_("可报送类型"), "、".join(str(kind_word(kind)) for kind in row.kinds)),
            Fact(_("令牌"), _token_state(row)),
            Fact(_("启用"), yes_no(row.is_active)),
        ]


def internal(row: Source) -> bool:
    """Whether the source is a part of this service."""
    return row.name in INTERNAL


def _token_state(row: Source) -> str:
    if internal(row):
        return tag(_("内部，不用令牌"))
    return tag(_("有令牌"), "done") if row.token_hash else tag(_("待生成"), "strong")
