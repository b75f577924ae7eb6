"""What people say in interviews: written down by one officer, approved by another."""

from tracing.services.statements.decide import approve_statement, withdraw_statement
from tracing.services.statements.enter import Meeting, enter_statement

__all__ = ["Meeting", "approve_statement", "enter_statement", "withdraw_statement"]
