"""Codes for citizens: live ones for the page, bound ones for a phone, printed ones, specimens."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accounts.models import Citizen, User
from accounts.services import identify
from healthcode import passes
from healthcode.colours import Colour
from healthcode.errors import SignerUnreachable
from healthcode.passes import Claims, Kind
from healthcode.services.current import CurrentStatus, current_status
from healthcode.services.phones import digest_of
from healthcode.services.signer import sign_pass
from healthcode.services.signing import Order

TRIES = 3


@dataclass(frozen=True)
class LiveCode:
    """A freshly signed live pass and what its holder reads beside it.

    `text` is what the QR code holds. `decision` is the stored decision: reasons, obligations,
    ends and releases with their words in both languages.
    """

    text: str
    colour: Colour
    name: str
    masked: str
    issued_at: datetime
    expires_at: datetime
    decision: dict[str, Any]
    rules: str
    decided_at: datetime | None
    last_test_at: datetime | None
    last_negative_at: datetime | None


@dataclass(frozen=True)
class BoundCode:
    """A bound pass as the phone stores it, and the decision it was made from."""

    data: bytes
    kid: bytes
    colour: Colour
    issued_at: datetime
    expires_at: datetime
    decided_at: datetime | None


def issue_live(*, citizen_id: int, now: datetime) -> LiveCode:
    """Sign a live pass by the current decision; it lives 90 s and issuing it writes nothing.

    Raises UnknownCitizen, NoActiveKey or SignerUnreachable when nothing can be signed.
    """
    signed, claims, status = _signed(Order(Kind.LIVE, citizen_id), now)
    citizen = Citizen.objects.get(pk=citizen_id)
    return LiveCode(
        text=passes.write_text(signed),
        colour=status.colour,
        name=identify(citizen).name,
        masked=claims.name,
        issued_at=_instant(claims.iat),
        expires_at=_instant(claims.exp),
        decision=status.decision,
        rules=status.rules,
        decided_at=status.decided_at,
        last_test_at=status.last_test_at,
        last_negative_at=status.last_negative_at,
    )


def issue_bound(
    *, citizen_id: int, session_key: str, holder: bytes, move: bool = False, now: datetime
) -> BoundCode:
    """Sign a pass for a key that a phone has just made (a P-256 point); it works offline.

    The first session that asks becomes the citizen's phone; another only if it says `move`,
    which withdraws what the first one holds. Raises NotThePhone for any other; LiveOnly where
    the status is decided again within minutes; TooManyPasses, HolderInvalid; and what
    `issue_live` does.
    """
    order = Order(Kind.BOUND, citizen_id, holder, digest_of(session_key), move=move)
    signed, claims, status = _signed(order, now)
    return BoundCode(
        data=signed,
        kid=passes.kid_of(signed),
        colour=status.colour,
        issued_at=_instant(claims.iat),
        expires_at=_instant(claims.exp),
        decided_at=status.decided_at,
    )


def issue_paper(*, citizen_id: int, by: User, now: datetime) -> tuple[str, datetime]:
    """Sign a printed pass, which says no colour; returns its text and when it ends.

    The one printed before ends at once. Raises NotPermitted or UnknownCitizen.
    """
    signed = sign_pass(Order(Kind.PAPER, citizen_id, by=by.pk), now=now)
    return passes.write_text(signed), _instant(passes.claims_of(signed).exp)


def issue_specimen(*, now: datetime) -> str:
    """Sign a code for training: it verifies, and is never anything but grey."""
    return passes.write_text(sign_pass(Order(Kind.SPECIMEN), now=now))


def _signed(order: Order, now: datetime) -> tuple[bytes, Claims, CurrentStatus]:
    """A pass with the status it was made from: made again where that changed in between."""
    for _ in range(TRIES):
        signed = sign_pass(order, now=now)
        claims = passes.claims_of(signed)
        status = current_status(citizen_id=order.citizen_id, now=now)
        if claims.colour == status.colour:
            return signed, claims, status
    raise SignerUnreachable


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
