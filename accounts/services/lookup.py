"""Finding one citizen for an officer who holds their document or phone number."""

from datetime import datetime

from django.db import transaction

from accounts import audit, pii
from accounts.errors import NotPermitted, PurposeMissing, UnknownCitizen
from accounts.models import Citizen, User
from accounts.services.identity import SHORTEST_PURPOSE


def find_citizen(
    *,
    by: User,
    purpose: str,
    now: datetime,
    document: tuple[str, str] | None = None,
    phone: str | None = None,
) -> Citizen:
    """The citizen of a document (type, number) or a registered phone.

    To look somebody up by what one knows of them is to see their data with their name: it
    needs the same right as revealing and is written into the ledger the citizen reads. A
    look-up that finds nobody is in the audit ledger too. Raises NotPermitted, PurposeMissing,
    UnknownCitizen, or InvalidDocument and InvalidPhone.
    """
    if not by.has_perm("accounts.reveal_citizen"):
        raise NotPermitted
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise PurposeMissing
    citizen = _of_document(*document) if document else _of_phone(phone or "")
    actor, target = f"user:{by.username}", f"citizen:{citizen.ref}" if citizen else "citizen:none"
    purpose = purpose.strip()
    with transaction.atomic():
        if citizen:
            audit.record_access(
                actor=actor, citizen_id=citizen.pk, purpose=purpose, what="lookup", now=now
            )
        audit.record(
            actor=actor,
            action="citizen.looked_up",
            target=target,
            now=now,
            purpose=purpose,
            what="document" if document else "phone",
        )
    if citizen is None:
        raise UnknownCitizen
    return citizen


def _of_document(kind: str, number: str) -> Citizen | None:
    fingerprint = pii.document_fingerprint(kind, number)
    return Citizen.objects.filter(document_type=kind, document_fingerprint=fingerprint).first()


def _of_phone(phone: str) -> Citizen | None:
    """The newest registration of a phone; several people may have given the same one."""
    fingerprint = pii.phone_fingerprint(phone)
    return Citizen.objects.filter(phone_fingerprint=fingerprint).order_by("-pk").first()
