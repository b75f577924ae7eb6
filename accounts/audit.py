"""The one writer of the audit and access ledgers."""

from datetime import datetime
from typing import Any

from accounts.models import AccessEvent, AuditEvent


def record(*, actor: str, action: str, target: str, now: datetime, **details: Any) -> None:
    """Write down a deed, inside the deed's own transaction.

    `actor` is "user:<username>", "source:<name>", "device:<id>" or "system:<what>"; `target`
    names the thing by kind and number. Details hold no identity and no token.
    """
    AuditEvent.objects.create(at=now, actor=actor, action=action, target=target, details=details)


def record_access(*, actor: str, citizen_id: int, purpose: str, what: str, now: datetime) -> None:
    """Write down that somebody saw a citizen's data; the citizen can read this."""
    AccessEvent.objects.create(
        at=now, actor=actor, citizen_id=citizen_id, purpose=purpose, what=what
    )
