"""Who counts as a contact: the people the case met, and the people its close contacts met
after that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from healthcode.policy import CompiledRules
from tracing import queries
from tracing.models import Case, CaseState, ContactGrade
from tracing.queries import Source
from tracing.services.trace.asking import Search
from tracing.services.trace.edges import ORIGIN, TOLD, Graded
from tracing.services.trace.stated import joined
from tracing.windows import infected_from, infectious_until

STRENGTH = {ContactGrade.CLOSE: 2, ContactGrade.SECONDARY: 1, ContactGrade.CASUAL: 0}
#: Settings of casual contacts that say nothing of when somebody was exposed.
LEADS = frozenset({TOLD, ORIGIN})


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


class FoundAll(NamedTuple):
    """The contacts of a case by citizen, and how many more the rules' cap left out."""

    contacts: dict[int, Found]
    second_cut: int


def find_contacts(
    case: Case, rules: CompiledRules, *, now: datetime, distance_m: float | None = None
) -> FoundAll:
    """The contacts of a confirmed case, from its stored window; writes nothing.

    `distance_m`: how far apart people in one place are, where that was measured.

    The second hop, if the rules have one, starts from each close contact's own first meeting
    with the case, of whatever grade (but not one that is only told, nor one before the case
    was infectious), and ends with their isolation. Other cases make no difference: whoever is
    one may be a contact too, so that no case's fate changes another's.
    """
    search = Search(_infected(case), rules, now, distance_m)
    first_hop = joined([*_met_by_case(case, search), *_origins(case, search)])
    found = _by_person([*first_hop, *joined(_second_hop(case, search, first_hop))])
    second = search.contacts.second_hop
    return _capped(found, None if second is None else second.most)


def _infected(case: Case) -> frozenset[int]:
    """The person, under every document whose cases were merged into this one."""
    if case.pk is None:
        return frozenset({case.citizen_id})
    merged = Case.objects.filter(merged_into=case, state=CaseState.MERGED)
    return frozenset({case.citizen_id, *merged.values_list("citizen_id", flat=True)})


def _met_by_case(case: Case, search: Search) -> Iterator[Graded]:
    since, until = case.window_from, case.window_until
    if since is None or until is None:
        return
    yield from search.met_by_case(since, until)
    # A home is shared until the case is isolated, whenever that was confirmed.
    at_home = infectious_until(
        onset_at=case.onset_at,
        sampled_at=case.sampled_at,
        isolated_at=case.isolated_at,
        rules=search.rules,
    )
    yield from search.lived_with_case(since, at_home)


def _origins(case: Case, search: Search) -> Iterator[Graded]:
    """Who may have infected the case: near enough, before it was infectious itself."""
    since = infected_from(onset_at=case.onset_at, sampled_at=case.sampled_at, rules=search.rules)
    until = case.window_from
    if since is None or until is None or since >= until:
        return
    near = [*search.met_by_case(since, until), *search.lived_with_case(since, until)]
    for meeting in near:
        if meeting.grade is ContactGrade.CLOSE:
            yield meeting._replace(grade=ContactGrade.CASUAL, setting=ORIGIN)


def _second_hop(case: Case, search: Search, first_hop: Iterable[Graded]) -> list[Graded]:
    second = search.contacts.second_hop
    close = {found.citizen_id for found in first_hop if found.grade is ContactGrade.CLOSE}
    if second is None or not close:
        return []
    sources = _close_contacts(case, first_hop, close)
    met = search.met_by_contacts(sources, search.infected | close, second.minimum_minutes)
    return [found for found in met if found.grade is ContactGrade.SECONDARY]


def _close_contacts(case: Case, first_hop: Iterable[Graded], close: set[int]) -> list[Source]:
    """Each close contact from their first meeting with the case until kept apart, or as far
    as the case is traced.
    """
    if case.traced_until is None:
        return []
    first: dict[int, datetime] = {}
    for found in first_hop:
        if found.citizen_id in close and found.setting not in LEADS:
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


def _capped(found: dict[int, Found], most: int | None) -> FoundAll:
    """With no more contacts of contacts than the rules allow: homes, then the longest, first.

    Whoever is left out as such remains what the case itself made of them.
    """
    second = [one for one in found.values() if one.grade is ContactGrade.SECONDARY]
    if most is None or len(second) <= most:
        return FoundAll(found, 0)
    beyond = sorted(second, key=_length)[most:]
    for one in beyond:
        direct = [m for m in one.meetings if m.grade is not ContactGrade.SECONDARY]
        del found[one.citizen_id]
        if direct:
            found[one.citizen_id] = _strongest(direct)
    return FoundAll(found, len(beyond))


def _length(found: Found) -> tuple[bool, int, int]:
    counted = (one for one in found.meetings if one.grade is found.grade)
    at_home = any(one.setting == "household" for one in counted)
    return (not at_home, -(found.minutes or 0), found.citizen_id)
