"""A venue's day: the stays of cases and of those they met there, and how many others came.

Nobody else is named, not even by number: others are counted by the hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import Citizen, User
from tracing import sql
from tracing.errors import UnknownVenue
from tracing.models import Case, ContactGrade, Place, Venue
from tracing.queries import rows
from tracing.services.looks import note_looks

RIGHTS = ("tracing.view_venue", "tracing.view_case", "tracing.view_contact")
PURPOSE, WHAT = "查看场所当日停留", "venue_day"
# How long before its infectious time a case may have been infected: the longest that any of the
# rule sets asks about.
INCUBATION = timedelta(days=14)
MOST_STAYS = 200
BEGINNING = (-1, datetime(1, 1, 1, tzinfo=UTC), 0, 0)


class Stay(NamedTuple):
    """A stay of a case, or of a contact of the grade; `record` is the row to open.

    `lane`: of its place, so that no two stays on one lane overlap. The stay is clipped to the
    day.
    """

    place_id: int
    ref: str
    grade: ContactGrade | None
    record: int
    first: datetime
    last: datetime
    lane: int


class Hours(NamedTuple):
    """How many stays there were in each hour of a day in a place, whoever's."""

    place: Place
    stays: tuple[int, ...]


class VenueDay(NamedTuple):
    """A page of a day. `after`: the key of the last stay, if more follow."""

    venue: Venue
    since: datetime
    until: datetime
    hours: tuple[Hours, ...]
    stays: tuple[Stay, ...]
    after: str


@transaction.atomic
def look_at_venue_day(
    *, venue_id: int, day: date, by: User, now: datetime, after: str = ""
) -> VenueDay:
    """What happened in a venue on a local day; the first page or the one behind a key.

    Its cost follows the visitors of that day, and the answer does not. The look is written into
    the ledgers of the cases that are shown and into the audit ledger. Raises NotPermitted,
    UnknownVenue, or ValueError for a key that is none.
    """
    if not by.has_perms(RIGHTS):
        raise NotPermitted
    venue = Venue.objects.filter(pk=venue_id).first()
    if venue is None:
        raise UnknownVenue
    places = list(Place.objects.filter(zone__venue=venue).select_related("zone").order_by("zone"))
    since, until = _bounds(day)
    asked = {"places": [place.pk for place in places], "since": since, "until": until}
    found = _stays(asked, after)
    page = found[:MOST_STAYS]
    seen = VenueDay(
        venue=venue,
        since=since,
        until=until,
        hours=tuple(_hours(places, asked)),
        stays=tuple(_drawn(page, since, until)),
        after=_text(page[-1]) if len(found) > len(page) else "",
    )
    _note(venue, day, page, by, now)
    return seen


class _Row(NamedTuple):
    turn: int
    entered_at: datetime
    citizen_id: int
    place_id: int
    left_at: datetime
    record: int


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _stays(asked: dict[str, object], after: str) -> list[_Row]:
    turn, entered_at, citizen, place = _key(after)
    key = {"turn": turn, "entered_at": entered_at, "citizen": citizen, "place": place}
    more = {"incubation": INCUBATION, "most": MOST_STAYS + 1}
    return [_Row(*row) for row in rows(sql.VENUE_STAYS, {**asked, **key, **more})]


def _key(after: str) -> tuple[int, datetime, int, int]:
    if not after:
        return BEGINNING
    turn, entered_at, citizen, place = after.split(",")
    return int(turn), datetime.fromisoformat(entered_at), int(citizen), int(place)


def _text(row: _Row) -> str:
    return f"{row.turn},{row.entered_at.isoformat()},{row.citizen_id},{row.place_id}"


def _hours(places: Iterable[Place], asked: dict[str, object]) -> Iterator[Hours]:
    """Stays from hour `first` up to hour `last`, unfolded."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * 25)
    for place_id, first, last, stays in rows(sql.VENUE_HOURS, asked):
        for hour in range(first, last):
            counts[place_id][hour] += stays
    for place in places:
        yield Hours(place, tuple(counts[place.pk][:24]))


def _drawn(page: list[_Row], since: datetime, until: datetime) -> Iterator[Stay]:
    citizens = dict(
        Citizen.objects.filter(pk__in=[row.citizen_id for row in page]).values_list("pk", "ref")
    )
    cases = dict(
        Case.objects.filter(pk__in=[row.record for row in page if row.turn == 0]).values_list(
            "pk", "ref"
        )
    )
    grades = (None, ContactGrade.CLOSE, ContactGrade.SECONDARY)
    ends: dict[int, list[datetime]] = defaultdict(list)
    for row in sorted(page, key=lambda row: (row.place_id, row.entered_at, row.citizen_id)):
        first, last = max(row.entered_at, since), min(row.left_at, until)
        lane = first_free(ends[row.place_id], first, last)
        ref = citizens.get(row.citizen_id, "") if row.turn else cases.get(row.record, "")
        yield Stay(row.place_id, ref, grades[row.turn], row.record, first, last, lane)


def first_free(ends: list[datetime], first: datetime, last: datetime) -> int:
    """The first lane that nobody is on at `first`; the lane is taken until `last`.

    `ends` holds until when each lane is taken; stays come in the order of their beginnings.
    """
    for lane, end in enumerate(ends):
        if end <= first:
            ends[lane] = last
            return lane
    ends.append(last)
    return len(ends) - 1


def _note(venue: Venue, day: date, page: list[_Row], by: User, now: datetime) -> None:
    cases = {row.citizen_id for row in page if row.turn == 0}
    if cases and not note_looks(cases, by=by, purpose=PURPOSE, what=WHAT, now=now):
        return
    audit.record(
        actor=f"user:{by.username}",
        action="venue.day_seen",
        target=f"venue:{venue.pk}",
        now=now,
        day=day.isoformat(),
        people=len({row.citizen_id for row in page}),
    )
