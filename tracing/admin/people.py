"""People: masked, found by reference or by a recorded look-up, revealed for a purpose."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from accounts.admin.base import OversightAdmin, officers_only
from accounts.admin.claims import masked_document
from accounts.admin.deeds import Deed, Once, Paper, PurposeForm
from accounts.admin.lists import DistrictFilter
from accounts.admin.refusals import refuse
from accounts.admin.show import (
    Fact,
    Table,
    at,
    link,
    moment,
    region_names,
    short,
    shown,
    tag,
    with_region,
    yes_no,
)
from accounts.errors import DomainError
from accounts.models import Citizen, DocumentType
from accounts.permissions import SignedInRequest
from accounts.services import find_citizen, masked_name, reveal_identity
from healthcode.admin.status import decision_tables
from healthcode.admin.words import chip
from healthcode.services import issue_paper
from tracing.admin.paper_page import draw_paper
from tracing.admin.person import belongings

CITIZEN = "accounts_citizen_change"
REF_LENGTH = 32
HEX = frozenset("0123456789abcdef")


class LookUpForm(PurposeForm):
    """A document or a phone, never in an address: the form is posted."""

    document_type = forms.ChoiceField(
        label=_("证件类型"), choices=[*DocumentType.choices, ("phone", _("登记手机号"))]
    )
    number = forms.CharField(
        label=_("号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["document_type", "number", "purpose"]


def _reveal(request: SignedInRequest, row: Citizen, data: dict[str, Any]) -> Once:
    identity = reveal_identity(
        citizen_id=row.pk, by=request.user, purpose=data["purpose"], now=timezone.now()
    )
    kind = DocumentType(identity.document_type).label
    return Once(
        "admin/accounts/citizen/revealed.html",
        {"identity": identity, "document_type": kind, "purpose": data["purpose"]},
    )


def _print_paper(request: SignedInRequest, row: Citizen, data: dict[str, Any]) -> Paper:
    text, until = issue_paper(citizen_id=row.pk, by=request.user, now=timezone.now())
    return Paper("paper-code.pdf", draw_paper(text=text, name=masked_name(row), until=until))


@admin.register(Citizen)
class CitizenAdmin(OversightAdmin):
    """Everybody with a code, the newest first; never by name."""

    section = "PEOPLE"
    position = 10
    label = pgettext_lazy("page", "居民")
    audited_as = "citizen"
    detail_template = "admin/accounts/citizen/detail.html"
    change_list_template = "admin/accounts/citizen/list.html"
    intro = _("姓名与证件一律遮蔽。查看身份须写明目的，本人能看到这次查看。")
    list_display = (
        shown(_("居民"), lambda citizen: link(short(citizen.ref), CITIZEN, citizen.pk)),
        shown(_("姓名"), masked_name),
        shown(_("证件类型"), lambda citizen: citizen.get_document_type_display()),
        shown(_("当前颜色"), lambda citizen: chip(citizen.status.colour)),
        shown(_("区"), lambda citizen: citizen.region_name),
        at(_("身份核验时间"), "identity_confirmed_at"),
        at(_("建档时间"), "created_at"),
    )
    list_display_links = None
    list_filter = (DistrictFilter,)
    search_fields = ("ref__exact",)
    search_help_text = _("完整的 32 位居民编号。按证件或手机号请用“查找”。")
    deeds = (
        Deed(
            verb="reveal",
            label=_("查看身份"),
            permission="accounts.reveal_citizen",
            do=_reveal,
            form=PurposeForm,
            explain=_("姓名和证件号码只显示这一次，并记入查看记录，本人能看到您的账号和目的。"),
            button=_("记录目的并查看"),
            grave=True,
        ),
        Deed(
            verb="paper",
            label=_("打印纸质码"),
            permission="healthcode.issue_paper",
            do=_print_paper,
            explain=_(
                "给没有手机的人。纸上没有颜色，工作人员扫码看最新状态并核对证件。"
                "90 天有效；以前打印的纸质码立即作废，以后绑定手机时这一张也作废。"
            ),
            button=_("打印并下载 PDF"),
            done=_("已签发纸质码：请打印刚下载的 PDF，旧的纸质码已作废。"),
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        """Also the look-up."""
        view = sensitive_post_parameters()(self.look_up_view)
        page = officers_only(self.admin_site.admin_view(view))
        return [path("look-up/", page, name="accounts_citizen_look_up"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Only a reference may stand in the address: whatever else was typed is dropped."""
        asked = request.GET.get("q", "")
        if asked and not _is_ref(asked):
            messages.warning(request, _("这里只接受 32 位居民编号。按证件或手机号请用“查找”。"))
            return redirect("admin:accounts_citizen_changelist")
        return super().changelist_view(request, extra_context)

    def look_up_view(self, request: SignedInRequest) -> HttpResponse:
        """Find one person by document or phone, for a purpose that is recorded."""
        if not request.user.has_perm(LOOK_UP.permission):
            raise PermissionDenied
        form = LookUpForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return redirect(f"admin:{CITIZEN}", _find(request, form.cleaned_data).pk)
            except DomainError as error:
                refuse(form, error)
        context = {**self._context(request, None), "deed": LOOK_UP, "form": form}
        return TemplateResponse(request, "admin/deed.html", context)

    def rows_of_page(self, rows: QuerySet[Citizen]) -> QuerySet[Citizen]:
        """With the colour and the district's name."""
        return with_region(rows.select_related("status"))

    def audit_key(self, row: Citizen) -> str:
        """The public name."""
        return row.ref

    def heading(self, row: Citizen) -> str:
        """The masked name."""
        return masked_name(row)

    def facts(self, request: HttpRequest, row: Citizen) -> list[Fact]:
        """Masked identity and where the person belongs."""
        names = region_names([row.district, row.community])
        return [
            Fact(_("居民编号"), row.ref),
            Fact(_("姓名"), masked_name(row)),
            Fact(_("证件"), masked_document(row)),
            Fact(_("区"), names.get(row.district, "")),
            Fact(_("社区"), names.get(row.community, "")),
            Fact(_("持码手机"), tag(_("已绑定"), "done") if row.user_id else tag(_("未绑定"))),
            Fact(_("登记手机号"), yes_no(row.phone_fingerprint is not None)),
            Fact(_("身份核验时间"), moment(row.identity_confirmed_at)),
            Fact(_("建档时间"), moment(row.created_at)),
        ]

    def tables(self, request: HttpRequest, row: Citizen) -> list[Table]:
        """Why this colour, and everything behind it that this officer may see."""
        tables = []
        if request.user.has_perm("healthcode.view_healthstatus"):
            tables = decision_tables(row.status.decision)
        return [*tables, *belongings(request, row)]

    def aside(self, request: HttpRequest, row: Citizen) -> dict[str, Any]:
        """The colour beside the name, and its clock."""
        if not request.user.has_perm("healthcode.view_healthstatus"):
            return {}
        status = row.status
        return {
            "chip": chip(status.colour),
            "decision": [
                Fact(_("决定时间"), moment(status.decided_at)),
                Fact(_("应复核时间"), moment(status.due_at)),
                Fact(_("最近采样"), moment(status.last_test_at)),
                Fact(_("最近阴性采样"), moment(status.last_negative_at)),
                Fact(_("规则版本"), status.rules),
            ],
            "enter_url": _enter_url(request, row),
            "case_url": _case_url(request, row),
        }


LOOK_UP = Deed(
    verb="look-up",
    label=_("查找"),
    permission="accounts.reveal_citizen",
    do=lambda request, row, data: None,
    explain=_("按证件或登记手机号查找一人。每次查找都记入查看记录，本人能看到。"),
    button=_("查找"),
)


def _is_ref(text: str) -> bool:
    return len(text) == REF_LENGTH and set(text.lower()) <= HEX


def _find(request: SignedInRequest, data: dict[str, Any]) -> Citizen:
    by_phone = data["document_type"] == "phone"
    return find_citizen(
        by=request.user,
        purpose=data["purpose"],
        now=timezone.now(),
        phone=data["number"] if by_phone else None,
        document=None if by_phone else (data["document_type"], data["number"]),
    )


def _enter_url(request: HttpRequest, row: Citizen) -> str:
    if not request.user.has_perm("healthcode.add_evidence"):
        return ""
    return f"{reverse('admin:healthcode_evidencedraft_add')}?ref={row.ref}"


def _case_url(request: HttpRequest, row: Citizen) -> str:
    if not request.user.has_perm("tracing.decide_case"):
        return ""
    return f"{reverse('admin:tracing_case_add')}?ref={row.ref}"
