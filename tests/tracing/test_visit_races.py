"""Stays of one person written by two connections at once."""

from itertools import pairwise
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from tests.tracing.door import NOW, device, minutes, person, place_of, venue
from tracing.models import Visit
from tracing.services import make_partitions
from tracing.services.visits import enter

GATES, LAPS = 8, 5


@pytest.mark.usefixtures("committed")
def test_gates_that_see_a_person_at_the_same_moment_make_no_overlap():
    make_partitions(now=NOW)
    places = [place_of(device()), place_of(device(venue("南京西路商场", "mall")))]
    zhang = person("E10000001")
    together = Barrier(GATES)

    def arrive(gate):
        together.wait()
        try:
            for lap in range(LAPS):
                at = NOW + minutes(4 * (gate + GATES * lap))
                with transaction.atomic():
                    enter(citizen_id=zhang.pk, place=places[gate % 2], at=at, now=at)
        finally:
            connection.close()

    threads = [Thread(target=arrive, args=[gate]) for gate in range(GATES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = list(Visit.objects.filter(citizen_id=zhang.pk).order_by("entered_at"))
    assert len(rows) == GATES * LAPS
    assert all(earlier.left_at == later.entered_at for earlier, later in pairwise(rows))
