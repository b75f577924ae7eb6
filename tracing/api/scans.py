"""Scans in, verdicts out, and what happened at the door."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import DomainError
from tracing.api.base import DeviceView, caller, valid
from tracing.api.examples import A_REFUSAL, A_SCAN, A_VERDICT, AN_UPLOAD
from tracing.errors import ScanInvalid
from tracing.models import Device
from tracing.serializers import (
    MOST_SCANS,
    AdmissionAnswer,
    AdmissionRequest,
    BatchAnswer,
    BatchRequest,
    ErrorBody,
    RefusedScan,
    ScanAnswer,
    ScanRequest,
    VerifyRequest,
    answer_of,
    new_scan,
)
from tracing.services import NewScan, ScanResult, admit, new_scan_id, record_scans


class ScansView(DeviceView):
    """`POST /api/v1/scans/`."""

    @extend_schema(
        operation_id="scans",
        summary="Hand in a scan, or a batch of scans",
        description=(
            "Every attempt is judged and stored, unreadable ones too: those are GREY. Each scan "
            "of a batch is answered on its own, in order; good ones are stored whatever the "
            "others are. 200: none refused. 207: some refused. When all are refused, the status "
            "and the error are the first one's, with every answer in `details.results`."
        ),
        request=PolymorphicProxySerializer(
            component_name="ScanOrBatch",
            serializers=[ScanRequest, BatchRequest],
            resource_type_field_name=None,
        ),
        responses={
            200: PolymorphicProxySerializer(
                component_name="VerdictOrVerdicts",
                serializers=[ScanAnswer, BatchAnswer],
                resource_type_field_name=None,
            ),
            207: PolymorphicProxySerializer(
                component_name="SomeRefused",
                serializers=[BatchAnswer, RefusedScan],
                resource_type_field_name=None,
            ),
            400: ErrorBody,
            401: ErrorBody,
            403: ErrorBody,
            409: ErrorBody,
        },
        examples=[
            OpenApiExample("one scan", A_SCAN, request_only=True),
            OpenApiExample(
                "a batch made without network",
                {"scans": [AN_UPLOAD]},
                request_only=True,
            ),
            OpenApiExample("a verdict", A_VERDICT, response_only=True, status_codes=["200"]),
            OpenApiExample(
                "one stored, one refused",
                {"results": [A_VERDICT, A_REFUSAL]},
                response_only=True,
                status_codes=["207"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Judge and store; one answer per scan."""
        device = caller(request).device
        if not isinstance(request.data, dict) or "scans" not in request.data:
            [result] = _record(device, [request.data])
            if result.error:
                raise result.error
            return Response(answer_of(result))
        items = request.data["scans"]
        if not isinstance(items, list) or not 0 < len(items) <= MOST_SCANS:
            raise ScanInvalid(f"Send 1 to {MOST_SCANS} scans.")
        return _batch_response(_record(device, items))


class VerifyView(DeviceView):
    """`POST /api/v1/verify/`."""

    @extend_schema(
        operation_id="verify",
        summary="Judge what was read just now",
        description="For gates without a clock or a memory: the server makes the scan's id and "
        "stores it like any other. Sending it again is another scan of the same code; whoever "
        "goes in by both has one visit.",
        request=VerifyRequest,
        responses={200: ScanAnswer, 401: ErrorBody, 403: ErrorBody},
        examples=[
            OpenApiExample("a code", {"text": A_SCAN["text"]}, request_only=True),
            OpenApiExample("a verdict", A_VERDICT, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Judge and store it as scanned now."""
        read, now = valid(VerifyRequest, request.data), timezone.now()
        scan = new_scan({"scan_id": new_scan_id(now), **read}, caller(request).device)
        [result] = record_scans(device=caller(request).device, scans=[scan], now=now)
        if result.error:
            raise result.error
        return Response(answer_of(result))


class AdmissionView(DeviceView):
    """`POST /api/v1/scans/<scan_id>/admission/`."""

    @extend_schema(
        operation_id="scan_admission",
        summary="Say whether staff let the person in",
        description="Once, after a CHECK. The same word again is harmless, another is refused.",
        request=AdmissionRequest,
        responses={200: AdmissionAnswer, 404: ErrorBody, 409: ErrorBody},
        examples=[
            OpenApiExample(
                "after comparing the ID", {"admitted": True, "compared": True}, request_only=True
            )
        ],
    )
    def post(self, request: Request, scan_id: UUID) -> Response:
        """Store the word; a visit follows if the person went in."""
        word = valid(AdmissionRequest, request.data)
        stored = admit(
            device=caller(request).device,
            scan_id=scan_id,
            admitted=word["admitted"],
            compared=word["compared"],
            now=timezone.now(),
        )
        return Response(AdmissionAnswer(stored).data)


def _record(device: Device, items: list[Any]) -> list[ScanResult]:
    """A result per item, in order; items that are no scans are refused on their own."""
    read = [_read(device, item) for item in items]
    good = [scan for scan in read if not isinstance(scan, ScanResult)]
    stored = iter(record_scans(device=device, scans=good, now=timezone.now()))
    return [scan if isinstance(scan, ScanResult) else next(stored) for scan in read]


def _read(device: Device, item: Any) -> NewScan | ScanResult:
    try:
        return new_scan(valid(ScanRequest, item), device)
    except ValidationError as error:
        return ScanResult(_id_of(item), "refused", ScanInvalid(**_codes(error.detail)))


def _codes(detail: Any) -> dict[str, str]:
    """Which field is wrong in what way; never the value, which may be a person's code."""
    return {
        str(field): ", ".join(str(e.code) for e in errors if isinstance(e, ErrorDetail))
        for field, errors in detail.items()
    }


def _id_of(item: Any) -> UUID | None:
    try:
        return UUID(item["scan_id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _batch_response(results: list[ScanResult]) -> Response:
    answers = [answer_of(result) for result in results]
    errors = [result.error for result in results if result.error]
    if len(errors) == len(results):
        raise _all_refused(errors[0], answers)
    return Response({"results": answers}, status=207 if errors else 200)


def _all_refused(first: DomainError, answers: list[dict[str, Any]]) -> DomainError:
    """The first error, with every scan's answer beside it."""
    if len(answers) > 1:
        first.details = {**first.details, "results": answers}
    return first
