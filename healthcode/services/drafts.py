"""Evidence entered by hand: a document, an end, and a second person, or it does not exist."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from healthcode.errors import EvidenceInvalid, UnknownSource
from healthcode.models import EvidenceDraft, Source
from healthcode.policy import validate_item
from healthcode.services.evidence import record_evidence
from healthcode.services.items import Item, Result

OFFICERS = "officer"


def enter_draft(
    *,
    citizen_id: int,
    kind: str,
    occurred_at: datetime,
    ended_at: datetime | None,
    details: dict[str, Any],
    document: str,
    by: User,
    now: datetime,
) -> EvidenceDraft:
    """Enter evidence with the document it rests on; nothing counts until somebody else agrees.

    Raises NotPermitted or EvidenceInvalid.
    """
    if not by.has_perm("healthcode.add_evidence"):
        raise NotPermitted
    problems = validate_item(kind, occurred_at, ended_at, details)
    if problems:
        raise EvidenceInvalid(problems=[problem._asdict() for problem in problems])
    with transaction.atomic():
        draft = EvidenceDraft.objects.create(
            citizen_id=citizen_id,
            kind=kind,
            occurred_at=occurred_at,
            ended_at=ended_at,
            details=details,
            document=document,
            entered_by=by,
            entered_at=now,
        )
        _audit("draft.entered", draft, by, now)
    return draft


def approve_draft(*, draft_id: int, by: User, now: datetime) -> Result:
    """A second person agrees: the draft becomes evidence, once.

    Raises NotPermitted for the person who entered it, AlreadyDecided, or what the evidence
    itself is refused for; the draft then stays open.
    """
    with transaction.atomic():
        draft = EvidenceDraft.objects.select_for_update().get(pk=draft_id)
        if not by.has_perm("healthcode.approve_evidence") or draft.entered_by_id == by.pk:
            raise NotPermitted
        if draft.approved_at is not None:
            raise AlreadyDecided
        draft.approved_by, draft.approved_at = by, now
        draft.save(update_fields=["approved_by", "approved_at"])
        _audit("draft.approved", draft, by, now)
        return _record(draft, by, now)


def _record(draft: EvidenceDraft, by: User, now: datetime) -> Result:
    source = Source.objects.filter(name=OFFICERS, is_active=True).first()
    if source is None:
        raise UnknownSource(source=OFFICERS)
    item = Item(
        kind=draft.kind,
        citizen_id=draft.citizen_id,
        occurred_at=draft.occurred_at,
        ended_at=draft.ended_at,
        reported_at=draft.entered_at,
        source_ref=f"draft:{draft.pk}",
        details=draft.details,
    )
    result = record_evidence(items=[item], source=source, by=f"user:{by.username}", now=now)[0]
    if result.error:
        raise result.error
    return result


def _audit(action: str, draft: EvidenceDraft, by: User, now: datetime) -> None:
    audit.record(
        actor=f"user:{by.username}",
        action=action,
        target=f"draft:{draft.pk}",
        now=now,
        kind=draft.kind,
        document=draft.document,
    )
