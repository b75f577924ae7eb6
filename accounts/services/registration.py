"""How a signed-in phone comes to hold a code.

Knowing somebody's document number opens nothing: the phone, the document and the name must
agree with the register, or an officer at a desk must see the document.
"""

import hmac
from datetime import datetime
from unicodedata import normalize

from django.db import IntegrityError, transaction

from accounts import audit, pii
from accounts.errors import AlreadyDecided, InvalidName, NotPermitted, RegistrationRefused
from accounts.models import Citizen, Claim, User
from accounts.services.citizens import find_or_create_citizens

LONGEST_NAME = 60


def register(
    *, user: User, document_type: str, document_number: str, name: str, now: datetime
) -> Citizen | Claim:
    """Register a user as the person of a document.

    Returns the Citizen when the register agrees, else a Claim that waits for a desk, which
    looks the same whether or not the document was known before. Raises a typed error for a
    number or name that cannot be, RegistrationRefused when this user holds or claims a code.
    """
    number = pii.normalise_document(document_type, document_number)
    name = _one_spelling(name)
    if Citizen.objects.filter(user=user).exists() or Claim.objects.filter(user=user).exists():
        raise RegistrationRefused
    with transaction.atomic():
        document = (document_type, number)
        citizen_id = find_or_create_citizens(documents=[document])[document]
        citizen = Citizen.objects.select_for_update().get(pk=citizen_id)
        if _register_agrees(citizen, user, name):
            return _hold(citizen, user, now)
        return _claim(citizen, user, name, now)


def confirm_identity(*, claim_id: int, by: User, now: datetime) -> Citizen:
    """An officer has seen the document: the claiming user holds the code from now on.

    Whoever held it before loses it. Raises NotPermitted, or AlreadyDecided.
    """
    if not by.has_perm("accounts.confirm_identity"):
        raise NotPermitted
    with transaction.atomic():
        claim = _take_claim(claim_id)
        citizen = Citizen.objects.select_for_update().get(pk=claim.citizen_id)
        name = pii.open_sealed("claim.name", claim.name_sealed, context=citizen.ref)
        citizen.name_sealed = pii.seal("citizen.name", name, context=citizen.ref)
        citizen.phone_fingerprint = claim.user.phone_fingerprint
        citizen.save(update_fields=["name_sealed", "phone_fingerprint"])
        claim.delete()
        _audit(by, "identity.confirmed", citizen, now)
        return _hold(citizen, claim.user, now)


def reject_claim(*, claim_id: int, by: User, now: datetime) -> None:
    """An officer could not match the person and the document; the claim is gone."""
    if not by.has_perm("accounts.confirm_identity"):
        raise NotPermitted
    with transaction.atomic():
        claim = _take_claim(claim_id)
        _audit(by, "identity.rejected", claim.citizen, now)
        claim.delete()


def _one_spelling(name: str) -> str:
    """NFC, single blanks; the shape of a name is not this service's to judge."""
    name = " ".join(normalize("NFC", name).split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidName
    return name


def _take_claim(claim_id: int) -> Claim:
    claim = Claim.objects.select_for_update().filter(pk=claim_id).first()
    if claim is None:
        raise AlreadyDecided
    return claim


def _register_agrees(citizen: Citizen, user: User, name: str) -> bool:
    if citizen.user_id is not None or citizen.name_sealed is None:
        return False
    known = pii.open_sealed("citizen.name", citizen.name_sealed, context=citizen.ref)
    same_phone = bytes(citizen.phone_fingerprint or b"") == bytes(user.phone_fingerprint or b"-")
    return user.phone_verified and same_phone and hmac.compare_digest(known.encode(), name.encode())


def _hold(citizen: Citizen, user: User, now: datetime) -> Citizen:
    citizen.user = user
    citizen.identity_confirmed_at = now
    citizen.save(update_fields=["user", "identity_confirmed_at"])
    audit.record(
        actor=f"user:{user.username}",
        action="code.held",
        target=f"citizen:{citizen.ref}",
        now=now,
    )
    return citizen


def _claim(citizen: Citizen, user: User, name: str, now: datetime) -> Claim:
    sealed = pii.seal("claim.name", name, context=citizen.ref)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                user=user, citizen=citizen, name_sealed=sealed, made_at=now
            )
    except IntegrityError:
        raise RegistrationRefused from None
    audit.record(
        actor=f"user:{user.username}", action="code.claimed", target=f"claim:{claim.pk}", now=now
    )
    return claim


def _audit(by: User, action: str, citizen: Citizen, now: datetime) -> None:
    audit.record(
        actor=f"user:{by.username}", action=action, target=f"citizen:{citizen.ref}", now=now
    )
