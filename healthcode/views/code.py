"""The code page: the page itself, the fragment that renews it, and whether it has changed."""

from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import DomainError
from accounts.models import Citizen, User
from accounts.permissions import SignedInRequest, for_holder
from accounts.services import citizen_of
from healthcode.models import HealthStatus
from healthcode.services import (
    holder_mark,
    is_the_phone,
    issue_live,
    killed_kids,
    leave_phone,
)
from healthcode.views.card import RENEW_AFTER, card_of, seen_mark

log = structlog.get_logger(__name__)


@require_GET
@for_holder
def code(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """The citizen's code, with why and until when."""
    return draw_code(request, citizen, "healthcode/code.html")


@require_GET
@for_holder
def fragment(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """The part of the code page that is renewed before the code expires."""
    return draw_code(request, citizen, "healthcode/_code_card.html")


@require_GET
@for_holder
def pulse(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """204 always; asks the page to renew when the decision is not the one it shows, or is due.

    It has a phone drop its own pass, too, where the key that signed it was killed, or where
    another browser became the phone.
    """
    response = HttpResponse(status=204)
    decided_at, due_at = HealthStatus.objects.values_list("decided_at", "due_at").get(pk=citizen.pk)
    due = due_at is not None and due_at <= timezone.now()
    wanted = {
        "renew": due or seen_mark(decided_at) != request.headers.get("X-Seen"),
        "rebind": _lost_its_pass(request, citizen),
    }
    if any(wanted.values()):
        response["HX-Trigger"] = ", ".join(name for name, asked in wanted.items() if asked)
    return response


def draw_code(
    request: SignedInRequest, citizen: Citizen, template: str, **more: Any
) -> HttpResponse:
    """A page with a fresh code in it; `more` is what else its template shows."""
    now = timezone.now()
    try:
        card = card_of(issue_live(citizen_id=citizen.pk, now=now), now=now)
    except DomainError as refusal:
        log.error("code_not_issued", code=refusal.code)
        return render(request, "503.html", status=503)
    session_key = request.session.session_key or ""
    context = {
        "card": card,
        "holder": holder_mark(citizen=citizen, session_key=session_key),
        "pulse_seconds": settings.HEALTHCODE_PULSE_SECONDS,
        "renew_seconds": int(RENEW_AFTER.total_seconds()),
        **more,
    }
    return render(request, template, context)


def _lost_its_pass(request: SignedInRequest, citizen: Citizen) -> bool:
    """Whether the page shows a pass that gates refuse."""
    kid, session_key = request.headers.get("X-Kid", ""), request.session.session_key or ""
    if not kid:
        return False
    return kid in killed_kids() or not is_the_phone(citizen_id=citizen.pk, session_key=session_key)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out; what this browser held as the citizen's phone ends with it."""
    citizen = citizen_of(user=request.user) if isinstance(request.user, User) else None
    if citizen is not None:
        session_key = request.session.session_key or ""
        leave_phone(citizen=citizen, session_key=session_key, now=timezone.now())
    logout(request)
    return redirect(settings.LOGIN_URL)
