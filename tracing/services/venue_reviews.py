"""Venues that several cases visited within days: proposed for somebody to look at.

A proposal is a question to an officer and nothing else: no contact, no evidence and no colour
follows from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User
from tracing import sql
from tracing.errors import UnknownReview
from tracing.models import Case, ReviewOutcome, Venue, VenueReview
from tracing.queries import rows
from tracing.services.partitions import kept_since
from tracing.services.venue_day import INCUBATION

MAY = "tracing.close_venuereview"
SYSTEM = "system:tracing"
MOST_CASES = 500


class Stayed(NamedTuple):
    """A stay of a case while it could infect others or be infected."""

    venue_id: int
    case_id: int
    decided_at: datetime
    first: datetime
    last: datetime


class Linked(NamedTuple):
    """The most cases that a venue saw within days. `decided_at`: of the latest of them."""

    venue_id: int
    cases: int
    first_at: datetime
    last_at: datetime
    decided_at: datetime


@transaction.atomic
def propose_venue_reviews(*, now: datetime) -> int:
    """Propose the venues that link enough cases; returns how many are new.

    An open review follows what is known: more or fewer cases, and gone with too few. One that
    was closed is proposed again only if a case came after it was. Two sweeps at once propose
    once; the second leaves it to the first.
    """
    [[held]] = rows(sql.TRY_HOLD_REVIEWS, {})
    if not held:
        return 0
    linked = {one.venue_id: one for one in linked_venues(now=now)}
    opened = {review.venue_id: review for review in VenueReview.objects.filter(closed_at=None)}
    for venue_id, review in opened.items():
        _follow(review, linked.get(venue_id), now)
    new = [one for venue_id, one in linked.items() if venue_id not in opened]
    return _propose(_unless_closed(new), now)


def linked_venues(*, now: datetime) -> Iterator[Linked]:
    """Venues where at least `LINKED_VENUE_CASES` cases stayed within `LINKED_VENUE_DAYS`."""
    least = settings.LINKED_VENUE_CASES
    found = case_stays(earliest=kept_since(now), least=least)
    for venue_id, stays in groupby(found, key=lambda stay: stay.venue_id):
        best = _fullest(list(stays), timedelta(days=settings.LINKED_VENUE_DAYS))
        if len({stay.case_id for stay in best}) >= least:
            yield _linked(venue_id, best)


def cases_of_review(review: VenueReview) -> list[tuple[Case, list[Stayed]]]:
    """The confirmed cases that stayed at the venue then, with their stays, the first first."""
    found = case_stays(earliest=review.first_at, least=1, venue_id=review.venue_id)
    by_case: dict[int, list[Stayed]] = defaultdict(list)
    for stay in found:
        if stay.first <= review.last_at and stay.last >= review.first_at:
            by_case[stay.case_id].append(stay)
    cases = Case.objects.in_bulk(list(by_case)[:MOST_CASES])
    return [(cases[pk], stays) for pk, stays in by_case.items() if pk in cases]


def close_venue_review(*, review_id: int, outcome: str, by: User, now: datetime) -> None:
    """Write down what somebody did about a venue.

    Raises NotPermitted, UnknownReview or AlreadyDecided; ValueError for no such outcome.
    """
    if not by.has_perm(MAY):
        raise NotPermitted
    outcome = ReviewOutcome(outcome).value
    with transaction.atomic():
        row = VenueReview.objects.filter(pk=review_id)
        closed = row.filter(closed_at=None).update(outcome=outcome, closed_by=by, closed_at=now)
        if not closed:
            raise AlreadyDecided if row.exists() else UnknownReview
        _record("closed", review_id, f"user:{by.username}", now, outcome=outcome)


def case_stays(*, earliest: datetime, least: int, venue_id: int | None = None) -> list[Stayed]:
    """By venue and beginning; of venues that at least so many cases visited, or of one."""
    asked = {
        "earliest": earliest,
        "least": least,
        "venue": venue_id,
        "incubation": INCUBATION,
    }
    return [Stayed(*row) for row in rows(sql.CASE_STAYS, asked)]


def _fullest(stays: list[Stayed], within: timedelta) -> list[Stayed]:
    """The stays within some stretch of time that holds the most cases; of equals the latest.

    The best stretch begins where a stay does. Stays come in the order of their beginnings.
    """
    best: list[Stayed] = []
    most = first = 0
    for last, stay in enumerate(stays):
        while stay.first - stays[first].first > within:
            first += 1
        cases = len({one.case_id for one in stays[first : last + 1]})
        if cases >= most:
            best, most = stays[first : last + 1], cases
    return best


def _linked(venue_id: int, stays: list[Stayed]) -> Linked:
    return Linked(
        venue_id,
        len({stay.case_id for stay in stays}),
        min(stay.first for stay in stays),
        max(stay.last for stay in stays),
        max(stay.decided_at for stay in stays),
    )


def _follow(review: VenueReview, linked: Linked | None, now: datetime) -> None:
    """Only while nobody has closed it meanwhile, and while its stays are still stored."""
    row = VenueReview.objects.filter(pk=review.pk, closed_at=None)
    if linked is None:
        if review.first_at >= kept_since(now) and row.delete()[0]:
            _record("dropped", review.pk, SYSTEM, now)
        return
    said = {"cases": linked.cases, "first_at": linked.first_at, "last_at": linked.last_at}
    if any(getattr(review, name) != value for name, value in said.items()) and row.update(**said):
        _record("updated", review.pk, SYSTEM, now, cases=linked.cases)


def _unless_closed(linked: list[Linked]) -> list[Linked]:
    """Without those whose cases somebody knew of when they closed the last review."""
    closed = (
        VenueReview.objects.filter(venue_id__in=[one.venue_id for one in linked])
        .exclude(closed_at=None)
        .order_by("venue_id", "-closed_at")
        .distinct("venue_id")
    )
    last = {review.venue_id: review for review in closed}
    return [one for one in linked if _is_news(one, last.get(one.venue_id))]


def _is_news(linked: Linked, closed: VenueReview | None) -> bool:
    if closed is None or closed.closed_at is None:
        return True
    return linked.decided_at > closed.closed_at or linked.cases > closed.cases


def _propose(linked: Iterable[Linked], now: datetime) -> int:
    by_venue = {one.venue_id: one for one in linked}
    districts = dict(Venue.objects.filter(pk__in=list(by_venue)).values_list("pk", "district"))
    for venue_id, district in sorted(districts.items()):
        one = by_venue[venue_id]
        review = VenueReview.objects.create(
            venue_id=venue_id,
            district=district,
            cases=one.cases,
            first_at=one.first_at,
            last_at=one.last_at,
            proposed_at=now,
        )
        _record("proposed", review.pk, SYSTEM, now, venue=venue_id, cases=one.cases)
    return len(districts)


def _record(action: str, review_id: int, actor: str, now: datetime, **details: object) -> None:
    target = f"venuereview:{review_id}"
    audit.record(actor=actor, action=f"venuereview.{action}", target=target, now=now, **details)
