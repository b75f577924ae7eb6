"""Checking in where no staff stands: the page that scans a poster, and the code with the place."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.models import Citizen
from accounts.permissions import SignedInRequest, for_holder
from healthcode.views.code import draw_code
from healthcode.views.words import Words, moment
from tracing.errors import HealthCodeShown
from tracing.forms import CheckInForm
from tracing.services import Here, check_in, check_out, where_now
from tracing.views.scanning import may_scan

#: What to tell a citizen, by the refusal's code.
REFUSALS: dict[str, Words] = {
    "no_poster": _("这不是登记海报上的编号，请核对后再试。"),
    "health_code_shown": _("这是健康码，不是登记海报。请扫墙上的海报。"),
    "unknown_poster": _("这张海报不能用了，可能已换新。请扫新的海报，或请工作人员登记。"),
    "venue_closed": _("这个场所已停用，不用登记。"),
    "too_many_check_ins": _("今天自助登记已满 12 次。请工作人员扫您的健康码。"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("text")
@may_scan  # type: ignore[arg-type]  # whom `for_holder` lets through is signed in
@for_holder
def checkin(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """Scan or type the text of a poster."""
    now = timezone.now()
    form = CheckInForm(request.POST or None)
    if form.is_valid() and _checked_in(citizen, form, now):
        return redirect("tracing:checked-in")
    context = {"form": form, "here": where_now(citizen_id=citizen.pk, now=now)}
    return render(request, "tracing/checkin.html", context)


@require_safe
@for_holder
def checked_in(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """The citizen's code, under the name of the place where they are staying."""
    here = where_now(citizen_id=citizen.pk, now=timezone.now())
    if here is None:
        return redirect("tracing:checkin")
    return draw_code(request, citizen, "tracing/checked_in.html", place=_shown(here))


@require_POST
@for_holder
def leave(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """End the stay, and go on with the code."""
    left = check_out(citizen_id=citizen.pk, now=timezone.now())
    if left is not None:
        messages.success(request, gettext("已结束在 %(venue)s 的停留。") % {"venue": left.venue})
    return redirect("healthcode:code")


def _checked_in(citizen: Citizen, form: CheckInForm, now: datetime) -> bool:
    try:
        check_in(citizen_id=citizen.pk, text=form.cleaned_data["text"], now=now)
    except DomainError as refusal:
        form.add_error("text", str(REFUSALS[refusal.code]))
        if isinstance(refusal, HealthCodeShown):
            form.data = {}  # whose code it is, is nobody's to read on this page
        return False
    return True


def _shown(here: Here) -> dict[str, Any]:
    entered, until = timezone.localtime(here.entered_at), timezone.localtime(here.until)
    today = until.date() == entered.date()
    return {
        "venue": here.venue,
        "zone": here.zone,
        "entered": f"{entered:%H:%M}",
        "until": f"{until:%H:%M}" if today else moment(until),
        "told": here.told,
    }
