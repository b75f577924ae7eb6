"""What can be wrong with a key, with what it is asked to sign, or with a ceremony."""

from accounts.errors import DomainError


class NoActiveKey(DomainError):
    """No key may sign this kind of pass at this time."""

    code = "no_active_key"
    message = "No active signing key: run `manage.py keys new`."


class KeyFileUnsafe(DomainError):
    """A private key can be read by others, or does not belong to its public half."""

    code = "key_file_unsafe"
    message = "A signing key's file must be readable by its owner only, and match its kid."


class ClaimsRefused(DomainError):
    """The claims are not what this key may sign now."""

    code = "claims_refused"
    message = "The key may not sign these claims."


class CeremonyRefused(DomainError):
    """What was asked of the keys would break codes that people hold, or makes no sense."""

    code = "ceremony_refused"
    message = "This cannot be done to the key now."


class NothingPublished(DomainError):
    """There is no key list signed by the root yet."""

    code = "nothing_published"
    message = "No key list: run `manage.py keys publish --root FILE`."
