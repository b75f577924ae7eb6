"""Passes for a phone's own key: asked for by the code page, kept and shown by it offline."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.errors import DomainError
from accounts.models import Citizen
from accounts.permissions import SignedInRequest, for_holder
from healthcode.errors import HolderInvalid
from healthcode.services import holder_mark, issue_bound
from healthcode.views.card import seen_mark

STATUSES = {"not_the_phone": 409, "live_only": 409, "holder_invalid": 400, "too_many_passes": 429}
LONGEST_BODY = 512


@require_POST
@for_holder
def bound_pass(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """Sign a pass for the key in the body, `{holder: base64url point, move: bool}`.

    `move`: make this browser the citizen's phone where another is. Answers with the pass and
    its times in unix seconds, or with the reason why there is none.
    """
    try:
        asked = _read(request.body)
        return JsonResponse(_issue(request, citizen, asked))
    except DomainError as refusal:
        return JsonResponse(refusal.as_dict(), status=STATUSES.get(refusal.code, 503))


def _issue(request: SignedInRequest, citizen: Citizen, asked: dict[str, Any]) -> dict[str, Any]:
    now, session_key = timezone.now(), request.session.session_key or ""
    code = issue_bound(
        citizen_id=citizen.pk,
        session_key=session_key,
        holder=_point(asked),
        move=asked.get("move") is True,
        now=now,
    )
    return {
        "pass": urlsafe_b64encode(code.data).decode().rstrip("="),
        "kid": code.kid.hex(),
        "holder": holder_mark(citizen=citizen, session_key=session_key),
        "colour": code.colour.word,
        "seen": seen_mark(code.decided_at),
        "iat": int(code.issued_at.timestamp()),
        "exp": int(code.expires_at.timestamp()),
        "now": int(now.timestamp() * 1000),
    }


def _read(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body[: LONGEST_BODY + 1])
    except ValueError:
        raise HolderInvalid from None
    if not isinstance(asked, dict) or len(body) > LONGEST_BODY:
        raise HolderInvalid
    return asked


def _point(asked: dict[str, Any]) -> bytes:
    holder = asked.get("holder")
    try:
        return urlsafe_b64decode(holder + "=" * (-len(holder) % 4)) if holder else b""
    except (ValueError, TypeError):
        raise HolderInvalid from None
