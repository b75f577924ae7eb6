"""Two people clear the brake, and whoever it held back is let through.

The limit here is two a minute.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent
from healthcode.colours import Colour
from healthcode.models import Brake, HealthStatus, Source, WorseTally
from healthcode.services import (
    current_status,
    mark_due,
    recolour_due,
    retract_evidence,
)
from tests.healthcode import rules_at_work as work
from tests.healthcode.rules_at_work import (
    NOW,
    brake_on,
    clear,
    colours,
    greens,
    held,
    ill,
)

LIMIT = 2
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
LATER = NOW + 10 * MINUTE


@pytest.fixture
def braked(db, settings):
    """Three of five have a fever, one more than may turn worse in a minute."""
    settings.HEALTHCODE_WORSE_PER_MINUTE = LIMIT
    people = greens()
    ill(*people[:3])
    work.sweep(NOW)
    return people


def test_one_person_does_not_clear_it(braked):
    clear(brake_on(), "wang", now=LATER)
    with pytest.raises(NotPermitted):
        clear(brake_on(), "wang", now=LATER)
    work.sweep(LATER)
    assert (brake_on().first_by.username, held(braked)) == ("wang", braked[:3])


def test_nobody_clears_it_without_leave(braked):
    work.officer("sun", "approve_rules")
    with pytest.raises(NotPermitted):
        clear(brake_on(), "sun", now=LATER)
    assert brake_on().first_by is None


def test_two_people_clear_it_and_the_held_are_let_through_uncounted(braked):
    clear(brake_on(), now=LATER)
    assert recolour_due(now=LATER) == 3
    assert colours(braked) == ["yellow"] * 3 + ["green"] * 2
    assert (held(braked), brake_on()) == ([], None)
    assert not WorseTally.objects.filter(minute__gte=LATER - MINUTE).exists()


def test_a_cleared_brake_is_cleared(braked):
    brake = brake_on()
    clear(brake, now=LATER)
    with pytest.raises(AlreadyDecided):
        clear(brake, "qian", now=LATER)


def test_clearing_is_on_the_record_by_name(braked):
    clear(brake_on(), now=LATER)
    told = AuditEvent.objects.filter(action__contains="brake").order_by("pk")
    assert [(event.action, event.actor) for event in told] == [
        ("brake.pulled", "system:recolour"),
        ("brake.first_cleared", "user:wang"),
        ("brake.cleared", "user:zhao"),
    ]


def test_the_minute_of_the_clearing_begins_at_nought(braked):
    clear(brake_on(), now=NOW + SECOND)
    ill(*braked[3:])
    work.sweep(NOW + 2 * SECOND)
    assert colours(braked) == ["yellow"] * 5
    assert brake_on() is None


def test_after_the_clearing_it_may_be_pulled_again(braked, settings):
    clear(brake_on(), now=LATER)
    work.sweep(LATER)
    settings.HEALTHCODE_WORSE_PER_MINUTE = 1
    ill(*braked[3:], at=LATER)
    work.sweep(LATER)
    assert held(braked) == braked[3:]
    assert Brake.objects.count() == 2


def test_a_code_opened_after_the_clearing_does_not_wait_for_the_sweep(braked):
    clear(brake_on(), now=LATER)
    assert current_status(citizen_id=braked[0].pk, now=LATER).colour is Colour.YELLOW
    assert work.colour(braked[0]) is Colour.YELLOW


def test_who_meets_a_case_while_held_is_no_longer_held(braked):
    work.exposed(braked[0])
    work.sweep(LATER)
    assert work.colour(braked[0]) is Colour.RED
    assert held(braked) == braked[1:3]


def test_who_is_cleared_of_the_fact_while_held_stays_as_they_were(braked):
    """A fever reported by mistake is taken back."""
    [fever] = HealthStatus.objects.filter(pk=braked[0].pk)
    ref = f"{fever.pk}-health_report-{NOW - MINUTE:%d%H%M%S}"
    source = Source.objects.get(name="clinic")
    refs = [(ref, 1)]
    retract_evidence(source=source, refs=refs, by="system:test", reason="误报", now=LATER)
    work.sweep(LATER)
    assert held(braked) == braked[1:3]
    clear(brake_on(), now=LATER)
    work.sweep(LATER)
    assert colours(braked) == ["green"] + ["yellow"] * 2 + ["green"] * 2


def test_whose_facts_change_after_the_clearing_is_counted_again(braked, settings):
    clear(brake_on(), now=LATER)
    settings.HEALTHCODE_WORSE_PER_MINUTE = 0
    mark_due(citizen_ids=[braked[0].pk], now=LATER)
    work.sweep(LATER)
    assert held(braked)[:1] == braked[:1]


def written(**fields):
    with transaction.atomic():
        return Brake.objects.create(pulled_at=NOW, worse=1, **fields)


def test_the_database_has_one_brake_on_at_a_time(db):
    wang, zhao = work.officer("wang"), work.officer("zhao")
    written(first_by=wang, cleared_by=zhao, cleared_at=NOW)
    written(first_by=wang, cleared_by=zhao, cleared_at=NOW)
    written()
    with pytest.raises(IntegrityError, match="brake_on_once"):
        written(first_by=wang)


def test_the_database_knows_that_two_people_clear_it(db):
    wang = work.officer("wang")
    for first in ({"first_by": wang}, {}):
        with pytest.raises(IntegrityError, match="brake_needs_two_people"):
            written(cleared_by=wang, cleared_at=NOW, **first)


def test_the_database_knows_that_somebody_clears_it(db):
    wang, zhao = work.officer("wang"), work.officer("zhao")
    for half in ({"cleared_at": NOW}, {"cleared_by": zhao}):
        with pytest.raises(IntegrityError, match="brake_cleared_by_somebody"):
            written(first_by=wang, **half)
