"""What gates and strangers verify with: the key list, the state, the withdrawn lists.

Public, the same for everybody, and readable from any page: nothing here is about a person.
"""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.errors import DomainError
from healthcode import keys
from healthcode.services import lists_in_use, sign_state, sign_withdrawn

COSE = "application/cose"
KEYS_AGE, STATE_AGE, LIST_AGE = 300, 10, 60
"""Seconds for which a copy may be used by whoever passes it on."""

Produce = Callable[[], bytes]


@require_safe
@login_not_required
def key_list(request: HttpRequest) -> HttpResponse:
    """The keys, signed by the root."""
    return _signed(request, lambda: _published().data, KEYS_AGE)


@require_safe
@login_not_required
def jwk_set(request: HttpRequest) -> HttpResponse:
    """The same keys as a JWK set, for verifiers that trust this server's TLS."""
    try:
        body = keys.jwk_set(_published().signed)
    except DomainError as refusal:
        return _nothing(refusal)
    return _open_to_all(JsonResponse(body), KEYS_AGE)


@require_safe
@login_not_required
def state(request: HttpRequest) -> HttpResponse:
    """Which keys were killed, as of now."""
    return _signed(request, lambda: sign_state(now=timezone.now()), STATE_AGE)


@require_safe
@login_not_required
def withdrawn(request: HttpRequest, number: int) -> HttpResponse:
    """One list of withdrawn passes (Status List Token)."""
    return _signed(request, lambda: sign_withdrawn(number=number, now=timezone.now()), LIST_AGE)


@require_safe
@login_not_required
def withdrawn_lists(request: HttpRequest) -> HttpResponse:
    """The numbers of the lists that a gate needs."""
    numbers = [each.number for each in lists_in_use(timezone.now())]
    return _open_to_all(JsonResponse({"lists": numbers}), LIST_AGE)


def _published() -> keys.Published:
    return keys.published_list(settings.HEALTHCODE_KEYS_DIR)


def _signed(request: HttpRequest, produce: Produce, age: int) -> HttpResponse:
    """The bytes with a tag of their content; 304 where the caller has them."""
    try:
        data = produce()
    except DomainError as refusal:
        return _nothing(refusal)
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(data, content_type=COSE)
    response["ETag"] = tag
    return _open_to_all(response, age)


def _nothing(refusal: DomainError) -> HttpResponse:
    status = 404 if refusal.code == "unknown_list" else 503
    return _open_to_all(JsonResponse(refusal.as_dict(), status=status), 0)


def _open_to_all(response: HttpResponse, age: int) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={age}" if age else "no-store"
    return response
