"""Checking in by a poster: one told stay at a time, ended by what is known, never a colour."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from healthcode.models import ColourChange, Evidence, HealthStatus
from tests.tracing.door import NOW, minutes, person, rules_in_force
from tests.tracing.posters import GYM, LIBRARY, left, poster, scanned, stays
from tracing.errors import TooManyCheckIns, UnknownPoster, VenueClosed
from tracing.models import Venue, Visit
from tracing.services import own_stays, where_now
from tracing.services.visits import enter, leave, undo_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang():
    return person("E10000001")


def gate(who, place, minute, *, later=0.0):
    """An entry at a gate, known so many minutes later."""
    at = NOW + minutes(minute)
    with transaction.atomic():
        return enter(citizen_id=who.pk, place=place, at=at, now=at + minutes(later))


def test_a_stay_begins_now_and_lasts_as_stays_there_do(library, zhang):
    here = scanned(zhang, poster(library), 0.5)
    assert stays(zhang) == [(0.5, 120.5, "assumed", "self")]
    assert (here.venue, here.zone, here.told) == (LIBRARY, "阅览室", True)
    assert (here.entered_at, here.until) == (NOW + minutes(0.5), NOW + minutes(120.5))


def test_the_same_poster_again_is_the_same_stay(library, zhang):
    text = poster(library)
    first = scanned(zhang, text)
    assert scanned(zhang, text, 1) == scanned(zhang, text, 90) == first
    assert stays(zhang) == [(0, 120, "assumed", "self")]


def test_the_next_poster_ends_the_stay_before(library, gym, zhang):
    scanned(zhang, poster(library))
    scanned(zhang, poster(gym), 20)
    assert stays(zhang) == [(0, 20, "next", "self"), (20, 140, "assumed", "self")]


def test_saying_so_ends_the_stay(library, zhang):
    scanned(zhang, poster(library))
    assert left(zhang, 45).venue == LIBRARY
    assert stays(zhang) == [(0, 45, "person", "self")]
    assert where_now(citizen_id=zhang.pk, now=NOW + minutes(45)) is None


def test_leaving_twice_is_leaving_once(library, zhang):
    scanned(zhang, poster(library))
    left(zhang, 45)
    assert left(zhang, 46) is None
    assert stays(zhang) == [(0, 45, "person", "self")]


def test_in_and_out_within_a_second_are_stays_of_a_second_that_do_not_overlap(library, zhang):
    text, second = poster(library), 1 / 60
    for moment in (0.1, 0.2, 0.3):
        scanned(zhang, text, moment * second)
        left(zhang, moment * second)
    assert [row[:2] for row in stays(zhang)] == [
        (0, second),
        (second, 2 * second),
        (2 * second, 3 * second),
    ]


@pytest.mark.parametrize("behind", [1, 30, 59])
def test_a_server_whose_clock_is_behind_changes_nothing(library, gym, zhang, behind):
    """What it is told comes after what others were told before."""
    texts, second = (poster(library), poster(gym)), 1 / 60
    scanned(zhang, texts[0], 1)
    assert scanned(zhang, texts[0], 1 - behind * second).entered_at == NOW + minutes(1)
    scanned(zhang, texts[1], 1 - behind * second)
    assert [row[2:] for row in stays(zhang)] == [("next", "self"), ("assumed", "self")]
    left(zhang, 2)
    scanned(zhang, texts[1], 2 - behind * second)
    rows = stays(zhang)
    assert all(before[1] <= after[0] for before, after in pairwise(rows))
    assert rows[-1][2] == "assumed"


def test_coming_back_is_another_stay(library, zhang):
    text = poster(library)
    scanned(zhang, text)
    left(zhang, 10)
    scanned(zhang, text, 11)
    assert stays(zhang) == [(0, 10, "person", "self"), (11, 131, "assumed", "self")]


def test_a_stay_that_has_ended_by_itself_is_no_stay_now(library, zhang):
    scanned(zhang, poster(library))
    assert where_now(citizen_id=zhang.pk, now=NOW + minutes(119)) is not None
    assert where_now(citizen_id=zhang.pk, now=NOW + minutes(120)) is None
    assert left(zhang, 121) is None


def test_twelve_a_day_and_no_more(library, gym, zhang):
    texts = poster(library), poster(gym)
    for number in range(12):
        scanned(zhang, texts[number % 2], number)
    with pytest.raises(TooManyCheckIns):
        scanned(zhang, texts[0], 12)
    assert len(stays(zhang)) == 12
    assert scanned(zhang, texts[1], 13).venue == GYM  # that is where they are
    scanned(person("E10000002"), texts[0], 12)  # anybody else may


def test_the_day_begins_at_midnight(library, gym, zhang):
    texts = poster(library), poster(gym)
    for number in range(12):
        scanned(zhang, texts[number % 2], number)
    tomorrow = 14 * 60.0
    with pytest.raises(TooManyCheckIns):
        scanned(zhang, texts[0], tomorrow - 1)
    scanned(zhang, texts[0], tomorrow)


def test_stays_seen_by_gates_count_for_nothing_of_that(library, gym, zhang):
    text = poster(library)
    for number in range(12):
        gate(zhang, gym, 5 * number)
    scanned(zhang, text, 60)


def test_a_venue_out_of_service_takes_nobody(library, zhang):
    text = poster(library)
    Venue.objects.update(is_active=False)
    with pytest.raises(VenueClosed):
        scanned(zhang, text)
    assert stays(zhang) == []


def test_an_old_poster_takes_nobody(library, zhang):
    old = poster(library)
    poster(library)
    with pytest.raises(UnknownPoster):
        scanned(zhang, old)
    assert stays(zhang) == []


def test_no_colour_is_touched(library, zhang):
    rules_in_force()
    before = HealthStatus.objects.values().get(pk=zhang.pk), ColourChange.objects.count()
    scanned(zhang, poster(library))
    left(zhang, 5)
    assert not Evidence.objects.exists()
    assert (HealthStatus.objects.values().get(pk=zhang.pk), ColourChange.objects.count()) == before


# --- with gates -----------------------------------------------------------------------------


def test_a_gates_exit_ends_the_stay(library, zhang):
    scanned(zhang, poster(library))
    with transaction.atomic():
        leave(citizen_id=zhang.pk, place=library, at=NOW + minutes(50), now=NOW + minutes(50))
    assert stays(zhang) == [(0, 50, "scan", "self")]


def test_a_gates_entry_elsewhere_ends_the_stay(library, gym, zhang):
    scanned(zhang, poster(library))
    gate(zhang, gym, 30)
    assert stays(zhang) == [(0, 30, "next", "self"), (30, 150, "assumed", "scan")]


def test_a_poster_elsewhere_does_not_end_a_stay_seen_by_a_gate(library, gym, zhang):
    gate(zhang, library, 0)
    scanned(zhang, poster(gym), 30)
    assert stays(zhang) == [(0, 120, "assumed", "scan"), (30, 150, "assumed", "self")]


def test_whom_a_gate_saw_come_tells_nothing_new(library, zhang):
    gate(zhang, library, 0)
    here = scanned(zhang, poster(library), 10)
    assert (here.entered_at, here.told) == (NOW, False)
    assert stays(zhang) == [(0, 120, "assumed", "scan")]


def test_a_stay_seen_by_a_gate_is_not_ended_by_word(library, zhang):
    gate(zhang, library, 0)
    assert left(zhang, 10) is None
    assert stays(zhang) == [(0, 120, "assumed", "scan")]


@pytest.mark.parametrize("told_at", [0, 1, 20])
def test_a_gate_that_is_heard_later_says_the_same(library, zhang, told_at):
    scanned(zhang, poster(library), told_at)
    gate(zhang, library, 0, later=60)
    assert stays(zhang) == [(0, 120, "assumed", "scan")]


def test_a_gates_word_is_never_taken_for_the_persons(library, zhang):
    """Scanned at the gate a minute after the poster: from then on a gate has seen them."""
    scanned(zhang, poster(library))
    gate(zhang, library, 1)
    assert stays(zhang) == [(0, 1, "next", "self"), (1, 121, "assumed", "scan")]


def test_an_entry_taken_back_leaves_what_the_person_told(library, zhang):
    scanned(zhang, poster(library))
    gate(zhang, library, 1)
    with transaction.atomic():
        undo_entry(citizen_id=zhang.pk, place=library, at=NOW + minutes(1), now=NOW + minutes(2))
    assert stays(zhang) == [(0, 120, "assumed", "self")]


# --- kept and shown -------------------------------------------------------------------------


def test_the_citizen_reads_who_told_of_each_stay(library, gym, zhang):
    gate(zhang, library, 0)
    scanned(zhang, poster(gym), 30)
    shown = own_stays(citizen_id=zhang.pk, since=NOW - timedelta(days=1))
    assert [(stay.told, stay.assumed) for stay in shown] == [(True, True), (False, True)]


def test_touching_stays_told_by_different_people_are_shown_apart(library, zhang):
    scanned(zhang, poster(library))
    gate(zhang, library, 1)
    shown = own_stays(citizen_id=zhang.pk, since=NOW - timedelta(days=1))
    assert [stay.told for stay in shown] == [False, True]


def test_a_stay_has_one_of_three_sources(library, zhang):
    scanned(zhang, poster(library))
    with pytest.raises(IntegrityError, match="visit_source"), transaction.atomic():
        Visit.objects.update(source="else")
