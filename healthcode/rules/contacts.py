"""The contacts part of a rule file: how far tracing looks and how encounters are graded."""

from collections.abc import Iterable

from healthcode.policy.grading import EDGE_FIELDS
from healthcode.policy.ruleset import Condition, ContactRule, Contacts, SecondHop, Stretch
from healthcode.rules.conditions import read_condition
from healthcode.rules.sections import Section

FIELDS = (
    "lookback",
    "lookforward",
    "window_hours",
    "minimum_minutes",
    "tail_minutes",
    "backward",
    "second_hop",
    "rules",
    "verified",
    "note",
)


def read_contacts(parent: Section) -> Contacts:
    """Read the part; faults are noted in the document."""
    section = parent.section("contacts", FIELDS)
    lookback = section.section("lookback", ("onset", "sampling"))
    fields = ("id", "when", "grade", "verified", "note")
    rules = tuple(_rule(inner) for inner in section.sections("rules", fields))
    contacts = Contacts(
        lookback_onset=_stretch(lookback, "onset"),
        lookback_sampling=_stretch(lookback, "sampling"),
        lookforward=_lookforward(section),
        window_hours=section.integer("window_hours", 1, 24 * 30),
        minimum_minutes=section.integer("minimum_minutes", 0, 24 * 60),
        second_hop=_second_hop(section) if section.has("second_hop") else None,
        rules=rules,
        tail_minutes=section.integer("tail_minutes", 0, 240, 0),
        backward=_stretch(section, "backward") if section.has("backward") else None,
    )
    _check(section, contacts)
    return contacts


def _stretch(parent: Section, name: str) -> Stretch:
    section = parent.section(name, ("days", "hours"))
    stretch = Stretch(section.maybe_integer("days", 0, 60), section.maybe_integer("hours", 0, 1440))
    if (stretch.days is None) == (stretch.hours is None):
        section.fault("", "A length in `days` or in `hours` belongs here.")
    return stretch


def _lookforward(section: Section) -> Stretch | None:
    if section.raw("lookforward") == "until_isolated":
        return None
    return _stretch(section, "lookforward")


def _second_hop(parent: Section) -> SecondHop:
    fields = ("grounds", "minimum_minutes", "most", "verified", "note")
    section = parent.section("second_hop", fields)
    return SecondHop(
        grounds=tuple(str(name) for name in section.items("grounds")),
        minimum_minutes=section.integer("minimum_minutes", 0, 24 * 60, 0),
        most=section.maybe_integer("most", 1, 1_000_000),
        verified=section.flag("verified", default=True),
    )


def _rule(section: Section) -> ContactRule:
    inner = section.section("when", tuple(EDGE_FIELDS))
    conditions = [
        condition
        for name in inner.data
        if name in EDGE_FIELDS and (condition := read_condition(inner, name, EDGE_FIELDS[name]))
    ]
    if not conditions:
        section.fault("when", "A contact rule needs at least one condition.")
    for condition in conditions:
        if condition.unknown:
            inner.fault(condition.field, "What was not measured matches no contact rule.")
        if condition.field == "distance_m" and not _is_near(condition):
            inner.fault("distance_m", "Only an upper bound: in close quarters unknown means near.")
    return ContactRule(
        id=section.string("id"),
        conditions=tuple(conditions),
        grade=section.word("grade", ("close", "casual")),
        verified=section.flag("verified", default=True),
    )


def _is_near(condition: Condition) -> bool:
    """Whether a condition on a distance is an upper bound and no more."""
    bounded = condition.most is not None or condition.below is not None
    return bounded and condition.least is None and condition.above is None


def _check(section: Section, contacts: Contacts) -> None:
    known = {rule.id: rule for rule in contacts.rules}
    if len(known) != len(contacts.rules):
        section.fault("rules", "Two contact rules have the same id.")
    _not_cut_off(section, contacts.minimum_minutes, known.values())
    if (second := contacts.second_hop) is None:
        return
    for name in second.grounds:
        if name not in known or known[name].grade != "close":
            section.fault("second_hop", f"{name} is no contact rule that grades close.")
    grounds = [known[name] for name in second.grounds if name in known]
    _not_cut_off(section, second.minimum_minutes, grounds)
    if not second.grounds:
        section.fault("second_hop", "Nothing can match: no grounds are named.")


def _not_cut_off(section: Section, minimum: int, rules: Iterable[ContactRule]) -> None:
    """A shortest encounter must not hide one that a rule would grade close."""
    for rule in rules:
        if rule.grade == "close" and minimum > _shortest(rule):
            section.fault("minimum_minutes", f"Encounters that {rule.id} grades would be missed.")


def _shortest(rule: ContactRule) -> float:
    """The shortest encounter in minutes that a rule grades; households have no minutes."""
    if any(c.field == "setting" and c.any_of == ("household",) for c in rule.conditions):
        return float("inf")
    limits = [c.least or c.above or 0 for c in rule.conditions if c.field == "minutes"]
    return max((1, *limits))
