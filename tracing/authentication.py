"""Devices prove themselves by their token: in a header, or in a cookie of the staff page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import (
    BaseAuthentication,
    CSRFCheck,
    get_authorization_header,
)
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from tracing.errors import UnknownDevice
from tracing.models import Device
from tracing.services import device_by_token

# The prefix makes browsers refuse it over plain http (localhost apart) and from other hosts.
COOKIE = "__Host-device"
# The longest that browsers keep a cookie; it is set anew whenever the staff page opens.
COOKIE_DAYS = 400


class DeviceUser:
    """A device as the one who makes a request."""

    is_authenticated = True

    def __init__(self, device: Device, *, by_cookie: bool) -> None:
        """Keep the device, and whether a browser sent its token unasked."""
        self.device = device
        self.by_cookie = by_cookie


class DeviceAuthentication(BaseAuthentication):
    """`Authorization: Device <token>`, or the cookie together with a CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None]:
        """The device of the token; UnknownDevice, DeviceRevoked, or refused without CSRF."""
        parts = get_authorization_header(request).split()
        if len(parts) == 2 and parts[0].lower() == b"device":
            token = parts[1].decode("latin-1")
            return DeviceUser(device_by_token(token=token), by_cookie=False), None
        if COOKIE not in request.COOKIES or parts:
            raise UnknownDevice
        device = device_by_token(token=request.COOKIES[COOKIE])
        _enforce_csrf(request)
        return DeviceUser(device, by_cookie=True), None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Device"


def keep_in_cookie(response: Response, token: str) -> None:
    """Let the browser hold the device's token where no script can read it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_DAYS * 24 * 60 * 60,
        secure=True,
        httponly=True,
        samesite="Strict",
    )


def _enforce_csrf(request: Request) -> None:
    check = CSRFCheck(_unreached)
    check.process_request(request)
    if reason := check.process_view(request, _unreached, (), {}):
        raise PermissionDenied(f"CSRF: {reason}")


def _unreached(request: HttpRequest) -> HttpResponse:
    """Only the check of the middleware is wanted, not what comes after it."""
    raise NotImplementedError


class DeviceScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names the two ways."""

    target_class = DeviceAuthentication
    name = ["deviceToken", "deviceCookie"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """One definition per way."""
        header = {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Device <token>`, the token of the enrolment's answer.",
        }
        cookie = {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": "For the staff page; with `X-CSRFToken` from `devices/me/`.",
        }
        return [header, cookie]
