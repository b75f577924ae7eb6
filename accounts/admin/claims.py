"""The desk: people who signed in by phone and wait for an officer to see their document."""

import hmac
from typing import Any
from unicodedata import normalize

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import pii
from accounts.admin.base import OversightAdmin
from accounts.admin.deeds import Deed, DeedForm
from accounts.admin.show import Fact, Work, ago, at, citizen_link, counted, moment, shown
from accounts.models import Claim, DocumentType
from accounts.permissions import SignedInRequest
from accounts.services import confirm_identity, identify, reject_claim

PHONE_TAIL = 4


class SeenDocumentForm(DeedForm):
    """What stands on the document that lies on the desk; it must agree with the claim.

    The officer copies it instead of reading it here: nobody's identity is shown.
    """

    document_number = forms.CharField(
        label=_("证件号码"),
        help_text=_("照证件原件录入，系统比对；这里不显示申报内容。"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_document_number(self) -> str:
        """The number of the claimed document."""
        kind = self.row.citizen.document_type
        try:
            number = pii.normalise_document(kind, self.cleaned_data["document_number"])
        except pii.InvalidDocument:
            raise forms.ValidationError(_("证件号码不正确。")) from None
        if not _same(number, identify(self.row.citizen).document_number):
            raise forms.ValidationError(_("与申报的证件不一致。"))
        return number

    def clean_name(self) -> str:
        """The claimed name."""
        name = " ".join(normalize("NFC", self.cleaned_data["name"]).split())
        if not _same(name, _claimed_name(self.row)):
            raise forms.ValidationError(_("与申报的姓名不一致。"))
        return name


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _claimed_name(claim: Claim) -> str:
    return pii.open_sealed("claim.name", bytes(claim.name_sealed), context=claim.citizen.ref)


def _confirm(request: SignedInRequest, row: Claim, data: dict[str, Any]) -> None:
    confirm_identity(claim_id=row.pk, by=request.user, now=timezone.now())


def _reject(request: SignedInRequest, row: Claim, data: dict[str, Any]) -> None:
    reject_claim(claim_id=row.pk, by=request.user, now=timezone.now())


@admin.register(Claim)
class ClaimAdmin(OversightAdmin):
    """Oldest first: somebody is standing at the desk."""

    section = "PEOPLE"
    position = 20
    label = pgettext_lazy("page", "身份申报")
    intro = _("用手机号登录后自报身份、等待窗口核验证件的人。未核验前看不到任何人的健康码。")
    newest_first = False
    list_display = (
        at(_("提交时间"), "made_at"),
        shown(_("自报姓名"), lambda claim: masked_claim(claim)),
        shown(_("证件"), lambda claim: masked_document(claim.citizen)),
        shown(_("手机号"), lambda claim: phone_tail(claim)),
        shown(_("居民"), lambda claim: citizen_link(claim.citizen_id, claim.citizen.ref)),
    )
    deeds = (
        Deed(
            verb="confirm",
            label=_("核验通过"),
            permission="accounts.confirm_identity",
            do=_confirm,
            form=SeenDocumentForm,
            explain=_(
                "本人携证件原件到场。核验通过后，这个手机号持有该证件的健康码；原持有人随即失去。"
            ),
            done=_("身份已核验。"),
        ),
        Deed(
            verb="reject",
            label=_("不予通过"),
            permission="accounts.confirm_identity",
            do=_reject,
            explain=_("人与证件对不上。申报将被删除，本人可以重新申报。"),
            done=_("申报已拒绝。"),
            grave=True,
        ),
    )

    def rows_of_page(self, rows: QuerySet[Claim]) -> QuerySet[Claim]:
        """With the citizen and the user."""
        return rows.select_related("citizen", "user")

    def heading(self, row: Claim) -> str:
        """The masked name."""
        return masked_claim(row)

    def facts(self, request: HttpRequest, row: Claim) -> list[Fact]:
        """What was claimed, masked."""
        return [
            Fact(_("提交时间"), moment(row.made_at)),
            Fact(_("自报姓名"), masked_claim(row)),
            Fact(_("证件"), masked_document(row.citizen)),
            Fact(_("手机号"), phone_tail(row)),
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
        ]

    def work(self, request: HttpRequest) -> list[Work]:
        """Who waits longest."""
        waiting = Claim.objects.select_related("citizen").order_by("pk")
        now = timezone.now()
        url = "admin:accounts_claim_change"
        rows = [(reverse(url, args=[c.pk]), masked_claim(c), c.made_at) for c in waiting[:5]]
        return [
            Work(
                title=_("待核验身份"),
                url=reverse("admin:accounts_claim_changelist"),
                count=counted(Claim.objects.all()),
                rows=[(link, words, ago(made, now=now)) for link, words, made in rows],
                empty=_("没有人在等。"),
                order=30,
            )
        ]


def masked_claim(claim: Claim) -> str:
    """The claimed name as a gate may show it."""
    return pii.mask(_claimed_name(claim))


def masked_document(citizen: Any) -> str:
    """The kind of document and its masked number."""
    number = pii.mask_document(identify(citizen).document_number)
    return f"{DocumentType(citizen.document_type).label} {number}"


def phone_tail(claim: Claim) -> str:
    """The end of the phone that signed in, to be compared at the desk."""
    user = claim.user
    if user.phone_sealed is None:
        return ""
    phone = pii.open_sealed("user.phone", bytes(user.phone_sealed), context=user.username)
    return f"*** {phone[-PHONE_TAIL:]}"
