"""What loading a rule set refuses."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from accounts.errors import DomainError


class Fault(NamedTuple):
    """One thing wrong in a file: where (file, line, rule, field) and what."""

    file: str
    line: int
    rule: str
    field: str
    problem: str

    def __str__(self) -> str:
        """One line that an official can act on."""
        rule = f" rule {self.rule}:" if self.rule else ""
        field = f" {self.field}:" if self.field else ""
        return f"{self.file}, line {self.line}:{rule}{field} {self.problem}"


class RuleSetInvalid(DomainError):
    """A rule file that cannot be accepted; `details["problems"]` holds every fault found."""

    code = "ruleset_invalid"
    message = "This rule set cannot be accepted."

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep all faults; the sentence names the first ones."""
        problems: list[dict[str, Any]] = [fault._asdict() for fault in faults]
        super().__init__("; ".join(str(fault) for fault in faults[:5]), problems=problems)


class UnknownRuleSet(DomainError):
    """No rule set that comes with the service has this name."""

    code = "unknown_ruleset"
    message = "No rule set has this name."
