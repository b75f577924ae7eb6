"""What the deeds about statements share: their record."""

from datetime import datetime

from accounts import audit
from accounts.models import User
from tracing.models import Statement
from tracing.services.cases.deed import name_of


def record(action: str, statement: Statement, by: User, now: datetime) -> None:
    """Write the deed down, inside its transaction; never what was said."""
    audit.record(
        actor=name_of(by),
        action=f"statement.{action}",
        target=f"statement:{statement.pk}",
        now=now,
        case=statement.case_id,
    )
