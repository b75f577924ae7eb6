"""What the healthcode app refuses."""

from accounts.errors import DomainError


class UnknownSource(DomainError):
    """No active source has this name or token."""

    code = "unknown_source"
    message = "This source is not known."


class KindNotAllowed(DomainError):
    """The source may not hand in this kind."""

    code = "kind_not_allowed"
    message = "This source may not hand in this kind of evidence."


class EvidenceInvalid(DomainError):
    """An item whose kind, field, value or date cannot be accepted."""

    code = "evidence_invalid"
    message = "The item cannot be accepted."


class EvidenceConflict(DomainError):
    """The same source, reference and version with other content."""

    code = "conflict"
    message = "This version was handed in before with other content."


class NoActiveRules(DomainError):
    """No rule set is active for a region at an instant."""

    code = "no_active_rules"
    message = "No rule set is active for this region."


class AppealRefused(DomainError):
    """An appeal that cannot be filed: nothing to appeal against, or one is open."""

    code = "appeal_refused"
    message = "This appeal cannot be filed."


class SourceInvalid(DomainError):
    """A source whose name is taken or cannot be, or that may hand in nothing."""

    code = "source_invalid"
    message = "The source cannot be accepted."


class AreaInvalid(DomainError):
    """A listing of a region that does not exist, or that ends before it starts."""

    code = "area_invalid"
    message = "The listing cannot be accepted."


class RulesAlreadyActive(DomainError):
    """Rules are in force there: others are proposed, tried and approved."""

    code = "rules_already_active"
    message = "Rules are in force here. Others need a dry run, a proposal and a second person."


class NothingToRollBack(DomainError):
    """An activation that is not in force, leads back itself, or had no rules before it."""

    code = "nothing_to_roll_back"
    message = "This activation cannot be rolled back."


class DryRunInvalid(DomainError):
    """A dry run of no rules for people, of a region outside the scope, or of too few."""

    code = "dry_run_invalid"
    message = "This cannot be tried."


class ProposalInvalid(DomainError):
    """A proposal whose dry run is unfinished, too old, of another region or of other rules."""

    code = "proposal_invalid"
    message = "This cannot be proposed."


class TooManyWorse(DomainError):
    """More people would turn worse than the proposal allows."""

    code = "too_many_worse"
    message = "More people would turn worse than the limit allows."
