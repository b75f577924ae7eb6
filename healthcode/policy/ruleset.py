"""A rule set as data: frozen, in the words of its file, compiled before it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from healthcode.colours import Colour

PLACES = ("central_isolation", "home_isolation", "home_monitoring", "stay_in_area")
AS_ORDERED = "as_ordered"


class Text(NamedTuple):
    """One sentence in both languages."""

    zh_hans: str
    en: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What one field must hold. An unstated value matches only where `unknown` says so."""

    field: str
    any_of: tuple[Any, ...] = ()
    none_of: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None
    unknown: bool = False
    empty: bool | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A leg into a country from any other, save from the exempt ones.

    An exempt leg counts all the same when another leg left a third country within
    `third_country_days` local days before its arrival.
    """

    into: str
    exempt: tuple[str, ...] = ()
    third_country_days: int = 7


@dataclass(frozen=True, slots=True)
class Match:
    """The facts that a rule, a release or an absence speaks of: one kind and conditions."""

    kind: str
    conditions: tuple[Condition, ...] = ()
    left: bool | None = None
    outside_scope: bool = False
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Facts that end a rule: `count` of them, `gap_hours` apart, all within `within_hours`.

    They count by sample time: after the rule's clock, or from the fact's opening on.
    Existential and latched: once some `count` of them satisfied it, it stays satisfied.
    """

    match: Match
    from_opening: bool = False
    count: int = 1
    gap_hours: int = 0
    within_hours: int | None = None
    distinct: str | None = None
    consecutive_days: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseNeeds:
    """A phase outlasts its days until this release, sampled from `from_day` on, is there.

    It lapses at 24:00 of `lapses_day`; both are days of the rule's clock.
    """

    release: Release
    from_day: int
    lapses_day: int


@dataclass(frozen=True, slots=True)
class Absence:
    """No fact like this for so many days, for people who have had one."""

    match: Match
    days: int


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a rule: a colour (or none), a place, its length, what is owed in it.

    Without days and hours it lasts as long as the fact holds, or until it is released.
    """

    colour: Colour | None
    days: int | None = None
    hours: int | None = None
    place: str | None = None
    test_days: tuple[int, ...] = ()
    report_daily: bool = False
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Owed:
    """Something owed from the fact's start until the rule is released: a test or a report."""

    what: str
    text: Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a published text: the facts it speaks of and what follows from them."""

    id: str
    when: Match | None
    absent: Absence | None
    phases: tuple[Phase, ...]
    text: Text
    release: Text | None = None
    released_by: Release | None = None
    release_needs: ReleaseNeeds | None = None
    owes: Owed | None = None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class ContactRule:
    """Conditions on an edge and the grade that follows; the first that matches counts."""

    id: str
    conditions: tuple[Condition, ...]
    grade: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """A length of time: local days or elapsed hours."""

    days: int | None = None
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class SecondHop:
    """Contacts of contacts: from a close contact's first contact with the case on.

    `grounds` are the ids of the contact rules that count for them; shorter encounters than
    `minimum_minutes` can match none of those. `most`: how many one case may have; beyond it
    those who were together longest count. None: however many there are.
    """

    grounds: tuple[str, ...]
    minimum_minutes: int = 0
    most: int | None = None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Contacts:
    """How far tracing looks and how an encounter is graded.

    `lookforward` None: until the case is isolated. `minimum_minutes`: encounters shorter
    than this within `window_hours` are not looked at. No `second_hop`: none is made.
    `tail_minutes`: whoever is in a place so long after an infected person has left it still
    counts as having been there together. `backward`: how long before the onset or first
    positive sample the person may have been infected; whom they met from then until the
    look-back begins is listed as a possible origin and never handed down. None: not asked.
    """

    lookback_onset: Stretch
    lookback_sampling: Stretch
    lookforward: Stretch | None
    window_hours: int
    minimum_minutes: int
    second_hop: SecondHop | None
    rules: tuple[ContactRule, ...]
    tail_minutes: int = 0
    backward: Stretch | None = None


class Validity(NamedTuple):
    """Which set holds where, from one instant until before another; None: until further notice."""

    id: str
    scope: str
    valid_from: int
    valid_to: int | None

    def overlaps(self, other: "Validity") -> bool:
        """Whether another set, not an older text of this one, holds here at the same time."""
        if self.id == other.id or self.scope != other.scope:
            return False
        ends = (self.valid_to, other.valid_to)
        starts = (other.valid_from, self.valid_from)
        return all(end is None or start < end for end, start in zip(ends, starts, strict=True))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A dated, scoped set of rules. `digest` names its content, whatever file holds it."""

    id: str
    title: Text
    scope: str
    valid_from: int
    valid_to: int | None
    calendar: str
    lookahead_days: int
    sources: tuple[str, ...]
    not_encoded: tuple[tuple[str, str], ...]
    obligations: Mapping[str, Text] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    contacts: Contacts | None = None
    digest: str = ""

    @property
    def validity(self) -> Validity:
        """Where and when it holds."""
        return Validity(self.id, self.scope, self.valid_from, self.valid_to)
