"""When a case was infectious, how long people stay, and stretches of time cut to size.

Pure: instants and rules come in, instants go out. Every stretch is half-open: it holds its
first instant and not its last.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from healthcode.policy import CompiledRules
from healthcode.policy.errors import NoContactsPart
from healthcode.policy.instants import HOUR, Calendar
from healthcode.policy.ruleset import Contacts, Stretch

# No row of a visit is longer; what lasts longer is several rows that touch.
LONGEST_ROW = timedelta(hours=24)
# Rows aboard are numbered from 1; this one stands for those who serve all of them.
CREW_ROW = 0


class Span(NamedTuple):
    """A stretch of time that holds `first` and ends before `last`."""

    first: datetime
    last: datetime


class Window(NamedTuple):
    """What a trace looks at.

    The case meets people on [since, until); the contacts of a close contact are sought until
    `traced_until`. All three are stored with the case, so that every later run asks the same.
    """

    since: datetime
    until: datetime
    traced_until: datetime


class Stay(NamedTuple):
    """The stay taken of somebody who does not scan out, and the longest one row may hold."""

    assumed: timedelta
    longest: timedelta


def infectious_window(
    *,
    onset_at: datetime | None,
    sampled_at: datetime,
    isolated_at: datetime | None,
    confirmed_at: datetime,
    rules: CompiledRules,
) -> Window:
    """The window of a case that is confirmed at `confirmed_at`, or NoContactsPart.

    It begins the rule set's look-back before the onset of symptoms, or before the first
    positive sample of somebody without symptoms; somebody who was sampled before falling ill
    was infected by then, so the earlier of the two counts. It ends with the isolation, the
    confirmation or the look-forward, whichever comes first; never before it begins.
    """
    since = _look_back(onset_at, sampled_at, rules)
    ends = infectious_until(
        onset_at=onset_at, sampled_at=sampled_at, isolated_at=isolated_at, rules=rules
    )
    until = confirmed_at if ends is None else min(ends, confirmed_at)
    return Window(since, max(since, until), max(since, confirmed_at))


def infectious_until(
    *,
    onset_at: datetime | None,
    sampled_at: datetime,
    isolated_at: datetime | None,
    rules: CompiledRules,
) -> datetime | None:
    """When a case stopped meeting people: isolated, or past the look-forward; None: it goes on."""
    ends = [isolated_at] if isolated_at else []
    lookforward = contacts_part(rules).lookforward
    if lookforward is not None:
        ends.append(_after(_clock(onset_at, sampled_at), lookforward, rules.calendar))
    return min(ends, default=None)


def infected_from(
    *, onset_at: datetime | None, sampled_at: datetime, rules: CompiledRules
) -> datetime | None:
    """From when on a case may have been infected; None: the rules do not ask.

    Counted back from the same instant as the look-back.
    """
    backward = contacts_part(rules).backward
    if backward is None:
        return None
    return _before(_clock(onset_at, sampled_at), backward, rules.calendar)


def contacts_part(rules: CompiledRules) -> Contacts:
    """The part of a rule set that is about contacts, or NoContactsPart."""
    if rules.ruleset.contacts is None:
        raise NoContactsPart(ruleset=rules.id)
    return rules.ruleset.contacts


def at_instant(instant: int) -> datetime:
    """The datetime of an epoch second, as the policy counts them."""
    return datetime.fromtimestamp(instant, UTC)


def clip(span: Span, to: Span) -> Span | None:
    """The part of a stretch inside another; None if they do not overlap."""
    first, last = max(span.first, to.first), min(span.last, to.last)
    return Span(first, last) if first < last else None


def union(spans: Iterable[Span]) -> list[Span]:
    """The stretches that hold every instant of these once; what touches is one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.first <= joined[-1].last:
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        elif span.first < span.last:
            joined.append(span)
    return joined


def rows_of(stay: Span) -> Iterator[Span]:
    """A stay as rows of at most 24 hours, each touching the next."""
    first = stay.first
    while first < stay.last:
        last = min(first + LONGEST_ROW, stay.last)
        yield Span(first, last)
        first = last


def stay_in_zone(venue_kind: str, zone_kind: str) -> Stay:
    """How long people stay in a zone, by its venue's kind; nobody stays in an entrance."""
    stay = VENUE_STAYS[venue_kind]
    if zone_kind == "entrance":
        return Stay(min(PASSING, stay.assumed), stay.longest)
    if zone_kind == "dining":
        return Stay(min(VENUE_STAYS["restaurant"].assumed, stay.assumed), stay.longest)
    return stay


def stay_aboard(vehicle: str) -> Stay:
    """How long people stay aboard: a metro ride is assumed, any other trip has its own end."""
    return METRO_STAY if vehicle == "metro" else TRIP_STAY


def _look_back(onset_at: datetime | None, sampled_at: datetime, rules: CompiledRules) -> datetime:
    contacts = contacts_part(rules)
    clock = _clock(onset_at, sampled_at)
    by_onset = clock == onset_at
    stretch = contacts.lookback_onset if by_onset else contacts.lookback_sampling
    return _before(clock, stretch, rules.calendar)


def _clock(onset_at: datetime | None, sampled_at: datetime) -> datetime:
    """The onset, or the first positive sample where that is earlier or all there is."""
    return sampled_at if onset_at is None else min(onset_at, sampled_at)


def _before(clock: datetime, stretch: Stretch, calendar: Calendar) -> datetime:
    """Days are local days: two days before an onset begin at 0:00 of the second day before it.

    People name the day they fell ill, not the hour. Hours are elapsed time.
    """
    instant = int(clock.timestamp())
    if stretch.days is not None:
        return at_instant(calendar.midnight(calendar.day_of(instant) - stretch.days))
    return at_instant(instant - (stretch.hours or 0) * HOUR)


def _after(clock: datetime, stretch: Stretch, calendar: Calendar) -> datetime:
    instant = int(clock.timestamp())
    if stretch.days is not None:
        return at_instant(calendar.end_of_day(instant, stretch.days))
    return at_instant(instant + (stretch.hours or 0) * HOUR)


def _stay(assumed: float, longest: float) -> Stay:
    return Stay(timedelta(hours=assumed), timedelta(hours=longest))


# Hours: assumed, longest. Estimates of this project, changed per place by its operator. The
# assumed stay is a visitor's; the longest one is a shift of those who work there, since both
# scan at the same gate.
VENUE_STAYS: Mapping[str, Stay] = {
    "restaurant": _stay(1, 12),  # a meal
    "shop": _stay(0.5, 12),  # one errand
    "market": _stay(0.5, 12),  # the day's vegetables
    "mall": _stay(2, 12),  # several shops under one roof
    "office": _stay(9, 16),  # a working day; the longest is a day with much overtime
    "factory": _stay(9, 16),  # a shift; the longest is two shifts in a row
    "school": _stay(9, 16),  # lessons and meals; the longest adds evening classes
    "hospital": _stay(3, 24),  # a consultation; the longest is a day in bed or a night watch
    "leisure": _stay(2, 12),  # a film or an evening; some are open all night
    "metro": _stay(0.25, 3),  # through a station; tickets lapse within hours
    "station": _stay(1.5, 12),  # waiting for a train or a flight, at most through a night
    "other": _stay(1, 12),
}
PASSING = timedelta(minutes=5)
METRO_STAY = _stay(0.5, 3)  # a ride; nobody rides longer on one ticket
TRIP_STAY = Stay(LONGEST_ROW, LONGEST_ROW)
