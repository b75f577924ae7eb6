"""Too many people turning worse in a minute, and nothing behind it: they wait for two people.

The limit here is two a minute.
"""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import AuditEvent
from healthcode.colours import Colour
from healthcode.models import Brake, ColourChange, WorseTally
from healthcode.services import (
    current_status,
    forget_tallies,
    recolour_due,
)
from tests.healthcode import rules_at_work as work
from tests.healthcode.rules_at_work import (
    DAY,
    HOUR,
    NOW,
    STRICT,
    brake_on,
    colours,
    greens,
    held,
    ill,
)

LIMIT = 2
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
LATER = NOW + 10 * MINUTE


@pytest.fixture
def town(db, settings):
    """Five people who are well and green."""
    settings.HEALTHCODE_WORSE_PER_MINUTE = LIMIT
    return greens()


@pytest.fixture
def braked(town):
    """Three of them have a fever, one more than may turn worse in a minute."""
    ill(*town[:3])
    work.sweep(NOW)
    return town


def test_as_many_as_may_turn_worse_in_a_minute(town):
    ill(*town[:LIMIT])
    work.sweep(NOW)
    assert colours(town) == ["yellow"] * 2 + ["green"] * 3
    assert (brake_on(), WorseTally.objects.get().worse) == (None, LIMIT)


def test_one_more_than_may_pulls_the_brake_and_all_of_them_wait(braked):
    assert colours(braked) == ["green"] * 5
    assert held(braked) == braked[:3]
    assert {work.status(who).held_by for who in braked[:3]} == {brake_on().pk}
    assert (brake_on().worse, brake_on().pulled_at) == (3, NOW)
    assert AuditEvent.objects.get(action="brake.pulled").details == {"limit": LIMIT}


def test_who_is_held_back_stays_due_and_out_of_the_queue(braked):
    assert all(work.status(who).due_at <= NOW for who in braked[:3])
    assert recolour_due(now=LATER) == 0
    assert not ColourChange.objects.filter(citizen_id__in=[who.pk for who in braked[:3]]).filter(
        colour=Colour.YELLOW
    )


def test_people_are_counted_over_batches_of_a_minute(town):
    ill(*town[:4])
    for _ in range(4):
        recolour_due(now=NOW, limit=1)
    assert sorted(colours(town[:4])) == ["green"] * 2 + ["yellow"] * 2
    assert len(held(town)) == 2


def test_each_minute_of_the_clock_is_counted_anew(town):
    for number, who in enumerate(town):
        ill(who)
        work.sweep(NOW + number * 30 * SECOND)
    assert colours(town) == ["yellow"] * 5
    assert brake_on() is None


def test_who_turns_worse_by_a_case_is_neither_counted_nor_held(town):
    for who in town[:4]:
        work.exposed(who)
    work.told(town[4], "case", NOW - MINUTE, status="confirmed")
    work.sweep(NOW)
    assert colours(town) == ["red"] * 5
    assert not Brake.objects.exists()
    assert not WorseTally.objects.exists()


def test_a_case_behind_a_milder_colour_backs_no_worse_one(db, settings):
    settings.HEALTHCODE_WORSE_PER_MINUTE = 0
    work.first_rules(work.rules("red").replace("close}}, phases: [{colour: red", MILD_CONTACT))
    li = work.exposed(work.well(work.resident("E1")), NOW - 3 * HOUR)
    assert work.decided(li, NOW - 2 * HOUR) is Colour.YELLOW
    ill(li)
    assert work.decided(li) is Colour.YELLOW
    assert held([li]) == [li]


MILD_CONTACT = "close}}, phases: [{colour: yellow"


def test_from_unassessed_nobody_turns_worse(db, settings):
    settings.HEALTHCODE_WORSE_PER_MINUTE = 0
    work.first_rules()
    new = [work.resident(f"E{number}") for number in range(3)]
    assert {work.decided(who, NOW - HOUR) for who in new} == {Colour.UNASSESSED}
    ill(*new)
    work.sweep(NOW)
    assert colours(new) == ["yellow"] * 3
    assert brake_on() is None


def test_newly_activated_rules_turn_anybody_worse(town, settings):
    settings.HEALTHCODE_WORSE_PER_MINUTE = 5
    ill(*town)
    work.sweep(NOW)
    settings.HEALTHCODE_WORSE_PER_MINUTE = 0
    work.activated(STRICT)
    work.spread_and_sweep(NOW)
    assert colours(town) == ["red"] * 5
    assert brake_on() is None


def test_while_it_is_on_one_more_waits_too(braked):
    ill(braked[3], at=LATER - MINUTE)
    work.sweep(LATER)
    assert held(braked) == braked[:4]
    assert Brake.objects.count() == 1


def test_while_it_is_on_everything_else_goes_on(braked):
    *_, backed, unchanged = braked
    work.exposed(backed)
    work.well(unchanged, NOW - SECOND)
    work.feverish(new := work.resident("E9"), NOW - MINUTE)
    ill(braked[0], at=LATER - MINUTE)
    recolour_due(now=LATER)
    assert (work.colour(backed), work.colour(new)) == (Colour.RED, Colour.YELLOW)
    assert work.status(unchanged).last_test_at == NOW - SECOND
    assert held(braked) == braked[:3]


def test_while_it_is_on_people_turn_better(town):
    ill(town[0])
    work.sweep(NOW)
    ill(*town[1:4])
    work.sweep(NOW)
    assert brake_on() is not None
    healed = NOW + 9 * DAY
    work.sweep(healed)
    assert work.colour(town[0]) is Colour.GREEN


def test_an_opened_code_shows_the_colour_from_before(braked):
    shown = current_status(citizen_id=braked[0].pk, now=LATER)
    assert shown.colour is Colour.GREEN
    assert held(braked) == braked[:3]


def test_counts_of_minutes_long_gone_are_forgotten(braked):
    assert forget_tallies(now=NOW + HOUR) == 0
    assert forget_tallies(now=NOW + HOUR + MINUTE) == 1


def test_two_sweepers_pull_it_once(committed, settings):
    settings.HEALTHCODE_WORSE_PER_MINUTE = LIMIT
    people = greens()
    ill(*people)
    together = Barrier(2)

    def sweep():
        together.wait()
        recolour_due(now=NOW, limit=3)
        connection.close()

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Brake.objects.count() == 1
    assert colours(people).count("yellow") <= LIMIT
