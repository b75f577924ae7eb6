"""What a trace would find, counted before anybody is told: it is only looked at."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, zip_longest
from typing import NamedTuple

from django.conf import settings

from accounts.errors import NotPermitted
from accounts.models import Citizen, User
from healthcode.services import contact_rules
from tracing.errors import UnknownBrake
from tracing.models import Case, CaseState, Contact, ContactGrade, TraceBrake
from tracing.services.cases.decide import as_confirmed
from tracing.services.cases.deed import name_of, need_right, record
from tracing.services.cases.merge import spanning
from tracing.services.trace.brake import passes, reach
from tracing.services.trace.find import Found, FoundAll, find_contacts
from tracing.windows import Window

SAMPLE = 12
IN_ORDER = (ContactGrade.CLOSE, ContactGrade.SECONDARY, ContactGrade.CASUAL)


class Group(NamedTuple):
    """How many people of one level and grade live in one district."""

    level: int
    grade: ContactGrade
    district: str
    people: int


class Example(NamedTuple):
    """One of those a trace would find; `minutes` None: not counted, `last_at` None: goes on."""

    ref: str
    level: int
    grade: ContactGrade
    setting: str
    minutes: int | None
    first_at: datetime
    last_at: datetime | None


class Preview(NamedTuple):
    """Whom a trace would find. `reached`: those who would be told, which casual contacts are
    not; `shared`: who is a contact of another confirmed case already; `second_cut`: left out
    by the rules' cap; `held`: the brake would be pulled.
    """

    window: Window
    people: int
    reached: int
    shared: int
    second_cut: int
    limit: int
    held: bool
    groups: tuple[Group, ...]
    sample: tuple[Example, ...]


def preview_case(
    *,
    case_id: int,
    onset_at: datetime | None,
    isolated_at: datetime | None,
    by: User,
    now: datetime,
) -> Preview:
    """What confirming a suspected case with these dates would find; nothing but the look itself
    is written down.

    Trips that are not boarded yet are not seen. Raises NotPermitted, UnknownCase,
    AlreadyDecided, CaseInvalid or NoActiveRules, as the confirmation would.
    """
    need_right(by)
    case, in_force = as_confirmed(
        case_id=case_id, onset_at=onset_at, isolated_at=isolated_at, now=now
    )
    preview = _preview(case, find_contacts(case, in_force.rules, now=now))
    record("previewed", case, name_of(by), now, reached=preview.reached)
    return preview


def preview_brake(*, brake_id: int, by: User, now: datetime) -> Preview:
    """What a trace that is held back finds by now; writes nothing.

    Raises NotPermitted, UnknownBrake or NoActiveRules.
    """
    if not by.has_perm("tracing.view_tracebrake"):
        raise NotPermitted
    brake = TraceBrake.objects.filter(pk=brake_id).select_related("case").first()
    if brake is None or brake.case.window_from is None:
        raise UnknownBrake
    case = spanning(brake.case)
    in_force = contact_rules(region=case.district, now=case.decided_at or now)
    return _preview(case, find_contacts(case, in_force.rules, now=now))


def _preview(case: Case, all_found: FoundAll) -> Preview:
    found = all_found.contacts
    reached = reach(found.values())
    return Preview(
        window=Window._make((case.window_from, case.window_until, case.traced_until)),
        people=len(found),
        reached=reached,
        shared=_shared(case, found),
        second_cut=all_found.second_cut,
        limit=settings.TRACE_BRAKE_LIMIT,
        held=not passes(case, reached),
        groups=tuple(_groups(found)),
        sample=tuple(_examples(found.values())),
    )


def _shared(case: Case, citizens: Iterable[int]) -> int:
    others = Contact.objects.filter(citizen_id__in=list(citizens)).exclude(case=case.pk)
    confirmed = others.filter(case__state=CaseState.CONFIRMED)
    return confirmed.values("citizen_id").distinct().count()


def _groups(found: dict[int, Found]) -> Iterator[Group]:
    """By level and grade, the strongest first, and the fullest district first."""
    rows = Citizen.objects.filter(pk__in=list(found)).values_list("pk", "district")
    counts = Counter(
        (found[citizen_id].level, found[citizen_id].grade, district)
        for citizen_id, district in rows
    )
    ordered = sorted(
        counts.items(), key=lambda item: (IN_ORDER.index(item[0][1]), -item[1], item[0][2])
    )
    return (Group(*key, people) for key, people in ordered)


def _examples(found: Iterable[Found]) -> Iterator[Example]:
    """The longest of each grade in turn: the strongest and the most doubtful edges."""
    longest = sorted(found, key=_longest_first)
    by_grade = [[one for one in longest if one.grade is grade][:SAMPLE] for grade in IN_ORDER]
    in_turn = (one for rank in zip_longest(*by_grade) for one in rank if one is not None)
    chosen = sorted(islice(in_turn, SAMPLE), key=lambda one: IN_ORDER.index(one.grade))
    refs = dict(
        Citizen.objects.filter(pk__in=[one.citizen_id for one in chosen]).values_list("pk", "ref")
    )
    for one in chosen:
        yield Example(
            refs[one.citizen_id],
            one.level,
            one.grade,
            one.setting,
            one.minutes,
            one.first_at,
            one.last_at,
        )


def _longest_first(found: Found) -> tuple[bool, int, int]:
    """What is not counted in minutes, a home, is the longest."""
    return (found.minutes is not None, -(found.minutes or 0), found.citizen_id)
