"""Judging a scanned text by the server's clock and keys, and the holder's current status."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from healthcode import keys, passes
from healthcode.colours import Colour, Outcome, Reason
from healthcode.models import BoundPass, PaperPass
from healthcode.passes import Claims, Gate, Kind, Listing
from healthcode.services.current import CurrentStatus, colour_at, current_status, tested_within


@dataclass(frozen=True)
class ScanVerdict:
    """The server's verdict on a scanned text: outcome, one reason, and whom it speaks of.

    `citizen_id` and `pass_id` are there as soon as the signature was found good; `name` is
    the masked name inside the code. `kind` tells paper, which asks for a look at the ID.
    """

    outcome: Outcome
    reason: Reason
    citizen_id: int | None = None
    pass_id: bytes | None = None
    name: str = ""
    colour: Colour | None = None
    negative_at: datetime | None = None
    kind: Kind | None = None


@dataclass(frozen=True)
class _Holder:
    """Whose a pass is, and whether it counts; nobody where its row is gone."""

    citizen_id: int | None
    listing: Listing = Listing.VALID


def judge_text(
    *,
    text: str,
    now: datetime,
    as_at: datetime | None = None,
    negative_within_hours: int | None = None,
    repeated: Callable[[bytes], bool] = lambda pass_id: False,
) -> ScanVerdict:
    """Judge a scanned text with the server's clock, keys and the holder's current status.

    `as_at` is given for a scan that was uploaded late: the text, the withdrawal and the colour
    are judged as they were then. `repeated` is asked about the pass id only when all else is
    in order.
    """
    at = as_at or now
    gate = Gate(online=True, withdrawn=lambda claims: _holder(claims, at).listing)
    cleaned, seconds = passes.clean(text), int(at.timestamp())
    checked = passes.check(cleaned, keys=keys.public_list(), gate=gate, now=seconds)
    claims = checked.claims
    status = _status(claims, at, now)
    if checked.reason or claims is None or status is None:
        reason = checked.reason or Reason.UNREADABLE
        return _verdict(reason.outcome, reason, claims, status)
    verdict = passes.conclude(
        checked,
        colour=colour_at(status, as_at),
        rule_met=tested_within(status, negative_within_hours, at),
        repeated=repeated(claims.pass_id),
    )
    return _verdict(verdict.outcome, verdict.reason, claims, status)


def _status(claims: Claims | None, at: datetime, now: datetime) -> CurrentStatus | None:
    """The current status of the holder of a pass whose signature was found good."""
    citizen_id = None if claims is None else _holder(claims, at).citizen_id
    return None if citizen_id is None else current_status(citizen_id=citizen_id, now=now)


def _holder(claims: Claims, at: datetime) -> _Holder:
    match claims.kind:
        case Kind.LIVE:
            return _Holder(keys.open_live_id(claims.pass_id))
        case Kind.BOUND:
            return _holder_of_row(_bound_pass(claims), "withdrawn_at", at)
        case Kind.PAPER:
            paper = PaperPass.objects.filter(pass_id=claims.pass_id).first()
            return _holder_of_row(paper, "ended_at", at)
    return _Holder(None)


def _holder_of_row(row: BoundPass | PaperPass | None, ends: str, at: datetime) -> _Holder:
    """The holder by the row of a pass, which counts until the field `ends`, if that is set."""
    if row is None:
        return _Holder(None, Listing.STALE)
    ended_at: datetime | None = getattr(row, ends)
    ended = ended_at is not None and ended_at <= at
    return _Holder(row.citizen_id, Listing.WITHDRAWN if ended else Listing.VALID)


def _bound_pass(claims: Claims) -> BoundPass | None:
    expires_at = datetime.fromtimestamp(claims.exp, timezone.get_default_timezone())
    rows = BoundPass.objects.filter(expires_on=expires_at.date(), pass_id=claims.pass_id)
    return rows.first()


def _verdict(
    outcome: Outcome, reason: Reason, claims: Claims | None, status: CurrentStatus | None
) -> ScanVerdict:
    judged = outcome is not Outcome.GREY
    return ScanVerdict(
        outcome=outcome,
        reason=reason,
        citizen_id=status.citizen_id if status else None,
        pass_id=claims.pass_id if claims else None,
        name=claims.name if claims and judged else "",
        colour=status.colour if status and judged else None,
        negative_at=status.last_negative_at if status and judged else None,
        kind=claims.kind if claims else None,
    )
