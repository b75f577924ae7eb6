"""The verifier's only error: it carries the reason, and never leaves this package."""

from healthcode.colours import Reason


class Refused(Exception):
    """The text cannot be judged; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason.value)


def need(condition: bool, reason: Reason) -> None:
    """Raise Refused with the reason unless the condition holds."""
    if not condition:
        raise Refused(reason)
