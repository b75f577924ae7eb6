"""The doors through which the keys sign: passes, states and lists of withdrawn passes."""

from dataclasses import replace

from django.conf import settings

from healthcode import passes
from healthcode.keys.errors import ClaimsRefused, NoActiveKey
from healthcode.keys.files import load_listed
from healthcode.keys.ring import SigningKey
from healthcode.passes import Claims, Key, KeyList, Kind


def active_key(kind: Kind, now: int) -> SigningKey:
    """Return the key that signs this kind at `now` (unix seconds), or raise NoActiveKey."""
    return load_listed(settings.HEALTHCODE_KEYS_DIR).active(kind, now)


def public_list() -> KeyList:
    """Return the keys this server believes: its own."""
    return load_listed(settings.HEALTHCODE_KEYS_DIR).public_list()


def sign(claims: Claims, *, now: int) -> bytes:
    """Return the signed pass, its `iss` filled in from the active key of its kind.

    Raises NoActiveKey, or ClaimsRefused where a verifier would not accept the pass, where it
    would start in the future, have ended, or outlive the key.
    """
    key = active_key(claims.kind, now)
    claims = replace(claims, iss=key.public.iss)
    in_time = claims.iat <= now < claims.exp <= key.public.verify_until
    if not in_time or key.sign is None or not passes.signable(claims, key.public):
        raise ClaimsRefused(kind=claims.kind.value)
    return passes.build_pass(claims, kid=key.public.kid, sign=key.sign)


def sign_state(*, version: int, now: int) -> bytes:
    """Return the state of the keys at `now`: the version of their list, and who was killed.

    Raises NoActiveKey.
    """
    key, sign = _state_key(now)
    killed = load_listed(settings.HEALTHCODE_KEYS_DIR).killed
    state = passes.State(version, now, now + passes.STATE_LIFE, killed)
    return passes.build_state(state, kid=key.kid, sign=sign)


def sign_withdrawn(*, number: int, bits: bytes, now: int) -> bytes:
    """Return the list of withdrawn passes of this number as it stands. Raises NoActiveKey."""
    key, sign = _state_key(now)
    made = passes.WithdrawnList(number, now, now + passes.LIST_LIFE, bits)
    return passes.build_withdrawn(made, iss=key.iss, kid=key.kid, sign=sign)


def _state_key(now: int) -> tuple[Key, passes.Signer]:
    key = active_key(Kind.STATE, now)
    if key.sign is None:  # an active key has its private half
        raise NoActiveKey(kind=Kind.STATE.value)
    return key.public, key.sign
