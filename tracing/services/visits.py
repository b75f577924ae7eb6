"""Stays of citizens in places: begun and ended at gates, told and corrected by the person.

A person is at one gate at a time: a gate's entry ends whatever stay is running, wherever it is,
and a stay entered late ends where the next one begins. What gates saw follows from gates alone:
a stay that is only told never ends, shortens or bounds one that a gate saw, for a photograph of
a poster can be scanned from anywhere. It ends with the next arrival, seen or told, so no two
told stays are running; but it may overlap what a gate saw elsewhere. In one place no stays
overlap: whoever tells of a place that a gate has seen them enter tells nothing new. Stays on a
trip are the carrier's word and are left alone. Stays that approved statements add are drawn anew
around whatever changes in their place (see `stated_stays`).

So the stays that follow from a set of entries and exits do not depend on the order in which
gates' scans arrive (arrivals within three minutes of each other aside). One exception, for told
stays only: what is told of a place while a gate's stay there is taken to run is not kept, and
so is missing should that stay turn out to have ended earlier, or not to have been.

Callers hold a transaction; each function takes the citizen's lock first, and last tells the
open cases whose trace the change concerns.
"""

from copy import copy
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import Citizen
from tracing.errors import VisitInvalid
from tracing.models import LeftBy, Place, Visit, VisitSource
from tracing.services.stated_stays import is_stated, is_told, only, redraw_stays, stated_in
from tracing.services.touch import touch_cases
from tracing.windows import LONGEST_ROW, Span

SAME_ARRIVAL = timedelta(minutes=3)
# Ends that an exit scan knows better than.
PRESUMED = (LeftBy.ASSUMED, LeftBy.PERSON)


def lock_citizen(*, citizen_id: int) -> None:
    """Let one transaction at a time decide about this citizen's stays.

    The row is the lock: whoever writes evidence about the citizen is not kept waiting.
    """
    rows = Citizen.objects.select_for_update(no_key=True).filter(pk=citizen_id)
    rows.values_list("pk").get()


def enter(
    *,
    citizen_id: int,
    place: Place,
    at: datetime,
    now: datetime,
    source: VisitSource = VisitSource.SCAN,
) -> Visit | None:
    """Begin a stay at `at` (whole seconds); None if this arrival is known already.

    The stay is taken to last the place's assumed stay, or until the next entry that ends it.
    A second entry within three minutes while the person is inside is the same arrival. Who
    tells of a place in which a gate saw them is there and no longer where they told of before.
    """
    lock_citizen(citizen_id=citizen_id)
    around = {"entered_at__gt": at - LONGEST_ROW, "entered_at__lte": at + LONGEST_ROW}
    stored = Visit.objects.filter(citizen_id=citizen_id, **around).exclude(left_by=LeftBy.TRIP)
    stated = [stay for stay in stored if is_stated(stay)]
    near = [stay for stay in stored if stay not in stated]
    if any(_same_arrival(stay, place, at, source) for stay in near):
        return None
    cut = _cut(near, at, source)
    if source == VisitSource.SELF and any(_seen_inside(stay, place, at) for stay in near):
        tell(citizen_id=citizen_id, changed=cut, now=now)
        return None
    left_at, left_by = _expected_end(place, at, source, near)
    stay = Visit(
        place_id=place.pk,
        entered_at=at,
        citizen_id=citizen_id,
        left_at=left_at,
        left_by=left_by,
        source=source,
    )
    gone = [*_remove_told(stay, near), *_make_room(stay, stated)]
    stay.save(force_insert=True)
    tell(citizen_id=citizen_id, changed=[*gone, *cut, stay], now=now)
    return stay


def leave(*, citizen_id: int, place: Place, at: datetime, now: datetime) -> Visit | None:
    """End the latest stay in the place at `at`; None if there is none it could end.

    That is the latest one that a gate saw, whatever was told since, and what was told after it.
    An exit says more than an assumption, so it may also lengthen an assumed stay: never beyond
    the place's longest stay, nor beyond the next entry that ends it.
    """
    lock_citizen(citizen_id=citizen_id)
    period = {"entered_at__gte": at - place.max_stay, "entered_at__lt": at}
    inside = list(_stays(citizen_id).filter(place_id=place.pk, **period).order_by("entered_at"))
    seen = [stay for stay in inside if stay.source == VisitSource.SCAN][-1:]
    changed = [row for stay in seen for row in _end_by_exit(stay, at)]
    gone = _remove_told(changed[-1], inside) if changed else []
    told = [stay for stay in inside[-1:] if stay not in [*seen, *gone]]
    changed += [row for stay in told for row in _end_by_exit(stay, at)]
    if not changed:
        return None
    tell(citizen_id=citizen_id, changed=[*gone, *changed], now=now)
    return changed[-1]


def say_left(*, stay: Visit, at: datetime, now: datetime) -> Visit:
    """End a running stay on the person's own word; the citizen's lock is held by the caller."""
    before, after = _end(stay, at, LeftBy.PERSON)
    tell(citizen_id=stay.citizen_id, changed=[before, after], now=now)
    return after


def undo_entry(*, citizen_id: int, place: Place, at: datetime, now: datetime) -> None:
    """Take back a gate's entry that did not happen; the stays it had cut short run on."""
    lock_citizen(citizen_id=citizen_id)
    stays = _stays(citizen_id)
    undone = stays.filter(place_id=place.pk, entered_at=at, source=VisitSource.SCAN).first()
    if undone is None:
        return
    changed = [undone]
    _remove(changed)
    for stay in stays.filter(left_by=LeftBy.NEXT, left_at=at, entered_at__gt=at - LONGEST_ROW):
        changed += _run_on(stay, until=at + LONGEST_ROW)
    tell(citizen_id=citizen_id, changed=changed, now=now)


def tell(*, citizen_id: int, changed: list[Visit], now: datetime) -> None:
    """Have stated stays and traces follow stays that changed: as they were and as they are."""
    places = stated_in(citizen_id=citizen_id, places=[stay.place_id for stay in changed])
    followed = list(changed)
    for place_id in places:
        there = [stay for stay in changed if stay.place_id == place_id]
        around = Span(min(s.entered_at for s in there), max(s.left_at for s in there))
        followed += redraw_stays(citizen_id=citizen_id, place_id=place_id, around=around, now=now)
    touch_cases(visits=followed, now=now)


def correct_visit(
    *,
    citizen_id: int,
    place_id: int,
    entered_at: datetime,
    left_at: datetime,
    by: str,
    now: datetime,
) -> Visit:
    """Let a citizen say that they left earlier than assumed.

    Raises VisitInvalid unless the stay is the citizen's own, ends by assumption, has ended,
    and would become shorter but not empty.
    """
    with transaction.atomic():
        lock_citizen(citizen_id=citizen_id)
        stay = _stays(citizen_id).filter(place_id=place_id, entered_at=entered_at).first()
        if stay is None or stay.left_by != LeftBy.ASSUMED or stay.left_at > now:
            raise VisitInvalid
        if not entered_at < left_at < stay.left_at:
            raise VisitInvalid
        audit.record(
            actor=by,
            action="visit.corrected",
            target=f"place:{place_id}",
            now=now,
            entered_at=entered_at.isoformat(),
            was=stay.left_at.isoformat(),
        )
        return say_left(stay=stay, at=left_at, now=now)


def _stays(citizen_id: int) -> QuerySet[Visit]:
    """Those that follow from arrivals: neither a carrier's nor the statements' own."""
    stays = Visit.objects.filter(citizen_id=citizen_id)
    return stays.exclude(left_by__in=(LeftBy.TRIP, LeftBy.HAND))


def _same_arrival(stay: Visit, place: Place, at: datetime, source: VisitSource) -> bool:
    same = (stay.place_id, is_told(stay.source)) == (place.pk, is_told(source))
    if not same or abs(stay.entered_at - at) >= SAME_ARRIVAL:
        return False
    return stay.entered_at >= at or stay.left_at > at


def _seen_inside(stay: Visit, place: Place, at: datetime) -> bool:
    seen_here = (stay.place_id, stay.source) == (place.pk, VisitSource.SCAN)
    return seen_here and stay.entered_at <= at < stay.left_at


def _ends(arrival: str, stay: str) -> bool:
    """Whether an arrival of one source ends a stay of the other: told ones end only told ones."""
    return not is_told(arrival) or is_told(stay)


def _cut(near: list[Visit], at: datetime, source: VisitSource) -> list[Visit]:
    """End what runs at an arrival and is ended by it; returns the stays before and after."""
    running = [stay for stay in near if stay.entered_at < at < stay.left_at]
    ended = [stay for stay in running if _ends(source, stay.source)]
    return [row for stay in ended for row in _end(stay, at, LeftBy.NEXT)]


def _remove_told(stay: Visit, near: list[Visit]) -> list[Visit]:
    """Remove what the person told of the place during a stay there that a gate saw."""
    if stay.source != VisitSource.SCAN:
        return []
    told = [s for s in near if s.place_id == stay.place_id and is_told(s.source)]
    gone = [other for other in told if stay.entered_at <= other.entered_at < stay.left_at]
    _remove(gone)
    return gone


def _make_room(stay: Visit, stated: list[Visit]) -> list[Visit]:
    """Remove what only statements have stored at this very instant: it is drawn anew after."""
    same = [s for s in stated if (s.place_id, s.entered_at) == (stay.place_id, stay.entered_at)]
    _remove(same)
    return same


def _end_by_exit(stay: Visit, at: datetime) -> tuple[Visit, ...]:
    """The stay before and after an exit; nothing if its end is known to be earlier."""
    if stay.left_by not in PRESUMED and stay.left_at <= at:
        return ()
    following = _first_entry(stay, before=at)
    return _end(stay, following or at, LeftBy.NEXT if following else LeftBy.SCAN)


def _run_on(stay: Visit, *, until: datetime) -> list[Visit]:
    """Give a stay the end it has by what is known up to `until`; returns what changed."""
    place = Place.objects.get(pk=stay.place_id)
    around = {"entered_at__gt": stay.entered_at, "entered_at__lte": until}
    later = list(_stays(stay.citizen_id).filter(**around))
    before, after = _end(stay, *_expected_end(place, stay.entered_at, stay.source, later))
    return [before, after, *_remove_told(after, later)]


def _expected_end(
    place: Place, at: datetime, source: str, near: list[Visit]
) -> tuple[datetime, LeftBy]:
    """When a stay begun at `at` ends by what is known: assumed, or at the next entry."""
    assumed = at + min(place.assumed_stay, place.max_stay, LONGEST_ROW)
    later = [s.entered_at for s in near if s.entered_at > at and _ends(s.source, source)]
    following = min(later, default=assumed)
    return (following, LeftBy.NEXT) if following < assumed else (assumed, LeftBy.ASSUMED)


def _first_entry(stay: Visit, *, before: datetime) -> datetime | None:
    """The first entry that ends the stay."""
    later = _stays(stay.citizen_id).filter(entered_at__gt=stay.entered_at, entered_at__lt=before)
    return min((s.entered_at for s in later if _ends(s.source, stay.source)), default=None)


def _remove(stays: list[Visit]) -> None:
    for stay in stays:
        only(stay).delete()


def _end(stay: Visit, left_at: datetime, left_by: LeftBy) -> tuple[Visit, Visit]:
    """Write another end; returns the stay as it was and as it is."""
    after = copy(stay)
    after.left_at, after.left_by = left_at, left_by
    only(stay).update(left_at=left_at, left_by=left_by)
    return stay, after
