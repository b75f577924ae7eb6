"""One error shape for every refusal: {"code", "message", "details"}, and its HTTP status."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.errors import DomainError

# Codes not listed answer 400: the request was understood and its content refused.
STATUS = {
    "unknown_source": 401,
    "unknown_device": 401,
    "device_revoked": 403,
    "kind_not_allowed": 403,
    "not_permitted": 403,
    "enrolment_unknown": 404,
    "unknown_scan": 404,
    "unknown_case": 404,
    "case_open": 409,
    "conflict": 409,
    "already_decided": 409,
    "enrolment_used": 409,
    "enrolment_expired": 410,
    "no_active_key": 503,
    "nothing_published": 503,
    "signer_unreachable": 503,
}


def status_of(code: str) -> int:
    """The HTTP status of a domain error's code."""
    return STATUS.get(code, 400)


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: domain errors and DRF's own, in the one shape."""
    if isinstance(exc, DomainError):
        set_rollback()
        return Response(exc.as_dict(), status=status_of(exc.code))
    exc = _from_django(exc)
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    return Response(_body(exc), status=exc.status_code, headers=_headers(exc))


def _from_django(exc: Exception) -> Exception:
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    return exc


def _body(exc: exceptions.APIException) -> dict[str, Any]:
    code = getattr(exc, "default_code", "error")
    if isinstance(exc, exceptions.ValidationError):
        return {"code": "invalid", "message": "The request is not valid.", "details": exc.detail}
    return {"code": code, "message": str(exc.detail), "details": {}}


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    return headers
