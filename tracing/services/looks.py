"""Looks at people's whereabouts, written into the ledger that each of them reads."""

from collections.abc import Collection
from datetime import datetime, timedelta

from accounts import audit
from accounts.models import AccessEvent, User

# A page, its picture and its next pages are one look.
ONE_LOOK = timedelta(minutes=10)


def note_looks(
    citizen_ids: Collection[int], *, by: User, purpose: str, what: str, now: datetime
) -> int:
    """Write down that an officer saw this of these people, once for one look; returns of how
    many it was new. Inside the caller's transaction.
    """
    actor = f"user:{by.username}"
    lately = AccessEvent.objects.filter(
        citizen_id__in=list(citizen_ids), actor=actor, what=what, at__gt=now - ONE_LOOK
    )
    new = set(citizen_ids) - set(lately.values_list("citizen_id", flat=True))
    for citizen_id in sorted(new):
        audit.record_access(actor=actor, citizen_id=citizen_id, purpose=purpose, what=what, now=now)
    return len(new)
