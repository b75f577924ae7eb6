"""Officers and their roles: for administrators alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm
from accounts.admin.show import Fact, Words, at, moment, shown, tag
from accounts.models import User
from accounts.permissions import SignedInRequest
from accounts.roles import Role
from accounts.services import appoint_officer, change_officer, reset_password

ROLES: dict[str, tuple[Words, Words]] = {
    Role.TRACER: (_("流调员"), _("流调员：核实病例、查看密接、录入与复核证据")),
    Role.DESK: (_("窗口"), _("窗口：核验身份、答复申诉")),
    Role.VENUES: (_("场所管理"), _("场所管理：场所、区域、设备")),
    Role.AUDITOR: (_("审计"), _("审计：只读，查看记录与决定")),
    Role.POLICY: (_("规则"), _("规则：试算、提议、批准与回退规则，解除刹车")),
}
#: No role has it: administrators have every permission.
ADMINISTRATORS = "accounts.change_user"


class RolesForm(DeedForm):
    """What an officer may do; single permissions are not given."""

    roles = forms.MultipleChoiceField(
        label=_("角色"),
        choices=[(role, words) for role, (_name, words) in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class PasswordForm(DeedForm):
    """A password, twice."""

    password = forms.CharField(
        label=_("密码"),
        help_text=_("至少 8 位，不要只用数字或常见密码。请当面交给本人，并让其登录后修改。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    again = forms.CharField(
        label=_("再输一次"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_password(self) -> str:
        """Strong enough."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        """The same twice."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") != data["password"]:
            self.add_error("again", _("两次输入不一致。"))
        data.pop("again", None)
        return data


class OfficerForm(PasswordForm, RolesForm):
    """A new officer."""

    username = forms.CharField(
        label=_("用户名"),
        help_text=_("2 到 30 位小写字母、数字、点、下划线或连字符。之后不能改。"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["username", "password", "again", "roles"]


class RightsForm(RolesForm):
    """An existing officer."""

    is_active = forms.BooleanField(label=_("可登录"), required=False)
    is_superuser = forms.BooleanField(
        label=_("管理员"), required=False, help_text=_("拥有全部权限，请只给极少数人。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with how it is."""
        super().__init__(*args, **kwargs)
        roles = [group.name for group in self.row.groups.all()]
        rights = {"is_active": self.row.is_active, "is_superuser": self.row.is_superuser}
        self.initial.update({"roles": roles, **rights})


def _appoint(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    appoint_officer(**data, by=request.user, now=timezone.now())


def _change(request: SignedInRequest, row: User, data: dict[str, Any]) -> None:
    change_officer(user_id=row.pk, **data, by=request.user, now=timezone.now())


def _reset(request: SignedInRequest, row: User, data: dict[str, Any]) -> None:
    reset_password(user_id=row.pk, password=data["password"], by=request.user, now=timezone.now())


@admin.register(User)
class OfficerAdmin(OversightAdmin):
    """People who work here. Citizens' sign-ins are not listed."""

    section = "RECORDS"
    position = 30
    audited_as = "user"
    label = _("工作人员")
    intro = _("权限只按角色给；居民的手机登录账号不在这里。")
    newest_first = False
    adding = Deed(
        verb="add",
        label=_("新增工作人员"),
        permission="accounts.add_user",
        do=_appoint,
        form=OfficerForm,
        done=_("账号已建立。"),
    )
    list_display = (
        "username",
        shown(_("状态"), lambda user: _state(user)),
        shown(_("角色"), lambda user: _roles(user)),
        at(_("上次登录"), "last_login"),
        at(_("创建时间"), "date_joined"),
    )
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username__exact",)
    search_help_text = _("完整用户名")
    deeds = (
        Deed(
            verb="rights",
            label=_("修改角色"),
            permission=ADMINISTRATORS,
            do=_change,
            form=RightsForm,
            explain=_("立即生效。不能修改自己的权限。"),
            done=_("已修改。"),
        ),
        Deed(
            verb="password",
            label=_("重设密码"),
            permission=ADMINISTRATORS,
            do=_reset,
            form=PasswordForm,
            explain=_("对方现有的登录随即失效。"),
            done=_("密码已重设。"),
            grave=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Officers only."""
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.filter(is_staff=True)

    def rows_of_page(self, rows: QuerySet[User]) -> QuerySet[User]:
        """With roles."""
        return rows.prefetch_related("groups")

    def audit_key(self, row: User) -> str:
        """The username."""
        return row.username

    def facts(self, request: HttpRequest, row: User) -> list[Fact]:
        """Rights and dates."""
        return [
            Fact(_("用户名"), row.username),
            Fact(_("状态"), _state(row)),
            Fact(_("角色"), _roles(row)),
            Fact(_("上次登录"), moment(row.last_login)),
            Fact(_("创建时间"), moment(row.date_joined)),
        ]


def _state(user: User) -> str:
    if not user.is_active:
        return tag(_("已停用"), "warn")
    return tag(_("管理员"), "strong") if user.is_superuser else tag(_("在用"))


def _roles(user: User) -> str:
    names = sorted(group.name for group in user.groups.all())
    return "、".join(str(ROLES[name][0]) if name in ROLES else name for name in names)
