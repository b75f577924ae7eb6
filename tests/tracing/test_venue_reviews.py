"""Venues that link cases: proposed, followed, closed, and never more than a question."""

from datetime import timedelta

import pytest

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent
from accounts.roles import Role
from healthcode.models import ColourChange, Evidence, HealthStatus
from tests import oversight
from tests.tracing.outbreak import (
    DAY,
    NOW,
    at,
    confirmed,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    suspected,
)
from tracing.errors import UnknownReview
from tracing.models import Case, Contact, Place, VenueReview
from tracing.services import (
    cases_of_review,
    close_venue_review,
    make_partitions,
    merge_cases,
    propose_venue_reviews,
    withdraw_case,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


def sweep(now=NOW) -> int:
    return propose_venue_reviews(now=now)


def case_at(place: Place, number: str, day: int = 17, **dates) -> Case:
    """Somebody who was there for an hour and is a confirmed case."""
    who = person(number)
    stay(who, place, f"{day} 10:00", f"{day} 11:00")
    return confirmed(who, **dates)


@pytest.fixture
def tea_room():
    return room("茶室")


@pytest.fixture
def three(tea_room) -> list[Case]:
    return [case_at(tea_room, f"E{day}", day) for day in (15, 16, 17)]


def test_a_venue_where_three_cases_stayed_within_days_is_proposed(tea_room, three):
    assert sweep() == 1

    review = VenueReview.objects.get()
    assert (review.venue, review.cases) == (tea_room.zone.venue, 3)
    assert (review.first_at, review.last_at) == (at("15 10:00"), at("17 11:00"))
    assert (review.district, review.proposed_at) == ("310106", NOW)
    assert {case.pk for case, _ in cases_of_review(review)} == {case.pk for case in three}
    assert AuditEvent.objects.get(action="venuereview.proposed").details["cases"] == 3


def test_two_cases_are_chance(tea_room):
    for number in ("E1", "E2"):
        case_at(tea_room, number)

    assert sweep() == 0


def test_one_case_that_came_three_times_is_one(tea_room):
    case = case_at(tea_room, "E1", 15)
    for day in (16, 17):
        stay(case.citizen, tea_room, f"{day} 10:00", f"{day} 11:00")

    assert sweep() == 0


def test_cases_that_came_weeks_apart_are_not_linked(tea_room):
    for number, day in (("E1", 5), ("E2", 6), ("E3", 17)):
        case_at(tea_room, number, day)

    assert sweep() == 0


def test_a_suspected_case_does_not_count(tea_room, three):
    withdraw_case(case_id=three[0].pk, reason="样本混淆", by=officer(), now=NOW)
    waits = person("E9")
    stay(waits, tea_room, "17 10:00", "17 11:00")
    suspected(waits)

    assert sweep() == 0


def test_a_stay_outside_the_time_of_infection_does_not_count(tea_room):
    case_at(tea_room, "E1", 17)
    case_at(tea_room, "E2", 17)
    case_at(tea_room, "E3", 17, sampled="10 08:00", isolated="10 09:00")

    assert sweep() == 0


def test_two_documents_of_one_person_are_one_case(three):
    merge_cases(kept=three[0].pk, merged=three[1].pk, reason="同一人", by=officer(), now=NOW)

    assert sweep() == 0


def test_zones_of_one_venue_count_together(tea_room):
    zone = tea_room.zone.venue.zones.create(name="包间", close_quarters=True)
    other = Place.objects.create(
        zone=zone, district="310106", assumed_stay=timedelta(hours=1), max_stay=timedelta(hours=12)
    )
    for number, place in (("E1", tea_room), ("E2", other), ("E3", other)):
        case_at(place, number)

    assert sweep() == 1


def test_an_open_review_follows_what_is_known_instead_of_being_repeated(tea_room, three):
    sweep()
    case_at(tea_room, "E18", 18)

    assert sweep(LATER) == 0

    review = VenueReview.objects.get()
    assert (review.cases, review.last_at) == (4, at("18 11:00"))
    assert review.proposed_at == NOW


def test_sweeping_again_changes_nothing(three):
    sweep()
    before = VenueReview.objects.values().get(), AuditEvent.objects.count()

    sweep(LATER)

    assert (VenueReview.objects.values().get(), AuditEvent.objects.count()) == before


def test_an_untouched_proposal_goes_with_its_cases(three):
    sweep()
    withdraw_case(case_id=three[0].pk, reason="样本混淆", by=officer(), now=NOW)

    sweep(LATER)

    assert not VenueReview.objects.exists()
    assert AuditEvent.objects.filter(action="venuereview.dropped").count() == 1


def test_a_proposal_outlives_the_stays_that_are_deleted_in_their_time(three):
    sweep()
    make_partitions(now=NOW + 40 * DAY)

    sweep(NOW + 40 * DAY)

    assert VenueReview.objects.filter(closed_at=None).count() == 1


def test_a_closed_review_stays_closed_until_a_new_case_came(tea_room, three):
    sweep()
    review = VenueReview.objects.get()
    close_venue_review(review_id=review.pk, outcome="cleaned", by=officer(), now=LATER)

    assert sweep(LATER) == 0
    case_at(tea_room, "E18", 18, now=LATER + timedelta(minutes=5))
    assert sweep(LATER + timedelta(minutes=9)) == 1

    new = VenueReview.objects.get(closed_at=None)
    assert new.cases == 4
    review.refresh_from_db()
    assert (review.outcome, review.closed_by, review.cases) == ("cleaned", officer(), 3)


def test_a_review_is_closed_once_by_whoever_may(three):
    sweep()
    review = VenueReview.objects.get()
    how = {"review_id": review.pk, "outcome": "visited", "now": LATER}

    for role in (Role.AUDITOR, Role.DESK, Role.COMMUNITY, Role.POLICY):
        with pytest.raises(NotPermitted):
            close_venue_review(**how, by=oversight.officer(role))
    close_venue_review(**how, by=oversight.officer(Role.VENUES))
    with pytest.raises(AlreadyDecided):
        close_venue_review(**{**how, "outcome": "nothing"}, by=officer())

    review.refresh_from_db()
    assert review.outcome == "visited"
    assert AuditEvent.objects.get(action="venuereview.closed").actor == "user:venues-1"
    with pytest.raises(UnknownReview):
        close_venue_review(review_id=0, outcome="visited", by=officer(), now=NOW)


def test_a_venue_alone_gives_nobody_evidence_or_a_colour(three):
    stay(person("E99"), Place.objects.get(), "17 10:00", "17 11:00")
    tables = (Evidence, Contact, HealthStatus, ColourChange)
    before = [list(table.objects.order_by("pk").values()) for table in tables]

    sweep()
    close_venue_review(
        review_id=VenueReview.objects.get().pk, outcome="listed", by=officer(), now=LATER
    )

    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
