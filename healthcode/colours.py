"""The words of a judgement: colour, outcome and reason."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class Colour(IntEnum):
    """The colour of a person's code, numbered as inside a pass.

    Green < yellow < red is the order of severity. Unassessed stands outside it: it is
    drawn grey, and any assessed colour counts for more than it.
    """

    UNASSESSED = 0
    GREEN = 1
    YELLOW = 2
    RED = 3

    @property
    def word(self) -> str:
        """The colour's name in files and answers, for example `yellow`."""
        return self.name.lower()


def worst(colours: Iterable[Colour]) -> Colour:
    """Return the most severe colour, or unassessed when none is assessed."""
    return max(colours, default=Colour.UNASSESSED)


class Outcome(StrEnum):
    """What a gate shows: go, look closer, do not go, or cannot decide."""

    PASS = "PASS"  # noqa: S105  not a password
    CHECK = "CHECK"
    STOP = "STOP"
    GREY = "GREY"


class Reason(StrEnum):
    """Why a verdict is what it is, in the order in which the verifier looks.

    Two reasons stand at two steps, listed here at the first: BAD_SIGNATURE is the
    issuer's, then the holder's; CLOCK is the gate's own clock, then the presentation's.
    """

    FOREIGN = "FOREIGN"
    UPDATE = "UPDATE"
    UNREADABLE = "UNREADABLE"
    UNKNOWN_ISSUER = "UNKNOWN_ISSUER"
    KEY_KILLED = "KEY_KILLED"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    BAD_CLAIMS = "BAD_CLAIMS"
    SPECIMEN = "SPECIMEN"
    NOT_BOUND = "NOT_BOUND"
    CLOCK = "CLOCK"
    STALE_KEYS = "STALE_KEYS"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    STALE_LIST = "STALE_LIST"
    WITHDRAWN = "WITHDRAWN"
    ASK_SERVER = "ASK_SERVER"
    UNASSESSED = "UNASSESSED"
    RED = "RED"
    YELLOW = "YELLOW"
    RULE = "RULE"
    REPEATED = "REPEATED"
    GREEN = "GREEN"

    @property
    def outcome(self) -> Outcome:
        """The outcome this reason leads to: grey unless a colour could be judged."""
        return _OUTCOMES.get(self, Outcome.GREY)


_OUTCOMES = {
    Reason.RED: Outcome.STOP,
    Reason.YELLOW: Outcome.CHECK,
    Reason.RULE: Outcome.CHECK,
    Reason.REPEATED: Outcome.CHECK,
    Reason.GREEN: Outcome.PASS,
}
