"""Sources shared out over connections: the same answer as over one, of one moment, or an error."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections, transaction

from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    contacts,
    person,
    room,
    rules_in_force,
    stay,
)
from tracing import queries
from tracing.errors import TraceTooWide
from tracing.models import Visit
from tracing.queries import Source
from tracing.services import make_partitions, sweep_traces
from tracing.services.trace.read import read_meetings

pytestmark = pytest.mark.usefixtures("committed")
CROWD = range(1, 61)
SOURCES = [Source(number, at("17 00:00"), at("19 00:00")) for number in CROWD]


class Asking:
    """Asks for meetings of any length, and remembers over which connections it did."""

    def __init__(self) -> None:
        """Nobody has been asked yet."""
        self.connections: list = []
        self.shares: list[set[int]] = []

    def __call__(self, sources):
        self.connections.append(connections["default"])
        self.shares.append({source.citizen_id for source in sources})
        return queries.meetings(sources, least_minutes=1, window_hours=24)


@pytest.fixture
def crowd() -> int:
    """Sixty people in one room, each for an hour that begins a minute after the one before."""
    make_partitions(now=at("19 00:00"))
    place = room().pk
    Visit.objects.bulk_create(
        Visit(
            place_id=place,
            entered_at=at(f"18 08:{number - 1:02}"),
            citizen_id=number,
            left_at=at(f"18 09:{number - 1:02}"),
            left_by="scan",
        )
        for number in CROWD
    )
    return place


def test_two_connections_find_what_one_finds(crowd, settings):
    both, alone = Asking(), Asking()
    found = read_meetings(SOURCES, both)
    settings.TRACE_CONNECTIONS = 1
    assert sorted(found) == sorted(read_meetings(SOURCES, alone))
    assert len(found) == 60 * 59
    assert [len(share) for share in alone.shares] == [25, 25, 10]
    assert sorted(map(len, both.shares)) == [5, 5, 25, 25]
    assert set.union(*both.shares) == set(CROWD)


def test_the_connections_are_their_own_and_closed_afterwards(crowd):
    asking = Asking()
    read_meetings(SOURCES, asking)
    assert len({id(one) for one in [*asking.connections, connections["default"]]}) == 3
    assert {one.connection for one in asking.connections} == {None}


def test_few_sources_are_read_where_the_trace_runs(crowd):
    asking = Asking()
    assert len(read_meetings(SOURCES[:49], asking)) == 49 * 59
    assert set(asking.connections) == {connections["default"]}


def test_what_an_open_transaction_has_written_is_read(crowd):
    asking = Asking()
    with transaction.atomic():
        Visit.objects.filter(citizen_id=60).delete()
        assert len(read_meetings(SOURCES, asking)) == 59 * 58
    assert set(asking.connections) == {connections["default"]}


def test_within_a_savepoint_there_is_one_connection(crowd):
    asking = Asking()
    with transaction.atomic(), transaction.atomic():
        assert len(read_meetings(SOURCES, asking)) == 60 * 59
    assert set(asking.connections) == {connections["default"]}


def test_all_connections_see_the_moment_of_the_question(crowd, other):
    both_there, written = Barrier(2), Barrier(2)

    def ask(sources):
        if len(sources) == 25:
            if both_there.wait(20) == 0:
                other(Visit.objects.filter(citizen_id__gt=30).delete).result(20)
            written.wait(20)
        return queries.meetings(sources, least_minutes=1, window_hours=24)

    assert len(read_meetings(SOURCES, ask)) == 60 * 59
    assert Visit.objects.count() == 30


@pytest.mark.parametrize("ill", [1, 2])
def test_an_error_on_either_connection_is_raised(crowd, ill):
    def ask(sources):
        if ill in {source.citizen_id for source in sources}:
            raise ValueError("no answer")
        return queries.meetings(sources, least_minutes=1, window_hours=24)

    with pytest.raises(ValueError, match="no answer"):
        read_meetings(SOURCES, ask)


@pytest.mark.parametrize("connected", [1, 2])
def test_a_trace_that_finds_too_much_gives_up(crowd, settings, connected):
    settings.TRACE_CONNECTIONS, settings.TRACE_MOST_MEETINGS = connected, 25 * 59
    assert len(read_meetings(SOURCES[:25], Asking())) == 25 * 59
    settings.TRACE_MOST_MEETINGS -= 1
    asking = Asking()
    with pytest.raises(TraceTooWide):
        read_meetings(SOURCES, asking)
    assert len(asking.shares) == connected


def test_a_case_whose_trace_is_too_wide_is_asked_for_again_in_an_hour(settings):
    make_partitions(now=NOW)
    rules_in_force()
    anna, bo, place = person("E10000001"), person("E10000002"), room()
    stay(anna, place, "18 12:00", "18 13:00")
    stay(bo, place, "18 12:00", "18 13:00")
    case = confirmed(anna)
    settings.TRACE_MOST_MEETINGS, within_the_hour = 0, NOW + timedelta(minutes=59)
    assert [sweep_traces(now=NOW), sweep_traces(now=within_the_hour)] == [0, 0]
    assert contacts(case) == {}
    settings.TRACE_MOST_MEETINGS = 1
    assert [sweep_traces(now=within_the_hour), sweep_traces(now=NOW + timedelta(hours=1))] == [0, 1]
    assert set(contacts(case)) == {bo.pk}
