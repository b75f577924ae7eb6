"""All that a device needs to judge codes without network, in one answer."""

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from healthcode import keys
from healthcode.services import lists_in_use, sign_state, sign_withdrawn
from tracing.api.base import DeviceView, caller
from tracing.api.examples import A_KIT
from tracing.serializers import ErrorBody, Kit, facts_of


class KitView(DeviceView):
    """`GET /api/v1/devices/kit/`."""

    @extend_schema(
        operation_id="device_kit",
        summary="Keys, state and withdrawn lists: all that is needed without network",
        description="When a device starts, and whenever it finds its lists stale. In between it "
        "fetches `/.well-known/healthcode/state` every 30 s and the lists every 5 minutes. How "
        "each is verified stands in `docs/pass-format.md`.",
        responses={200: Kit, 401: ErrorBody, 403: ErrorBody, 503: ErrorBody},
        examples=[OpenApiExample("a kit", A_KIT, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        """Everything as it stands now."""
        return Response(_kit(timezone.now()) | {"device": facts_of(caller(request).device)})


def _kit(now: datetime) -> dict[str, Any]:
    listed = keys.published_list(settings.HEALTHCODE_KEYS_DIR)
    return {
        "now": int(now.timestamp() * 1000),
        "pin": _text(listed.pin),
        "keys": _text(listed.data),
        "state": _text(sign_state(now=now)),
        "withdrawn": [
            {"number": each.number, "token": _text(sign_withdrawn(number=each.number, now=now))}
            for each in lists_in_use(now)
        ],
    }


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
