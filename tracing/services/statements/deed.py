"""What the deeds about statements share: their record."""

from datetime import datetime

from accounts import audit
from accounts.models import User
from tracing.models import Statement


def record(action: str, statement: Statement, by: User, now: datetime) -> None:
    """Write the deed down, inside its transaction; never what was said."""
    audit.record(
        actor=f"user:{by.username}",
        action=f"statement.{action}",
        target=f"statement:{statement.pk}",
        now=now,
        case=statement.case_id,
    )
