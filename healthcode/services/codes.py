"""Issuing a live code and judging a scanned text, both by the current status."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from accounts.errors import UnknownCitizen
from accounts.models import Citizen
from accounts.services import identify, masked_name
from healthcode import keys, passes
from healthcode.colours import Colour, Outcome, Reason
from healthcode.models import ColourChange, Dispute, HealthStatus
from healthcode.passes import Claims, Gate, Kind
from healthcode.services.recolour import last_negative_by, recolour
from healthcode.services.spread import still_to_reach

HOUR = 3600


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
class ScanVerdict:
    """The server's verdict on a scanned text: outcome, one reason, and whom it speaks of.

    `citizen_id` and `pass_id` are there as soon as the signature was found good; `name` is
    the masked name inside the code.
    """

    outcome: Outcome
    reason: Reason
    citizen_id: int | None = None
    pass_id: bytes | None = None
    name: str = ""
    colour: Colour | None = None
    negative_at: datetime | None = None


class CurrentStatus(NamedTuple):
    """A citizen's decision as it may be shown: unassessed, without reasons, while disputed."""

    citizen_id: int
    colour: Colour
    decision: dict[str, Any]
    rules: str
    decided_at: datetime | None
    last_test_at: datetime | None
    last_negative_at: datetime | None
    disputed: bool = False


def current_status(*, citizen_id: int, now: datetime) -> CurrentStatus:
    """The status of a citizen, decided again first when it is due. Raises UnknownCitizen.

    It is due as well when rules came into force that have not spread to this citizen yet. A
    status that a replay could not derive is not trusted: it is shown as unassessed.
    """
    status = _status(citizen_id, now)
    if status.overtaken or (status.due_at is not None and status.due_at <= now):
        recolour(citizen_ids=[citizen_id], now=now)
        status = _status(citizen_id, now)
    return CurrentStatus(
        citizen_id=citizen_id,
        colour=Colour.UNASSESSED if status.disputed else Colour(status.colour),
        decision={} if status.disputed else status.decision,
        rules=status.rules,
        decided_at=status.decided_at,
        last_test_at=status.last_test_at,
        last_negative_at=status.last_negative_at,
        disputed=status.disputed,
    )


def issue_live(*, citizen_id: int, now: datetime) -> LiveCode:
    """Sign a live pass by the current decision; it lives 90 s and issuing it writes nothing.

    Raises UnknownCitizen, or NoActiveKey when nothing can be signed.
    """
    status = current_status(citizen_id=citizen_id, now=now)
    citizen = Citizen.objects.get(pk=citizen_id)
    issued = now.replace(microsecond=0)
    claims = _claims(citizen, status, int(issued.timestamp()))
    signed = keys.sign(claims, now=claims.iat)
    return LiveCode(
        text=passes.write_text(signed),
        colour=status.colour,
        name=identify(citizen).name,
        masked=claims.name,
        issued_at=issued,
        expires_at=issued + timedelta(seconds=passes.MAX_LIFE[Kind.LIVE]),
        decision=status.decision,
        rules=status.rules,
        decided_at=status.decided_at,
        last_test_at=status.last_test_at,
        last_negative_at=status.last_negative_at,
    )


def judge_text(
    *,
    text: str,
    now: datetime,
    as_at: datetime | None = None,
    negative_within_hours: int | None = None,
    repeated: Callable[[bytes], bool] = lambda pass_id: False,
) -> ScanVerdict:
    """Judge a scanned text with the server's clock, keys and the holder's current status.

    `as_at` is given for a scan that was uploaded late: the text and the colour are judged as
    they were then. `repeated` is asked about the pass id only when all else is in order.
    """
    gate = Gate(online=True)
    seconds = int((as_at or now).timestamp())
    checked = passes.check(passes.clean(text), keys=keys.public_list(), gate=gate, now=seconds)
    claims = checked.claims
    status = _holder(claims, now)
    if checked.reason or claims is None or status is None:
        reason = checked.reason or Reason.UNREADABLE
        return _verdict(reason.outcome, reason, claims, status)
    verdict = passes.conclude(
        checked,
        colour=_colour_at(status, as_at),
        rule_met=_rule_met(status, negative_within_hours, as_at or now),
        repeated=repeated(claims.pass_id),
    )
    return _verdict(verdict.outcome, verdict.reason, claims, status)


def _colour_at(status: CurrentStatus, as_at: datetime | None) -> Colour:
    """The colour now, or the one decided last before an instant."""
    if as_at is None or status.disputed:
        return status.colour
    history = ColourChange.objects.filter(citizen_id=status.citizen_id, decided_at__lte=as_at)
    last = history.order_by("-decided_at", "-id").first()
    return Colour(last.colour) if last else Colour.UNASSESSED


def _status(citizen_id: int, now: datetime) -> Any:
    """The stored row. `overtaken`: rules are spreading, and it was not decided by them;
    `disputed`: a replay could not derive it again."""
    disputes = Dispute.objects.filter(citizen_id=OuterRef("pk"), cleared_at__isnull=True)
    rows = HealthStatus.objects.annotate(
        overtaken=Exists(still_to_reach(now)), disputed=Exists(disputes)
    )
    status = rows.filter(pk=citizen_id).first()
    if status is None:
        raise UnknownCitizen
    return status


def _claims(citizen: Citizen, status: CurrentStatus, now: int) -> Claims:
    sampled = status.last_negative_at
    return Claims(
        kind=Kind.LIVE,
        iat=now,
        exp=now + passes.MAX_LIFE[Kind.LIVE],
        pass_id=keys.seal_live_id(citizen.pk),
        name=masked_name(citizen),
        colour=status.colour,
        hour=int(sampled.timestamp()) // HOUR if sampled else 0,
    )


def _holder(claims: Claims | None, now: datetime) -> CurrentStatus | None:
    """The current status of the holder of a live pass whose signature was found good."""
    if claims is None or claims.kind is not Kind.LIVE:
        return None
    return current_status(citizen_id=keys.open_live_id(claims.pass_id), now=now)


def _rule_met(status: CurrentStatus, hours: int | None, now: datetime) -> bool:
    if hours is None:
        return True
    sampled = status.last_negative_at
    if sampled is not None and sampled > now:
        sampled = last_negative_by(citizen_id=status.citizen_id, at=now)
    return sampled is not None and now - sampled <= timedelta(hours=hours)


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
    )
