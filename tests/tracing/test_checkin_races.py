"""One person's two phones at once: one stay is running at any moment, and one row for each."""

from datetime import timedelta
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from accounts.errors import DomainError
from tests.tracing.door import NOW, minutes, person
from tests.tracing.posters import GYM, poster, room
from tracing.models import Visit
from tracing.services import check_in, check_out, make_partitions
from tracing.services.visits import enter, leave

PHONES, LAPS = 6, 4


def at_once(deed):
    """Each phone does its part, all at the same moment, on a connection of its own."""
    together = Barrier(PHONES)

    def one(phone):
        together.wait()
        try:
            deed(phone)
        finally:
            connection.close()

    threads = [Thread(target=one, args=[phone]) for phone in range(PHONES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def posters(committed):
    make_partitions(now=NOW)
    return [poster(room()), poster(room(GYM))]


def test_two_posters_at_once_leave_one_stay_running(posters):
    zhang = person("E10000001")
    at_once(lambda phone: check_in(citizen_id=zhang.pk, text=posters[phone % 2], now=NOW))
    rows = list(Visit.objects.filter(citizen_id=zhang.pk).order_by("entered_at"))
    assert [row.left_by for row in rows] == ["next"] * (len(rows) - 1) + ["assumed"]
    assert all(before.left_at == after.entered_at for before, after in pairwise(rows))


def test_the_same_poster_at_once_is_one_stay(posters):
    zhang = person("E10000001")
    at_once(lambda phone: check_in(citizen_id=zhang.pk, text=posters[0], now=NOW))
    assert Visit.objects.filter(citizen_id=zhang.pk).count() == 1


def test_gates_and_posters_at_once_leave_the_gates_stays_as_they_would_be(committed):
    make_partitions(now=NOW)
    rooms = [room(), room(GYM)]
    posters = [poster(place) for place in rooms]
    zhang = person("E10000001")

    def seen_or_told(phone, place, at):
        if phone:
            check_in(
                citizen_id=zhang.pk, text=posters[phone % 2], now=at + timedelta(seconds=phone)
            )
            return
        with transaction.atomic():
            enter(citizen_id=zhang.pk, place=place, at=at, now=at)

    for lap in range(2):
        came, place = NOW + minutes(10 * lap), rooms[lap]
        at_once(lambda phone, came=came, place=place: seen_or_told(phone, place, came))
        with transaction.atomic():
            leave(citizen_id=zhang.pk, place=place, at=came + minutes(9), now=came + minutes(9))
    rows = Visit.objects.filter(citizen_id=zhang.pk).order_by("entered_at", "source")
    seen = [row for row in rows if row.source == "scan"]
    assert [(row.entered_at, row.left_at, row.left_by) for row in seen] == [
        (NOW + minutes(10 * lap), NOW + minutes(10 * lap + 9), "scan") for lap in range(2)
    ]
    told = [row for row in rows if row.source == "self"]
    here = [[row for row in rows if row.place_id == place.pk] for place in rooms]
    for apart in (told, *here):
        assert all(before.left_at <= after.entered_at for before, after in pairwise(apart))


def test_no_more_than_twelve_get_through_together(posters):
    zhang = person("E10000001")
    refused = []

    def in_and_out(phone):
        for lap in range(LAPS):
            moment = NOW + timedelta(seconds=PHONES * lap + phone)
            try:
                check_in(citizen_id=zhang.pk, text=posters[0], now=moment)
            except DomainError as error:
                refused.append(error.code)
            check_out(citizen_id=zhang.pk, now=moment)

    at_once(in_and_out)
    assert Visit.objects.filter(citizen_id=zhang.pk, source="self").count() <= 12
    assert set(refused) <= {"too_many_check_ins"}
