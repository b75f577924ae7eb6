"""The one road in for evidence: validate, insert, audit, mark due, in one transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.errors import DomainError
from healthcode import sql
from healthcode.errors import EvidenceConflict, EvidenceInvalid, KindNotAllowed
from healthcode.models import Evidence, Source
from healthcode.policy import validate_item
from healthcode.policy.vocabulary import KINDS
from healthcode.services.due import mark_due
from healthcode.services.items import Item, Result
from healthcode.services.sources import INTERNAL

#: Clocks of laboratories and hand-held devices run this far ahead and no further.
CLOCK_AHEAD = timedelta(minutes=10)
#: Nothing this service may use happened before the disease was first seen.
EARLIEST = datetime.fromisoformat("2019-12-01T00:00:00+08:00")
#: Kinds that record something done: never in the future.
DONE = frozenset({"test", "vaccination", "health_report"})
#: Kinds that may have begun long ago: living in an area.
OLD = frozenset({"area_stay", "vaccination"})


def record_evidence(
    *, items: Sequence[Item], source: Source, by: str, now: datetime
) -> list[Result]:
    """Store a source's items and mark their citizens due; return what became of each, in order.

    Good items are stored whatever the others are. An item handed in before with the same
    content is a duplicate, with other content a conflict. Takes a fixed number of statements;
    callers with more than 10,000 items commit in parts.
    """
    results: dict[int, Result] = {}
    accepted: dict[tuple[str, int], tuple[int, Item]] = {}
    for index, item in enumerate(items):
        error = fault_of(item, source=source, now=now) or _clash(item, accepted)
        if error:
            results[index] = Result(item, "refused", error)
        elif item.key not in accepted:
            accepted[item.key] = (index, item)
    with transaction.atomic():
        _lock([item for _, item in accepted.values()], source)
        results |= _store(list(accepted.values()), source, now)
        _finish(list(results.values()), source, by, now)
    return [results.get(i) or Result(item, "duplicate") for i, item in enumerate(items)]


def retract_evidence(
    *, source: Source, refs: Sequence[tuple[str, int]], by: str, reason: str, now: datetime
) -> int:
    """Take back items of a source up to a version each; a later version counts again.

    Returns how many retractions are new. Saying it twice is harmless.
    """
    if not refs:
        return 0
    with transaction.atomic():
        sql.lock_items(source.pk, [ref for ref, _ in refs], shared=False)
        new = sql.insert_retractions(source.pk, refs, by, reason, now)
        target = f"source:{source}"
        audit.record(actor=by, action="evidence.retracted", target=target, now=now, count=new)
        mark_due(citizen_ids=_touched(source, [ref for ref, _ in refs]), now=now)
    return new


def fault_of(item: Item, *, source: Source, now: datetime) -> DomainError | None:
    """Why this source may not hand in this item, whoever it is about; none if it may."""
    if item.kind in KINDS and item.kind not in source.kinds:
        return KindNotAllowed(kind=item.kind)
    problems = [
        problem._asdict()
        for problem in validate_item(item.kind, item.occurred_at, item.ended_at, item.details)
    ]
    problems += _impossible(item, now)
    return EvidenceInvalid(problems=problems) if problems else None


def _impossible(item: Item, now: datetime) -> list[dict[str, str]]:
    """What no clock can excuse; `validate_item` sees the item alone, without a present."""
    if item.kind in DONE and item.occurred_at > now + CLOCK_AHEAD:
        return [_date_problem("lies in the future")]
    if item.kind not in OLD and item.occurred_at < EARLIEST:
        return [_date_problem("lies before December 2019")]
    return []


def _date_problem(what: str) -> dict[str, str]:
    return {"field": "occurred_at", "code": "impossible_date", "message": f"The instant {what}."}


def _clash(item: Item, accepted: dict[tuple[str, int], tuple[int, Item]]) -> DomainError | None:
    """The same name twice in one batch: fine when it is the same thing."""
    if item.key in accepted and accepted[item.key][1].digest() != item.digest():
        return EvidenceConflict(source_ref=item.source_ref, version=item.version)
    return None


def _lock(items: Sequence[Item], source: Source) -> None:
    """Keep out whoever must see these items to mark their citizens, and the other way round.

    The references of the service's own parts name the citizen: no version speaks of another.
    """
    if items and source.name not in INTERNAL:
        corrects = any(item.version > 1 for item in items)
        sql.lock_items(source.pk, [item.source_ref for item in items], shared=not corrects)
    if any(item.kind == "area_stay" for item in items):
        sql.lock_areas(shared=True)


def _store(
    accepted: Sequence[tuple[int, Item]], source: Source, now: datetime
) -> dict[int, Result]:
    stored = sql.insert_evidence([_row(item) for _, item in accepted], source.pk, now)
    known = sql.stored_versions(
        source.pk, [item.key for _, item in accepted if item.key not in stored]
    )
    return {
        index: Result(item, "stored", None, stored[item.key])
        if item.key in stored
        else _repeat(item, *known[item.key])
        for index, item in accepted
    }


def _row(item: Item) -> sql.NewEvidence:
    return sql.NewEvidence(
        source_ref=item.source_ref,
        version=item.version,
        citizen_id=item.citizen_id,
        kind=item.kind,
        occurred_at=item.occurred_at,
        ended_at=item.ended_at,
        reported_at=item.reported_at,
        retracted=item.retracted,
        details=item.details,
        digest=item.digest().hex(),
    )


def _repeat(item: Item, evidence_id: int, digest: bytes) -> Result:
    if digest == item.digest():
        return Result(item, "duplicate", None, evidence_id)
    error = EvidenceConflict(source_ref=item.source_ref, version=item.version)
    return Result(item, "refused", error, evidence_id)


def _finish(results: Sequence[Result], source: Source, by: str, now: datetime) -> None:
    """Audit the batch and mark everyone due whom any version of its items speaks of."""
    stored = [result.item for result in results if result.item and result.status == "stored"]
    if not stored:
        return
    kinds = Counter(item.kind for item in stored)
    audit.record(actor=by, action="evidence.recorded", target=f"source:{source}", now=now, **kinds)
    corrected = [item.source_ref for item in stored if item.version > 1]
    citizens = {item.citizen_id for item in stored} | _touched(source, corrected)
    mark_due(citizen_ids=citizens, now=now)


def _touched(source: Source, refs: Sequence[str]) -> set[int]:
    """Everyone whom any version of these items speaks of."""
    if not refs:
        return set()
    rows = Evidence.objects.filter(source=source, source_ref__in=refs)
    return set(rows.values_list("citizen_id", flat=True))
