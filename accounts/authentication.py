"""Signing in by a code sent to a phone.

allauth's own pages send a code only to an account that exists. Here the account is made when
the code comes back right, so that phones with and without one look alike to whoever asks.
Rates, attempts and minutes are allauth's settings; the sign-in itself is allauth's.
"""

from base64 import b64decode, b64encode
from datetime import datetime
from string import digits
from typing import NamedTuple

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from accounts import pii
from accounts.errors import CodeOver, DomainError, TooManyCodes, WrongCode

CODE_LENGTH = 6
_SESSION_KEY = "signin"


class Challenge(NamedTuple):
    """A code on its way to a phone: what the session remembers of it. Times in epoch seconds."""

    sealed_phone: str
    code_mac: str
    sent_at: int
    failed: int = 0
    next_url: str = ""

    @property
    def phone(self) -> str:
        """The phone in E.164; the session keeps it sealed."""
        return pii.open_sealed("session.phone", b64decode(self.sealed_phone), context=self.code_mac)

    @property
    def masked_phone(self) -> str:
        """The phone with the four digits before the last four hidden."""
        return f"{self.phone[:-8]}****{self.phone[-4:]}"


def send_code(request: HttpRequest, *, phone: str, now: datetime, next_url: str = "") -> None:
    """Send a fresh code to a phone (E.164) and remember it in the session.

    Raises TooManyCodes or SmsNotSent; an earlier code stays valid then.
    """
    key = pii.phone_fingerprint(phone).hex()
    if not ratelimit.consume(request, action="request_login_code", key=key):
        raise TooManyCodes
    code = get_random_string(CODE_LENGTH, digits)
    get_adapter(request).send_verification_code_sms(user=None, phone=phone, code=code)
    mac = _mac(phone, code)
    sealed = b64encode(pii.seal("session.phone", phone, context=mac)).decode()
    _remember(request, Challenge(sealed, mac, int(now.timestamp()), next_url=next_url))


def pending_challenge(request: HttpRequest, *, now: datetime) -> Challenge | None:
    """The code this session waits for, unless it has expired."""
    stored = request.session.get(_SESSION_KEY)
    challenge = Challenge(*stored) if stored else None
    if challenge and now.timestamp() - challenge.sent_at > app_settings.LOGIN_BY_CODE_TIMEOUT:
        return None
    return challenge


def accept_code(request: HttpRequest, *, code: str, now: datetime) -> Challenge:
    """The challenge this code answers, used up by it.

    Raises WrongCode, or CodeOver when there is nothing to answer any more.
    """
    challenge = pending_challenge(request, now=now)
    if challenge is None:
        raise CodeOver
    if not constant_time_compare(_mac(challenge.phone, code), challenge.code_mac):
        raise _failure(request, challenge)
    del request.session[_SESSION_KEY]
    return challenge


def _failure(request: HttpRequest, challenge: Challenge) -> DomainError:
    """Count a wrong code: after a few there is nothing left to guess."""
    failed = challenge.failed + 1
    if failed >= app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS:
        del request.session[_SESSION_KEY]
        return CodeOver()
    _remember(request, challenge._replace(failed=failed))
    return WrongCode()


def _remember(request: HttpRequest, challenge: Challenge) -> None:
    request.session[_SESSION_KEY] = list(challenge)


def _mac(phone: str, code: str) -> str:
    """The code as the session keeps it: whoever reads sessions cannot sign in with it."""
    return salted_hmac(__name__, f"{phone}:{code}", algorithm="sha256").hexdigest()
