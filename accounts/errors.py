"""What the accounts app refuses, and the base of every refusal in the house."""

from typing import Any


class DomainError(Exception):
    """A refusal with a stable `code`, a sentence for people and details for machines.

    Details never hold a name, a document number, a phone number or a token.
    """

    code = "error"
    message = "The request was refused."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        """Keep the sentence (the class's own by default) and the details."""
        self.message = message or self.message
        self.details = details
        super().__init__(self.message)

    def as_dict(self) -> dict[str, Any]:
        """The one error shape."""
        return {"code": self.code, "message": str(self.message), "details": self.details}


class AlreadyDecided(DomainError):
    """Somebody decided this before."""

    code = "already_decided"
    message = "This was decided before."


class NotPermitted(DomainError):
    """This person may not do this, or not alone."""

    code = "not_permitted"
    message = "You may not do this."


class PurposeMissing(DomainError):
    """Nobody sees an identity without saying what for."""

    code = "purpose_missing"
    message = "State the purpose in at least five characters."


class UnknownCitizen(DomainError):
    """No citizen has this reference."""

    code = "unknown_citizen"
    message = "This citizen is not known."


class RegistrationRefused(DomainError):
    """This user already holds a code or waits for a desk."""

    code = "registration_refused"
    message = "This phone is registered already."


class InvalidName(DomainError):
    """A name of no letters, or of more than sixty."""

    code = "invalid_name"
    message = "The name is empty or too long."


class CodeOver(DomainError):
    """The sign-in code has expired, or was guessed at too often."""

    code = "code_over"
    message = "This code is no longer valid: ask for a new one."


class TooManyCodes(DomainError):
    """More codes were asked for than one phone or one address may have."""

    code = "too_many_codes"
    message = "Too many codes were asked for. Try again later."


class SmsNotSent(DomainError):
    """The SMS gateway did not take the message."""

    code = "sms_not_sent"
    message = "The text message could not be sent."


class WrongCode(DomainError):
    """Not the code that was sent."""

    code = "wrong_code"
    message = "This is not the code that was sent."


class OfficerInvalid(DomainError):
    """An officer's name is taken or cannot be, a role is unknown, or it is oneself."""

    code = "officer_invalid"
    message = "The officer cannot be accepted."
