"""Finding: the people a case met, and the people its close contacts met after that."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from healthcode.policy import CompiledRules
from tracing import queries
from tracing.models import Case, ContactGrade
from tracing.queries import Source
from tracing.services.trace.edges import (
    TOLD,
    Graded,
    grade_home,
    grade_meeting,
    kinds_worth_asking,
)
from tracing.windows import contacts_part, infectious_until

STRENGTH = {ContactGrade.CLOSE: 2, ContactGrade.SECONDARY: 1, ContactGrade.CASUAL: 0}


class Found(NamedTuple):
    """A contact: the strongest grade of all meetings, and when those of that grade were.

    `last_at` None: they go on.
    """

    citizen_id: int
    level: int
    grade: ContactGrade
    setting: str
    minutes: int | None
    first_at: datetime
    last_at: datetime | None
    meetings: tuple[Graded, ...]


def find_contacts(
    case: Case, rules: CompiledRules, *, now: datetime, distance_m: float | None = None
) -> dict[int, Found]:
    """The contacts of a confirmed case by citizen, from its stored window; writes nothing.

    `distance_m`: how far apart people in one place are, where that was measured.

    The second hop, if the rules have one, starts from each close contact's own first meeting
    with the case, of whatever grade (but not one that is only told), and ends with their
    isolation. Other cases make no difference: whoever is one may be a contact too, so that no
    case's fate changes another's.
    """
    second = contacts_part(rules).second_hop
    first_hop = list(_met_by_case(case, rules, now, distance_m))
    close = {found.citizen_id for found in first_hop if found.grade is ContactGrade.CLOSE}
    second_hop: list[Graded] = []
    if second is not None and close:
        sources = _close_contacts(case, first_hop, close)
        known = {case.citizen_id, *close}
        met = _met_by_contacts(sources, known, rules, second.minimum_minutes, now, distance_m)
        second_hop = [found for found in met if found.grade is ContactGrade.SECONDARY]
    return _by_person([*first_hop, *second_hop])


def _met_by_case(
    case: Case, rules: CompiledRules, now: datetime, distance_m: float | None
) -> Iterator[Graded]:
    contacts = contacts_part(rules)
    since, until = case.window_from, case.window_until
    if since is None or until is None:
        return
    met = queries.meetings(
        [Source(case.citizen_id, since, until)],
        least_minutes=contacts.minimum_minutes,
        window_hours=contacts.window_hours,
    )
    yield from (grade_meeting(meeting, rules, 1, distance_m) for meeting in met)
    # A home is shared until the case is isolated, whenever that was confirmed.
    at_home = infectious_until(
        onset_at=case.onset_at,
        sampled_at=case.sampled_at,
        isolated_at=case.isolated_at,
        rules=rules,
    )
    homes = queries.cohabitations([Source(case.citizen_id, since, at_home)], now=now)
    yield from (grade_home(home, rules, 1) for home in homes)


def _close_contacts(case: Case, first_hop: Iterable[Graded], close: set[int]) -> list[Source]:
    """Each close contact from their first meeting with the case until kept apart, or as far
    as the case is traced.
    """
    if case.traced_until is None:
        return []
    first: dict[int, datetime] = {}
    for found in first_hop:
        if found.citizen_id in close and found.setting != TOLD:
            since = first.get(found.citizen_id, found.first)
            first[found.citizen_id] = min(since, found.first)
    isolated = queries.isolations(close)
    sources = []
    for citizen_id, since in sorted(first.items()):
        apart = queries.apart_from(isolated.get(citizen_id, []), since)
        until = case.traced_until if apart is None else min(apart, case.traced_until)
        if since < until:
            sources.append(Source(citizen_id, since, until))
    return sources


def _met_by_contacts(
    sources: list[Source],
    known: set[int],
    rules: CompiledRules,
    minutes: int,
    now: datetime,
    distance_m: float | None,
) -> Iterator[Graded]:
    contacts = contacts_part(rules)
    least = max(contacts.minimum_minutes, minutes)
    met = queries.meetings(
        sources,
        least_minutes=least,
        window_hours=contacts.window_hours,
        known=known,
        kinds=kinds_worth_asking(rules, hop=2, minutes=least, distance_m=distance_m),
        casual=False,
    )
    yield from (grade_meeting(meeting, rules, 2, distance_m) for meeting in met)
    homes = queries.cohabitations(sources, now=now, known=known)
    yield from (grade_home(home, rules, 2) for home in homes)


def _by_person(meetings: Iterable[Graded]) -> dict[int, Found]:
    grouped: dict[int, list[Graded]] = defaultdict(list)
    for meeting in meetings:
        grouped[meeting.citizen_id].append(meeting)
    return {citizen_id: _strongest(found) for citizen_id, found in grouped.items()}


def _strongest(meetings: list[Graded]) -> Found:
    """Graded by the strongest meeting; the setting is that of the latest such meeting."""
    best = max((meeting.grade for meeting in meetings), key=STRENGTH.__getitem__)
    counted = [meeting for meeting in meetings if meeting.grade is best]
    lasts = [meeting.last for meeting in counted]
    latest = max(counted, key=_recency)
    return Found(
        citizen_id=latest.citizen_id,
        level=latest.level,
        grade=best,
        setting=latest.setting,
        minutes=max((m.minutes for m in counted if m.minutes is not None), default=None),
        first_at=min(meeting.first for meeting in counted),
        last_at=max([at for at in lasts if at is not None]) if None not in lasts else None,
        meetings=tuple(meetings),
    )


def _recency(meeting: Graded) -> tuple[bool, datetime, str, int]:
    """What still goes on is the latest; then by the last instant, then by name."""
    last = meeting.last
    return (last is None, last or meeting.first, meeting.setting, meeting.via_id)
