"""`POST /api/v1/evidence/`: sources hand in evidence."""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import DomainError
from healthcode.authentication import SourceTokenAuthentication, SourceUser
from healthcode.errors import EvidenceInvalid
from healthcode.intake import hand_in
from healthcode.services import Result

#: More would hold locks for longer than a request should.
MOST_ITEMS = 5_000

EXAMPLE = {
    "kind": "test",
    "document_type": "resident_id",
    "document_number": "11010519491231002X",
    "occurred_at": "2022-09-19T09:00:00+08:00",
    "reported_at": "2022-09-19T15:00:00+08:00",
    "source_ref": "tube-7-1",
    "version": 1,
    "details": {"method": "pcr", "result": "negative", "pool_size": 10, "tube": "T7"},
}


class EvidenceView(APIView):
    """A list of items in, an answer for each out."""

    authentication_classes = [SourceTokenAuthentication]

    @extend_schema(
        operation_id="evidence",
        summary="Hand in evidence: a list of items",
        description=(
            "Each item is answered on its own, in order: stored, duplicate (the same item was "
            "stored before: saying it twice is harmless) or refused with an error. Good items are "
            "stored whatever the others are. 200: none refused. 207: some refused. When every "
            "item is refused the status and error are the first one's."
        ),
        request={"application/json": {"type": "array", "items": {"type": "object"}}},
        responses={(200, "application/json"): {"type": "object"}},
        examples=[OpenApiExample("a pooled test", value=[EXAMPLE], request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Store what can be stored."""
        if not isinstance(request.data, list) or not 0 < len(request.data) <= MOST_ITEMS:
            raise EvidenceInvalid(f"Send a list of 1 to {MOST_ITEMS} items.")
        source = cast(SourceUser, request.user).source
        results = hand_in(request.data, source=source, by=f"source:{source}", now=timezone.now())
        refused = [result.error for result in results if result.error]
        if len(refused) == len(results):
            raise _all_refused(refused[0], results)
        body = {"results": [_answer(result) for result in results]}
        return Response(body, status=207 if refused else 200)


def _answer(result: Result) -> dict[str, Any]:
    if result.error:
        return {"status": "refused", "error": result.error.as_dict()}
    return {"status": result.status, "evidence_id": result.evidence_id}


def _all_refused(first: DomainError, results: list[Result]) -> DomainError:
    """The first error, with every item's beside it."""
    if len(results) > 1:
        first.details = {**first.details, "results": [_answer(result) for result in results]}
    return first
