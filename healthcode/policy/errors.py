"""What the policy refuses."""

from accounts.errors import DomainError


class NoColourPart(DomainError):
    """The rule set only grades contacts."""

    code = "ruleset_without_colours"
    message = "This rule set has no colour part."


class NoContactsPart(DomainError):
    """The rule set only decides colours."""

    code = "ruleset_without_contacts"
    message = "This rule set has no contacts part."


class FactFileInvalid(DomainError):
    """A fact file that cannot be read; `details["problems"]` names each field."""

    code = "facts_invalid"
    message = "This fact file cannot be accepted."
