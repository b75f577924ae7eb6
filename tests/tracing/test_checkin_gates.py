"""What gates saw stands, whatever is told; what is told ends with it."""

from datetime import timedelta
from itertools import pairwise, permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracing.door import NOW, minutes, person
from tests.tracing.posters import GYM, LIBRARY, left, poster, room, scanned, stays
from tracing.models import Place, Visit, VisitSource
from tracing.services import own_stays, where_now
from tracing.services.visits import enter, leave, undo_entry

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)


@pytest.fixture
def bo():
    return person("E10000002")


def come(who, place, minute, source=VisitSource.SCAN):
    """An entry at a gate, or one that is told, known whenever it is."""
    with transaction.atomic():
        at = NOW + minutes(minute)
        return enter(citizen_id=who.pk, place=place, at=at, now=LATER, source=source)


def tell(who, place, minute):
    return come(who, place, minute, VisitSource.SELF)


def go(who, place, minute):
    with transaction.atomic():
        return leave(citizen_id=who.pk, place=place, at=NOW + minutes(minute), now=LATER)


def undo(who, place, minute):
    with transaction.atomic():
        undo_entry(citizen_id=who.pk, place=place, at=NOW + minutes(minute), now=LATER)


def here(who, minute):
    return where_now(citizen_id=who.pk, now=NOW + minutes(minute))


def test_a_gates_exit_beats_a_photograph_of_a_poster_elsewhere(library, gym, bo):
    come(bo, library, 5)
    scanned(bo, poster(gym), 5.1)
    assert go(bo, library, 55) is not None
    assert stays(bo)[0] == (5, 55, "scan", "scan")


def test_a_late_exit_lengthens_what_a_gate_saw_whatever_was_told_since(library, gym, bo):
    come(bo, library, 0)
    scanned(bo, poster(gym), 150)
    go(bo, library, 200)
    assert stays(bo) == [(0, 200, "scan", "scan"), (150, 270, "assumed", "self")]


def test_the_rooms_own_poster_does_not_catch_the_exit_either(library, bo):
    """Scanned when the stay was taken to be over: it was not, so nothing new was told."""
    come(bo, library, 0)
    scanned(bo, poster(library), 121)
    go(bo, library, 300)
    assert stays(bo) == [(0, 300, "scan", "scan")]


def test_an_entry_heard_late_does_not_end_where_something_was_told(library, gym, bo):
    scanned(bo, poster(gym), 30)
    come(bo, library, 0)
    assert stays(bo) == [(0, 120, "assumed", "scan"), (30, 150, "assumed", "self")]


def test_an_exit_ends_what_was_told_of_the_room_once_the_gates_stay_was_over(library, gym, bo):
    come(bo, library, 0)
    come(bo, gym, 40)
    scanned(bo, poster(library), 60)
    go(bo, library, 100)
    assert stays(bo) == [
        (0, 40, "next", "scan"),
        (40, 160, "assumed", "scan"),
        (60, 100, "scan", "self"),
    ]


def test_an_exit_ends_both_where_another_gate_parts_them(library, gym, bo):
    come(bo, library, 0)
    come(bo, gym, 200)
    scanned(bo, poster(library), 330)
    go(bo, library, 350)
    assert stays(bo) == [
        (0, 200, "next", "scan"),
        (200, 320, "assumed", "scan"),
        (330, 350, "scan", "self"),
    ]


def test_an_exit_is_none_of_what_was_told_before_the_gate_saw_them(library, bo):
    scanned(bo, poster(library), 0)
    left(bo, 10)
    come(bo, library, 20)
    go(bo, library, 30)
    assert go(bo, library, 60) is None
    assert stays(bo) == [(0, 10, "person", "self"), (20, 30, "scan", "scan")]


# --- back at the first place ----------------------------------------------------------------


def test_back_at_the_first_poster_the_gates_stay_is_the_stay(library, gym, bo):
    first, second = poster(library), poster(gym)
    come(bo, library, 0)
    scanned(bo, second, 20)
    assert here(bo, 30).venue == GYM
    back = scanned(bo, first, 40)
    assert (back.venue, back.entered_at, back.told) == (LIBRARY, NOW, False)
    assert scanned(bo, first, 50) == here(bo, 50) == back
    assert stays(bo) == [(0, 120, "assumed", "scan"), (20, 40, "next", "self")]


def test_in_one_second_there_and_back_no_told_stay_is_left_running(library, gym, bo):
    first, second = poster(library), poster(gym)
    come(bo, library, 0)
    scanned(bo, second, 20)
    scanned(bo, first, 20)
    assert stays(bo)[1] == (20, 20 + 1 / 60, "next", "self")


def test_whoever_leaves_what_they_told_of_is_where_the_gate_saw_them(library, gym, bo):
    come(bo, library, 0)
    scanned(bo, poster(gym), 20)
    assert left(bo, 45).venue == GYM
    assert here(bo, 50).venue == LIBRARY
    assert left(bo, 50) is None
    assert stays(bo) == [(0, 120, "assumed", "scan"), (20, 45, "person", "self")]


@pytest.mark.parametrize("ahead", [1, 30, 59])
def test_back_after_an_exit_by_a_clock_ahead_is_another_stay(library, bo, ahead):
    come(bo, library, 0)
    go(bo, library, 30 + ahead / 60)
    scanned(bo, poster(library), 30)
    out, back = stays(bo)
    assert (out[2:], back[2:]) == (("scan", "scan"), ("assumed", "self"))
    assert out[1] == back[0]


def test_the_citizen_reads_one_stay_where_rows_touch_around_a_told_one(library, gym, bo):
    come(bo, library, 0)
    scanned(bo, poster(gym), 20)
    come(bo, library, 40)
    shown = own_stays(citizen_id=bo.pk, since=NOW)
    assert [((s.first - NOW) / minutes(1), (s.last - NOW) / minutes(1)) for s in shown] == [
        (20, 40),
        (0, 160),
    ]


# --- taken back -----------------------------------------------------------------------------


def test_taken_back_the_gates_stay_before_runs_on_past_what_was_told(library, gym, bo):
    station = room("静安寺站")
    come(bo, library, 0)
    come(bo, station, 30)
    scanned(bo, poster(gym), 60)
    undo(bo, station, 30)
    assert stays(bo) == [(0, 120, "assumed", "scan"), (60, 180, "assumed", "self")]


def test_taken_back_the_told_stay_before_runs_on_to_what_was_told_next(library, gym, bo):
    scanned(bo, poster(library))
    come(bo, room("静安寺站"), 30)
    scanned(bo, poster(gym), 60)
    undo(bo, room("静安寺站"), 30)
    assert stays(bo) == [(0, 60, "next", "self"), (60, 180, "assumed", "self")]


def test_a_gates_stay_that_runs_on_takes_in_what_was_told_of_the_room(library, gym, bo):
    come(bo, library, 0)
    come(bo, gym, 30)
    scanned(bo, poster(library), 60)
    undo(bo, gym, 30)
    assert stays(bo) == [(0, 120, "assumed", "scan")]


def test_only_what_a_gate_said_is_taken_back(library, bo):
    scanned(bo, poster(library))
    undo(bo, library, 0)
    assert stays(bo) == [(0, 120, "assumed", "self")]


# --- whatever the order ---------------------------------------------------------------------


def test_the_order_in_which_gates_are_heard_does_not_matter_to_what_is_told(library, gym, bo):
    """People tell as it happens; gates may be heard at any time."""
    seen = [(come, library, 0), (come, gym, 60), (come, library, 90)]
    told = [(tell, gym, 20), (tell, library, 40), (tell, room("静安寺站"), 100)]
    found = set()
    for order in permutations([*seen, *told]):
        if [step for step in order if step in told] != told:
            continue
        Visit.objects.filter(citizen_id=bo.pk).delete()
        for act, place, minute in order:
            act(bo, place, minute)
        found.add(tuple(stays(bo)))
    assert found == {
        (
            (0, 60, "next", "scan"),
            (20, 40, "next", "self"),
            (60, 90, "next", "scan"),
            (90, 210, "assumed", "scan"),
            (100, 220, "assumed", "self"),
        )
    }


def test_what_is_told_where_a_gate_is_taken_to_see_them_is_missing_if_it_did_not(library, gym, bo):
    """The one exception: in the order of time the library's poster would have been kept."""
    come(bo, library, 0)
    scanned(bo, poster(library), 60)
    come(bo, gym, 40)
    assert stays(bo) == [(0, 40, "next", "scan"), (40, 160, "assumed", "scan")]


STEPS = st.lists(
    st.tuples(st.sampled_from([come, tell, tell, go, undo]), st.booleans(), st.integers(0, 60)),
    min_size=2,
    max_size=14,
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_what_gates_saw_is_the_same_whatever_is_told(library, gym, bo, steps):
    """Five minutes a step: told or not, the same rows; no overlap in one place or of told stays."""
    Place.objects.filter(pk=gym.pk).update(assumed_stay=minutes(30))
    gym.refresh_from_db()

    def after(chosen):
        Visit.objects.filter(citizen_id=bo.pk).delete()
        for act, in_gym, number in chosen:
            act(bo, gym if in_gym else library, 5 * number)
        return list(Visit.objects.filter(citizen_id=bo.pk).order_by("entered_at", "place_id"))

    def seen(rows):
        return [(r.pk, r.left_at, r.left_by) for r in rows if r.source == VisitSource.SCAN]

    alone = after([step for step in steps if step[0] is not tell])
    rows = after(steps)
    assert seen(rows) == seen(alone)
    for place in (library, gym):
        assert _apart([row for row in rows if row.place_id == place.pk])
    told = [row for row in rows if row.source == VisitSource.SELF]
    assert _apart(told, or_at_once=True)


def _apart(rows, *, or_at_once=False):
    return all(
        before.left_at <= after.entered_at or (or_at_once and before.entered_at == after.entered_at)
        for before, after in pairwise(rows)
    )
