"""A citizen's status as it may be shown and trusted now."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from accounts.errors import UnknownCitizen
from healthcode import sql
from healthcode.colours import Colour
from healthcode.models import ColourChange
from healthcode.services.recolour import last_negative_by, recolour


class CurrentStatus(NamedTuple):
    """A citizen's decision as it may be shown: unassessed, without reasons, while disputed.

    `review_at` is when it will be decided again, if that is known.
    """

    citizen_id: int
    colour: Colour
    decision: dict[str, Any]
    rules: str
    decided_at: datetime | None
    review_at: datetime | None
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
        review_at=status.due_at,
        last_test_at=status.last_test_at,
        last_negative_at=status.last_negative_at,
        disputed=status.disputed,
    )


def colour_at(status: CurrentStatus, as_at: datetime | None) -> Colour:
    """The colour now, or the one decided last before an instant."""
    if as_at is None or status.disputed:
        return status.colour
    history = ColourChange.objects.filter(citizen_id=status.citizen_id, decided_at__lte=as_at)
    last = history.order_by("-decided_at", "-id").first()
    return Colour(last.colour) if last else Colour.UNASSESSED


def tested_within(status: CurrentStatus, hours: int | None, now: datetime) -> bool:
    """Whether a negative sample is as fresh as a venue asks (in hours); None: it does not ask."""
    if hours is None:
        return True
    sampled = status.last_negative_at
    if sampled is not None and sampled > now:
        sampled = last_negative_by(citizen_id=status.citizen_id, at=now)
    return sampled is not None and now - sampled <= timedelta(hours=hours)


def _status(citizen_id: int, now: datetime) -> sql.StatusNow:
    status = sql.status_now(citizen_id, now)
    if status is None:
        raise UnknownCitizen
    return status
