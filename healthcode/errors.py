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


class ListsExhausted(DomainError):
    """Every number of a list of withdrawn passes is in use."""

    code = "lists_exhausted"
    message = "No list of withdrawn passes is free."


class NotThePhone(DomainError):
    """Another browser is the citizen's phone: only there do codes work without network."""

    code = "not_the_phone"
    message = "Codes that work without network go to another phone."


class LiveOnly(DomainError):
    """The status is decided again too soon for a pass that works without network."""

    code = "live_only"
    message = "A pass that works without network is not worth its while now."


class TooManyPasses(DomainError):
    """More passes than a phone can need in a day."""

    code = "too_many_passes"
    message = "Too many passes were asked for today."


class HolderInvalid(DomainError):
    """Not a point on P-256."""

    code = "holder_invalid"
    message = "This is not a phone's public key."


class SignerUnreachable(DomainError):
    """The signer does not answer, or not as one."""

    code = "signer_unreachable"
    message = "Nothing can be signed now."


class UnknownList(DomainError):
    """No list of withdrawn passes has this number."""

    code = "unknown_list"
    message = "There is no such list."
