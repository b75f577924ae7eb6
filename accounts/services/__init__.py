"""What can be done with people's accounts: find, register, confirm, reveal."""

from accounts.services.citizens import citizen_of, find_or_create_citizens
from accounts.services.identity import Identity, identify, masked_name, reveal_identity
from accounts.services.lookup import find_citizen
from accounts.services.officers import appoint_officer, change_officer, reset_password
from accounts.services.registration import confirm_identity, register, reject_claim
from accounts.services.roles import sync_roles

__all__ = [
    "Identity",
    "appoint_officer",
    "change_officer",
    "citizen_of",
    "confirm_identity",
    "find_citizen",
    "find_or_create_citizens",
    "identify",
    "masked_name",
    "register",
    "reject_claim",
    "reset_password",
    "reveal_identity",
    "sync_roles",
]
