"""What the policy answers: a colour, its reasons, what is owed, when to look again."""

from typing import NamedTuple

from healthcode.colours import Colour
from healthcode.policy.ruleset import Text


class Reason(NamedTuple):
    """A rule that holds for a piece of evidence; every instant in epoch seconds.

    `evidence`: id of the fact, None for an absence. `since`: the clock's instant. `until`:
    when it ends with facts unchanged, None when only a test or a case record ends it.
    `earliest`: the instant ahead before which it cannot end; None when no date stands in
    the way, or none is known.
    """

    colour: Colour
    rule: str
    evidence: int | None
    since: int
    until: int | None
    earliest: int | None
    text: Text
    release: Text


class Obligation(NamedTuple):
    """Something owed, shown beside the colour. `what`: test, report or a place to stay in.

    `by` None: no end is known. A test whose `by` has passed is overdue.
    """

    what: str
    rule: str
    evidence: int | None
    start: int
    by: int | None
    text: Text


class Decision(NamedTuple):
    """`review_at`: the least instant after now at which, facts unchanged, anything differs."""

    colour: Colour
    reasons: tuple[Reason, ...]
    obligations: tuple[Obligation, ...]
    review_at: int | None
