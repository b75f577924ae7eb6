"""Sweeps and officers at the same venue at the same time."""

import pytest

from accounts.errors import AlreadyDecided
from tests.tracing.outbreak import NOW, confirmed, officer, person, room, rules_in_force, stay
from tracing.models import VenueReview
from tracing.services import close_venue_review, make_partitions, propose_venue_reviews

pytestmark = pytest.mark.serial


@pytest.fixture(autouse=True)
def _linked(committed) -> None:
    make_partitions(now=NOW)
    rules_in_force()
    for day in (15, 16, 17):
        who = person(f"E{day}")
        stay(who, room("茶室"), f"{day} 10:00", f"{day} 11:00")
        confirmed(who)


def test_sweeps_at_once_propose_once(other):
    for _ in range(5):
        sweeps = [other(propose_venue_reviews, now=NOW) for _ in range(4)]
        assert sum(one.result() for one in sweeps) == 1
        assert VenueReview.objects.count() == 1
        VenueReview.objects.all().delete()


def test_officers_at_once_close_once(other):
    propose_venue_reviews(now=NOW)
    how = {"review_id": VenueReview.objects.get().pk, "by": officer(), "now": NOW}

    deeds = [other(close_venue_review, outcome=one, **how) for one in ("visited", "cleaned")]
    errors = [one.exception() for one in deeds]

    assert [type(error) for error in errors if error] == [AlreadyDecided]
