"""Devices introduce themselves."""

from typing import Any

from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracing.api.base import DeviceView, caller, valid
from tracing.api.examples import A_DAY, A_DEVICE, A_STORE
from tracing.authentication import COOKIE, keep_in_cookie
from tracing.permissions import EnrolmentThrottle
from tracing.serializers import (
    Enrolled,
    EnrolmentRequest,
    ErrorBody,
    Me,
    StoreAnswer,
    StoreRequest,
    facts_of,
)
from tracing.services import count_inside, count_today, enrol_device, hear_store


class EnrolView(APIView):
    """`POST /api/v1/devices/enrol/`."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [EnrolmentThrottle]

    @extend_schema(
        operation_id="device_enrol",
        summary="Enrol a device with its one-time token",
        description="The token comes from the venue's office, lives ten minutes and works once.",
        request=EnrolmentRequest,
        responses={200: Enrolled, 404: ErrorBody, 409: ErrorBody, 410: ErrorBody},
        examples=[
            OpenApiExample("a turnstile", {"token": "MFRGG-ZDFMZ-TWQ2L"}, request_only=True),
            OpenApiExample(
                "its token, shown once",
                {"device": A_DEVICE, "token": "qGk3vF0..."},
                response_only=True,
                status_codes=["200"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Use up the token; the device's own comes back, or stays in the browser's cookie."""
        wanted = valid(EnrolmentRequest, request.data)
        device, token = enrol_device(token=wanted["token"], now=timezone.now())
        body: dict[str, Any] = {"device": facts_of(device)}
        if wanted["keep"] == "header":
            return Response({**body, "token": token})
        response = Response(body)
        keep_in_cookie(response, token)
        return response


class MeView(DeviceView):
    """`GET /api/v1/devices/me/`."""

    @extend_schema(
        operation_id="device_me",
        summary="The device itself, its counts of today and the server's clock",
        responses={200: Me, 401: ErrorBody, 403: ErrorBody},
        examples=[
            OpenApiExample(
                "a gate at ten o'clock",
                A_DAY,
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """Numbers and no names."""
        device, now = caller(request).device, timezone.now()
        body = {
            "device": facts_of(device),
            "today": count_today(device=device, now=now),
            "inside": count_inside(device=device, now=now),
            "now": int(now.timestamp() * 1000),
        }
        if not caller(request).by_cookie:
            return Response(body)
        response = Response({**body, "csrf_token": get_token(request)})
        keep_in_cookie(response, request.COOKIES[COOKIE])
        return response


class StoreView(DeviceView):
    """`PUT /api/v1/devices/store/`."""

    @extend_schema(
        operation_id="device_store",
        summary="Say where scans wait, and how many",
        description="With each heartbeat. A browser may lose its store; the device then comes "
        "with a new one, and is told how many scans waited in the old.",
        request=StoreRequest,
        responses={200: StoreAnswer, 401: ErrorBody, 403: ErrorBody},
        examples=[
            OpenApiExample("three scans wait", A_STORE, request_only=True),
            OpenApiExample("nothing is lost", {"lost": None}, response_only=True),
        ],
    )
    def put(self, request: Request) -> Response:
        """Compare with what was said last."""
        said = valid(StoreRequest, request.data)
        device = caller(request).device
        lost = hear_store(device_id=device.pk, now=timezone.now(), **said)
        return Response({"lost": lost})
