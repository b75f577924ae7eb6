"""Appeals: a person looks again within a day; what changes a colour is only evidence."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts import audit, pii
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import Citizen, User
from healthcode.errors import AppealRefused
from healthcode.models import Appeal, AppealState
from healthcode.services.current import current_status

#: Health departments answered appeals within a day; later is overdue.
ANSWER_WITHIN = timedelta(hours=24)
LONGEST = 1000


def file_appeal(*, citizen: Citizen, rule: str, text: str, now: datetime) -> Appeal:
    """Appeal against one reason of the current decision.

    Raises AppealRefused when the decision holds no such reason, the text is empty or too
    long, or an appeal against it is open already.
    """
    status = current_status(citizen_id=citizen.pk, now=now)
    rules = {reason["rule"] for reason in status.decision.get("reasons", [])}
    if rule not in rules or not 0 < len(text.strip()) <= LONGEST:
        raise AppealRefused
    appeal = Appeal(
        citizen=citizen,
        rule=rule,
        decided_at=status.decided_at or now,
        filed_at=now,
        answer_by=now + ANSWER_WITHIN,
    )
    appeal.text_sealed = pii.seal("appeal.text", text.strip(), context=appeal.ref)
    return _store(appeal, now)


def appeal_text(appeal: Appeal) -> str:
    """What the citizen wrote."""
    return pii.open_sealed("appeal.text", appeal.text_sealed, context=appeal.ref)


def answer_appeal(*, appeal_id: int, answer: str, by: User, now: datetime) -> None:
    """Answer an appeal once. Raises NotPermitted, AppealRefused (no words), AlreadyDecided."""
    if not by.has_perm("healthcode.answer_appeal"):
        raise NotPermitted
    if not answer.strip():
        raise AppealRefused
    with transaction.atomic():
        changed = Appeal.objects.filter(pk=appeal_id, state=AppealState.OPEN).update(
            state=AppealState.ANSWERED,
            answer=answer.strip(),
            answered_by=by.username,
            answered_at=now,
        )
        if changed != 1:
            raise AlreadyDecided
        audit.record(
            actor=f"user:{by.username}",
            action="appeal.answered",
            target=f"appeal:{appeal_id}",
            now=now,
        )


def _store(appeal: Appeal, now: datetime) -> Appeal:
    try:
        with transaction.atomic():
            appeal.save()
            audit.record(
                actor=f"citizen:{appeal.citizen.ref}",
                action="appeal.filed",
                target=f"appeal:{appeal.ref}",
                now=now,
                rule=appeal.rule,
            )
    except IntegrityError:
        raise AppealRefused from None
    return appeal
