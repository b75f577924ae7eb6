"""Stays of citizens in places: begun and ended at gates, corrected by the person.

A person is at one gate at a time: an entry ends whatever stay is running, wherever it is, and
a stay entered late ends where the next one begins. So the stays that follow from a set of
entries and exits do not depend on the order in which they arrive (arrivals within three
minutes of each other aside). What a gate saw and what a person told are never taken for one
another; whoever tells of a place that a gate has seen them enter tells nothing new. Stays on a
trip are the carrier's word and are left alone.

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
from tracing.services.touch import touch_cases
from tracing.windows import LONGEST_ROW

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

    The stay is taken to last the place's assumed stay, or until the next entry anywhere.
    A second entry within three minutes while the person is inside is the same arrival.
    """
    lock_citizen(citizen_id=citizen_id)
    around = {"entered_at__gt": at - LONGEST_ROW, "entered_at__lte": at + LONGEST_ROW}
    near = list(_stays(citizen_id).filter(**around))
    if any(_same_arrival(stay, place, at, source) for stay in near):
        return None
    gone = _told_of_it(place, at, near) if source == VisitSource.SCAN else []
    near = [stay for stay in near if stay not in gone]
    running = [stay for stay in near if stay.entered_at < at < stay.left_at]
    cut = [row for stay in running for row in _end(stay, at, LeftBy.NEXT)]
    _remove(gone)
    left_at, left_by = _expected_end(place, at, near)
    stay = Visit.objects.create(
        place_id=place.pk,
        entered_at=at,
        citizen_id=citizen_id,
        left_at=left_at,
        left_by=left_by,
        source=source,
    )
    touch_cases(visits=[*gone, *cut, stay], now=now)
    return stay


def leave(*, citizen_id: int, place: Place, at: datetime, now: datetime) -> Visit | None:
    """End the latest stay in the place at `at`; None if there is none it could end.

    An exit says more than an assumption, so it may also lengthen an assumed stay: never
    beyond the place's longest stay, nor beyond the next entry elsewhere.
    """
    lock_citizen(citizen_id=citizen_id)
    inside = _stays(citizen_id).filter(
        place_id=place.pk, entered_at__gte=at - place.max_stay, entered_at__lt=at
    )
    stay = inside.order_by("-entered_at").first()
    if stay is None or (stay.left_by not in PRESUMED and stay.left_at <= at):
        return None
    following = _first_entry(citizen_id, after=stay.entered_at, before=at)
    before, after = _end(stay, following or at, LeftBy.NEXT if following else LeftBy.SCAN)
    touch_cases(visits=[before, after], now=now)
    return after


def say_left(*, stay: Visit, at: datetime, now: datetime) -> Visit:
    """End a running stay on the person's own word; the citizen's lock is held by the caller."""
    before, after = _end(stay, at, LeftBy.PERSON)
    touch_cases(visits=[before, after], now=now)
    return after


def undo_entry(*, citizen_id: int, place: Place, at: datetime, now: datetime) -> None:
    """Take back an entry that did not happen; the stay it had cut short runs on."""
    lock_citizen(citizen_id=citizen_id)
    stays = _stays(citizen_id)
    undone = stays.filter(place_id=place.pk, entered_at=at).first()
    if undone is None:
        return
    changed = [undone]
    _remove(changed)
    for stay in stays.filter(left_by=LeftBy.NEXT, left_at=at, entered_at__gt=at - LONGEST_ROW):
        own_place = Place.objects.get(pk=stay.place_id)
        around = {"entered_at__gt": stay.entered_at, "entered_at__lte": at + LONGEST_ROW}
        later = list(stays.filter(**around))
        changed += _end(stay, *_expected_end(own_place, stay.entered_at, later))
    touch_cases(visits=changed, now=now)


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
    return Visit.objects.filter(citizen_id=citizen_id).exclude(left_by=LeftBy.TRIP)


def _same_arrival(stay: Visit, place: Place, at: datetime, source: VisitSource) -> bool:
    same = (stay.place_id, stay.source) == (place.pk, source)
    if not same or abs(stay.entered_at - at) >= SAME_ARRIVAL:
        return False
    return stay.entered_at >= at or stay.left_at > at


def _told_of_it(place: Place, at: datetime, near: list[Visit]) -> list[Visit]:
    """What the person told of this place while a gate's stay from `at` on is running."""
    told = [s for s in near if (s.place_id, s.source) == (place.pk, VisitSource.SELF)]
    end, _ = _expected_end(place, at, [stay for stay in near if stay not in told])
    return [stay for stay in told if at <= stay.entered_at < end]


def _expected_end(place: Place, at: datetime, near: list[Visit]) -> tuple[datetime, LeftBy]:
    """When a stay begun at `at` ends by what is known: assumed, or at the next entry."""
    assumed = at + min(place.assumed_stay, place.max_stay, LONGEST_ROW)
    following = min((s.entered_at for s in near if s.entered_at > at), default=assumed)
    return (following, LeftBy.NEXT) if following < assumed else (assumed, LeftBy.ASSUMED)


def _first_entry(citizen_id: int, *, after: datetime, before: datetime) -> datetime | None:
    later = _stays(citizen_id).filter(entered_at__gt=after, entered_at__lt=before)
    return later.order_by("entered_at").values_list("entered_at", flat=True).first()


def _remove(stays: list[Visit]) -> None:
    for stay in stays:
        _row(stay).delete()


def _end(stay: Visit, left_at: datetime, left_by: LeftBy) -> tuple[Visit, Visit]:
    """Write another end; returns the stay as it was and as it is."""
    after = copy(stay)
    after.left_at, after.left_by = left_at, left_by
    _row(stay).update(left_at=left_at, left_by=left_by)
    return stay, after


def _row(stay: Visit) -> QuerySet[Visit]:
    return Visit.objects.filter(
        place_id=stay.place_id, entered_at=stay.entered_at, citizen_id=stay.citizen_id
    )
