"""How many citizens have which colour: counted in small cities, estimated in large ones."""

import pytest
from django.db import connections

from healthcode import queries
from healthcode.colours import Colour
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN

NUMBERS = ("110105194912310038", "110105194912310054", "110105194912310070", LI_SI, ZHANG_SAN)


def _four_greens_and_a_red() -> None:
    world.rules_in_force()
    lab = world.source("lab", "test")
    for number in NUMBERS:
        world.resident(number, "张小三", "+8613800138000")
        result = "positive" if number == ZHANG_SAN else "negative"
        world.hand_in(lab, world.pcr(number, number, result=result))
        world.status_after_the_sweep(number)


@pytest.mark.django_db
def test_a_small_city_is_counted():
    _four_greens_and_a_red()

    assert queries.count_by_colour() == ({Colour.GREEN: 4, Colour.RED: 1}, True)


def test_a_large_city_is_estimated_but_for_its_yellows_and_reds(committed, monkeypatch):
    _four_greens_and_a_red()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE healthcode_healthstatus")
    monkeypatch.setattr(queries, "COUNTED_EXACTLY", 2)

    found = queries.count_by_colour()

    # One red among five is too few for the sample's list of common values.
    assert found == ({Colour.GREEN: 4, Colour.YELLOW: 0, Colour.RED: 1}, False)
