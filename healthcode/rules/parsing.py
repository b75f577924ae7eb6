"""The colour part of a rule file: rules, phases, releases."""

from typing import Any

from healthcode.colours import Colour
from healthcode.policy.clocks import clock_of
from healthcode.policy.ruleset import (
    AS_ORDERED,
    PLACES,
    Absence,
    Match,
    Owed,
    Phase,
    Release,
    ReleaseNeeds,
    Rule,
    Text,
)
from healthcode.rules.conditions import kind_match, read_match
from healthcode.rules.sections import Section

_COLOURS = {"red": Colour.RED, "yellow": Colour.YELLOW, "none": None}
_COUNTING = ("count", "gap_hours", "within_hours", "distinct", "consecutive_days")
_RELEASING = ("test", "health_report")
RULE_FIELDS = (
    "id",
    "when",
    "absent",
    "clock",
    "phases",
    "released_by",
    "release_needs",
    "owes",
    "text",
    "release",
    "verified",
    "note",
)
PHASE_FIELDS = (
    "colour",
    "days",
    "hours",
    "place",
    "test_days",
    "report",
    "verified",
    "note",
)


def read_rule(section: Section) -> Rule:
    """Read one rule; faults are noted in the document."""
    when = read_match(section, "when") if section.has("when") else None
    absent = _absence(section) if section.has("absent") else None
    if section.has("when") == section.has("absent"):
        section.fault("", "A rule has either `when` or `absent`.")
    _check_clock(section, when)
    return Rule(
        id=section.string("id"),
        when=when,
        absent=absent,
        phases=tuple(_phase(inner) for inner in section.sections("phases", PHASE_FIELDS)),
        text=section.text("text"),
        release=_maybe_text(section, "release"),
        released_by=_released_by(section) if section.has("released_by") else None,
        release_needs=_release_needs(section) if section.has("release_needs") else None,
        owes=_owed(section) if section.has("owes") else None,
        verified=section.flag("verified", default=True),
    )


def _check_clock(section: Section, when: Match | None) -> None:
    """The clock follows from the kind; a file may say it, for its readers."""
    if section.has("clock") and when is not None and section.raw("clock") != clock_of(when):
        section.fault("clock", f"The clock of this kind is {clock_of(when)}.")


def _maybe_text(section: Section, name: str) -> Text | None:
    return section.text(name) if section.has(name) else None


def _absence(section: Section) -> Absence | None:
    inner = section.section("absent", (*_RELEASING, "days"))
    match = kind_match(inner, _RELEASING)
    days = inner.integer("days", 1, 366)
    return Absence(match, days) if match else None


def _phase(section: Section) -> Phase:
    return Phase(
        colour=_COLOURS[section.word("colour", tuple(_COLOURS))],
        days=section.maybe_integer("days", 1, 366),
        hours=section.maybe_integer("hours", 1, 24 * 366),
        place=_place(section),
        test_days=_days(section),
        report_daily=section.has("report") and section.word("report", ("daily",)) == "daily",
        verified=section.flag("verified", default=True),
    )


def _place(section: Section) -> str | None:
    return section.word("place", (*PLACES, AS_ORDERED)) if section.has("place") else None


def _days(section: Section) -> tuple[int, ...]:
    days = section.items("test_days")
    longest = section.raw("days")
    longest = longest if isinstance(longest, int) else 0
    if any(not isinstance(day, int) or not 1 <= day <= longest for day in days):
        section.fault("test_days", "Test days are day numbers inside the phase's own days.")
        return ()
    return tuple(sorted(set(days)))


def _released_by(section: Section) -> Release | None:
    inner = section.section("released_by", (*_RELEASING, *_COUNTING, "sampled", "verified", "note"))
    from_opening = inner.word("sampled", ("after", "from_opening"), "after") == "from_opening"
    return _release(inner, from_opening=from_opening)


def _release_needs(section: Section) -> ReleaseNeeds | None:
    inner = section.section(
        "release_needs",
        (*_RELEASING, *_COUNTING, "from_day", "lapses_day", "verified", "note"),
    )
    release = _release(inner, from_opening=True)
    from_day = inner.integer("from_day", 1, 366)
    lapses_day = inner.integer("lapses_day", 1, 366)
    return ReleaseNeeds(release, from_day, lapses_day) if release else None


def _release(section: Section, *, from_opening: bool) -> Release | None:
    match = kind_match(section, _RELEASING)
    count = section.integer("count", 1, 9, 1)
    gap = section.integer("gap_hours", 0, 24 * 60, 0)
    within = section.maybe_integer("within_hours", 0, 24 * 60)
    if within is not None and within < gap * (count - 1):
        section.fault("within_hours", "Impossible: the gaps do not fit into this window.")
    if count == 1 and (gap or within is not None or section.has("distinct")):
        section.fault("count", "A gap, a window or `distinct` needs a count of two or more.")
    if match is None:
        return None
    days = _consecutive(section, match)
    return Release(match, from_opening, count, gap, within, _distinct(section), days)


def _distinct(section: Section) -> str | None:
    return section.word("distinct", ("lab",)) if section.has("distinct") else None


def _consecutive(section: Section, match: Match) -> int | None:
    days = section.maybe_integer("consecutive_days", 1, 60)
    if days is not None and match.kind != "health_report":
        section.fault("consecutive_days", "Only health reports are counted in days in a row.")
    return days


def _owed(section: Section) -> Owed:
    inner = section.section("owes", ("what", "text"))
    return Owed(inner.word("what", ("test", "report")), inner.text("text"))


def read_obligations(section: Section) -> dict[str, Text]:
    """The sentences for what a phase owes: `test`, `report` and the places."""
    names = ("test", "report", *PLACES)
    inner = section.section("obligations", names)
    stated: dict[str, Any] = {name: inner.text(name) for name in names if inner.has(name)}
    return stated
