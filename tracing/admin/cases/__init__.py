"""Cases: a worklist, the facts, the contacts, and what an officer decides."""

from tracing.admin.cases.page import CaseAdmin

__all__ = ["CaseAdmin"]
