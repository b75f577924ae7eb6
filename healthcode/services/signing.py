"""The one door to the keys: what is signed about a citizen is read here, from the decision.

A caller names whose pass it wants and of which kind, never what it says. Where a signer runs
(`manage.py signer`), the web server has no keys and asks it through a socket; everywhere else
the same functions run in place.
"""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.errors import NotPermitted, UnknownCitizen
from accounts.models import Citizen, User
from accounts.services import masked_name
from healthcode import keys, passes, sql
from healthcode.errors import (
    HolderInvalid,
    ListsExhausted,
    LiveOnly,
    NotThePhone,
    TooManyPasses,
)
from healthcode.models import BoundPass, PaperPass
from healthcode.passes import Claims, Kind
from healthcode.services.current import CurrentStatus, current_status
from healthcode.services.phones import bind_phone, end_paper
from healthcode.services.slots import draw_slot

HOUR = 3600
STEP = 600
"""Bound passes begin and end on full ten minutes, so that their times tell nobody apart."""
LEAST_LIFE = STEP
SPREAD = 2 * HOUR
"""The end is drawn from the last two hours: not all phones come back at once."""
AT_ONCE = 4
DRAWS = 64
"""Slots tried: a list that is half full refuses one in two."""
A_DAY = 24
PAPER_LIFE = timedelta(seconds=passes.MAX_LIFE[Kind.PAPER])
SPECIMEN_NAME = "样*"


class Order(NamedTuple):
    """What is to be signed: for bound passes with the phone's session, its new key (a P-256
    point) and whether to make it the phone where another is; for paper with the officer who
    prints it."""

    kind: Kind
    citizen_id: int = 0
    holder: bytes = b""
    session_digest: bytes = b""
    by: int = 0
    move: bool = False


def sign_here(order: Order, *, now: datetime) -> bytes:
    """Return the pass that was ordered, by the citizen's decision at `now`.

    Raises UnknownCitizen, NoActiveKey, and for bound passes NotThePhone, LiveOnly,
    TooManyPasses or HolderInvalid.
    """
    match order.kind:
        case Kind.LIVE:
            return _sign_live(order, now)
        case Kind.BOUND:
            return _sign_bound(order, now)
        case Kind.PAPER:
            return _sign_paper(order, now)
        case _:
            return _sign_specimen(now)


def _sign_live(order: Order, now: datetime) -> bytes:
    status = current_status(citizen_id=order.citizen_id, now=now)
    citizen, start = Citizen.objects.get(pk=order.citizen_id), _seconds(now)
    claims = Claims(
        kind=Kind.LIVE,
        iat=start,
        exp=start + passes.MAX_LIFE[Kind.LIVE],
        pass_id=keys.seal_live_id(citizen.pk),
        name=masked_name(citizen),
        colour=status.colour,
        hour=_hour(status),
    )
    return keys.sign(claims, now=start)


@transaction.atomic
def _sign_bound(order: Order, now: datetime) -> bytes:
    """The status stays locked until the pass is written: whoever recolours then withdraws it.

    The session becomes the phone in the same transaction: who gets no pass loses none.
    """
    holder = _point(order.holder)
    sql.lock_statuses([order.citizen_id])
    status = current_status(citizen_id=order.citizen_id, now=now)
    _bind(order, now)
    start, end = bound_life(status.review_at, now=now, early=secrets.randbelow(SPREAD + 1))
    if end - _seconds(now) < LEAST_LIFE:
        raise LiveOnly
    _make_room(order.citizen_id, now)
    citizen = Citizen.objects.get(pk=order.citizen_id)
    claims = Claims(
        kind=Kind.BOUND,
        iat=start,
        exp=end,
        pass_id=secrets.token_bytes(16),
        name=masked_name(citizen),
        colour=status.colour,
        hour=_hour(status),
        holder=holder,
    )
    slot = _take_slot(order.citizen_id, claims, now)
    return keys.sign(replace(claims, slot=slot), now=_seconds(now))


def bound_life(review_at: datetime | None, *, now: datetime, early: int) -> tuple[int, int]:
    """Return iat and exp of a bound pass made at `now`, in unix seconds.

    It starts on the last full ten minutes and ends on one: `early` seconds before 24 hours have
    passed, or at the review, whichever comes first.
    """
    start = _seconds(now) // STEP * STEP
    end = start + passes.MAX_LIFE[Kind.BOUND] - early
    if review_at is not None:
        end = min(end, _seconds(review_at))
    return start, end // STEP * STEP


@transaction.atomic
def _sign_paper(order: Order, now: datetime) -> bytes:
    officer = User.objects.filter(pk=order.by).first()
    if officer is None or not officer.has_perm("healthcode.issue_paper"):
        raise NotPermitted
    sql.lock_statuses([order.citizen_id])
    citizen, start = _citizen(order.citizen_id), now.replace(microsecond=0)
    end_paper(citizen_id=citizen.pk, now=now)
    pass_id = secrets.token_bytes(16)
    row = PaperPass.objects.create(
        pass_id=pass_id,
        citizen=citizen,
        issued_at=start,
        expires_at=start + PAPER_LIFE,
        issued_by=officer,
    )
    actor, target = f"user:{officer.username}", f"citizen:{citizen.ref}"
    audit.record(actor=actor, action="paper.issued", target=target, now=now)
    claims = Claims(
        kind=Kind.PAPER,
        iat=_seconds(start),
        exp=_seconds(row.expires_at),
        pass_id=pass_id,
        name=masked_name(citizen),
    )
    return keys.sign(claims, now=_seconds(now))


def _sign_specimen(now: datetime) -> bytes:
    start = _seconds(now)
    claims = Claims(
        kind=Kind.SPECIMEN,
        iat=start,
        exp=start + passes.MAX_LIFE[Kind.SPECIMEN],
        pass_id=secrets.token_bytes(16),
        name=SPECIMEN_NAME,
    )
    return keys.sign(claims, now=start)


def _bind(order: Order, now: datetime) -> None:
    citizen = _citizen(order.citizen_id)
    digest, move = order.session_digest, order.move
    if not bind_phone(citizen=citizen, session_digest=digest, move=move, now=now):
        raise NotThePhone


def _citizen(citizen_id: int) -> Citizen:
    citizen = Citizen.objects.filter(pk=citizen_id).first()
    if citizen is None:
        raise UnknownCitizen
    return citizen


def _make_room(citizen_id: int, now: datetime) -> None:
    """Withdraw the oldest passes beyond three that count; refuse a phone that has run wild."""
    today = timezone.localdate(now)
    unexpired = BoundPass.objects.filter(
        citizen_id=citizen_id, expires_on__gte=today, expires_at__gt=now
    )
    if unexpired.count() >= A_DAY:
        raise TooManyPasses
    counting = unexpired.filter(withdrawn_at__isnull=True).order_by("-issued_at")
    for row in counting[AT_ONCE - 1 :]:
        unexpired.filter(slot=row.slot, expires_on=row.expires_on).update(withdrawn_at=now)


def _take_slot(citizen_id: int, claims: Claims, now: datetime) -> int:
    """Write the pass under a slot that nobody has."""
    expires_at = datetime.fromtimestamp(claims.exp, UTC)
    day = timezone.localdate(expires_at)
    row = {
        "expires_on": day,
        "pass_id": claims.pass_id,
        "citizen_id": citizen_id,
        "issued_at": now,
        "expires_at": expires_at,
    }
    for _ in range(DRAWS):
        slot = draw_slot(day, now)
        if sql.insert_bound_pass(row | {"slot": slot}):
            return slot
    raise ListsExhausted


def _point(holder: bytes) -> bytes:
    """The compressed point of a phone's key."""
    try:
        return passes.point(passes.from_point(holder))
    except ValueError:
        raise HolderInvalid from None


def _hour(status: CurrentStatus) -> int:
    sampled = status.last_negative_at
    return _seconds(sampled) // HOUR if sampled else 0


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
