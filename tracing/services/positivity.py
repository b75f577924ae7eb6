"""What each contact rule finds: how many people, how many of them were infected. Live.

A rule that keeps thousands at home and finds nobody can be retired. These are numbers only.
"""

from datetime import datetime, timedelta
from math import sqrt
from typing import NamedTuple

from django.conf import settings

from accounts.errors import NotPermitted
from accounts.models import User
from healthcode.errors import NoActiveRules
from healthcode.policy import CompiledRules
from healthcode.policy.ruleset import Phase
from healthcode.services import contact_rules
from tracing import sql
from tracing.models import ContactGrade
from tracing.queries import rows

PERIODS = (7, 14, 28)
# Where the rules ask for nothing, as of casual contacts: the longest incubation that any of the
# rule sets counts with.
WATCHED = 14
# Fewer people than this could be recognised; numbers from 1 up to it are shown to nobody who may
# not see the contacts themselves.
SMALLEST = 5
# Contacts looked at, the latest: enough for a rate to a hundredth of a percent.
MOST_CONTACTS = 50_000
COUNTS = ("people", "tested", "positive", "cases")
Z_95 = 1.959964


class Interval(NamedTuple):
    """A rate and between which it lies with 95% confidence, from 0 to 1."""

    rate: float
    low: float
    high: float


class Yield(NamedTuple):
    """What came of the people one rule found in one setting; None: fewer than may be told.

    `positive` are those with a single-tube PCR positive; `cases`: confirmed cases, ill or
    sampled after they were found to have met one. `interval` None: nobody was tested.
    """

    rule: str
    setting: str
    grade: ContactGrade
    people: int | None
    tested: int | None
    positive: int | None
    cases: int | None
    interval: Interval | None


class Yields(NamedTuple):
    """By rule and setting, the rule that found most first. `cut`: only the latest contacts."""

    rows: tuple[Yield, ...]
    cut: bool


def rule_yield(*, days: int, by: User, now: datetime) -> Yields:
    """What came of the contacts found in the last `days`; of so many, the latest.

    Samples count within the days that the rules in force in the city ask of the grade, from the
    first meeting on. Raises NotPermitted, or ValueError for other `days` than PERIODS.
    """
    if not by.has_perm("healthcode.view_ruleset"):
        raise NotPermitted
    if days not in PERIODS:
        raise ValueError(days)
    watched = days_watched(now=now)
    asked = {
        "since": now - timedelta(days=days),
        "now": now,
        "grades": list(watched),
        "days": list(watched.values()),
        "most": MOST_CONTACTS,
    }
    counted = rows(sql.RULE_YIELD, asked)
    found = [_yield(*row[:-1]) for row in counted]
    if not by.has_perm("tracing.view_contact"):
        found = [_discreet(one) for one in found]
    return Yields(tuple(found), any(row[-1] == MOST_CONTACTS for row in counted))


def wilson(positive: int, tested: int) -> Interval | None:
    """The 95% score interval of a proportion: right for few people and for none positive."""
    if not tested:
        return None
    rate, square = positive / tested, Z_95 * Z_95
    middle = rate + square / (2 * tested)
    spread = Z_95 * sqrt(rate * (1 - rate) / tested + square / (4 * tested * tested))
    low, high = ((middle + sign * spread) / (1 + square / tested) for sign in (-1, 1))
    return Interval(rate, min(max(low, 0.0), rate), max(min(high, 1.0), rate))


def days_watched(*, now: datetime) -> dict[str, int]:
    """How many days the city's rules ask of a contact, by grade."""
    try:
        rules = contact_rules(region=settings.HEALTHCODE_REGION, now=now).rules
    except NoActiveRules:
        return {grade.value: WATCHED for grade in ContactGrade}
    return {grade.value: _days(rules, grade) or WATCHED for grade in ContactGrade}


def _days(rules: CompiledRules, grade: ContactGrade) -> int:
    level = 2 if grade is ContactGrade.SECONDARY else 1
    details = {"level": level, "grade": grade.value, "setting": "zone", "case": ""}
    field, by_value = rules.table.get("exposure", ("", {}))
    named = by_value.get(str(details.get(field)), ())
    asked = [rule for rule in named if rule.matches(details)]
    return max((sum(map(_length, rule.rule.phases)) for rule in asked), default=0)


def _length(phase: Phase) -> int:
    return phase.days or -(-(phase.hours or 0) // 24)


def _yield(
    rule: str, setting: str, grade: str, people: int, tested: int, positive: int, cases: int
) -> Yield:
    interval = wilson(positive, tested)
    return Yield(rule, setting, ContactGrade(grade), people, tested, positive, cases, interval)


def _discreet(one: Yield) -> Yield:
    """Without small numbers, and without what they could be worked out from."""
    counts = one.people, one.tested, one.positive, one.cases
    people, tested, positive, cases = (
        None if 0 < n < SMALLEST else n for n in counts if n is not None
    )
    interval = one.interval if None not in (tested, positive) else None
    return one._replace(
        people=people, tested=tested, positive=positive, cases=cases, interval=interval
    )
