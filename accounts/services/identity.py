"""Opening sealed identities: for their owner, masked for gates, in full for a stated purpose."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from accounts import audit, pii
from accounts.errors import NotPermitted, PurposeMissing, UnknownCitizen
from accounts.models import Citizen, User

SHORTEST_PURPOSE = 5


@dataclass(frozen=True)
class Identity:
    """Who a citizen is. `phone`: only where it was revealed, of whoever has signed in with one."""

    name: str
    document_type: str
    document_number: str
    phone: str = ""


def identify(citizen: Citizen) -> Identity:
    """Open the sealed fields. For the citizen's own pages and services; officers `reveal`."""
    name = ""
    if citizen.name_sealed is not None:
        name = pii.open_sealed("citizen.name", citizen.name_sealed, context=citizen.ref)
    number = pii.open_sealed("citizen.document", citizen.document_sealed, context=citizen.ref)
    return Identity(name, citizen.document_type, number)


def masked_name(citizen: Citizen) -> str:
    """The name as a gate may show it, or one asterisk where none is known."""
    if citizen.name_sealed is None:
        return "*"
    return pii.mask(pii.open_sealed("citizen.name", citizen.name_sealed, context=citizen.ref))


def reveal_identity(*, citizen_id: int, by: User, purpose: str, now: datetime) -> Identity:
    """Show an officer who a citizen is, and write it into the ledger the citizen reads.

    With the phone to call them on. Raises NotPermitted, PurposeMissing or UnknownCitizen;
    nothing is shown unrecorded.
    """
    if not by.has_perm("accounts.reveal_citizen"):
        raise NotPermitted
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise PurposeMissing
    citizen = Citizen.objects.select_related("user").filter(pk=citizen_id).first()
    if citizen is None:
        raise UnknownCitizen
    with transaction.atomic():
        _write_down(citizen, by, purpose.strip(), now)
    return replace(identify(citizen), phone=_phone(citizen))


def _phone(citizen: Citizen) -> str:
    """The phone they sign in with: of a phone in the register only a fingerprint is kept."""
    user = citizen.user
    if user is None or user.phone_sealed is None:
        return ""
    return pii.open_sealed("user.phone", bytes(user.phone_sealed), context=user.username)


def _write_down(citizen: Citizen, by: User, purpose: str, now: datetime) -> None:
    actor = f"user:{by.username}"
    audit.record_access(
        actor=actor, citizen_id=citizen.pk, purpose=purpose, what="identity", now=now
    )
    audit.record(
        actor=actor,
        action="citizen.revealed",
        target=f"citizen:{citizen.ref}",
        now=now,
        purpose=purpose,
    )
