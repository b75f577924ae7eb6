"""The days of these tests have partitions; two rooms in which people check in."""

import pytest
from pytest_django import DjangoDbBlocker

from tests.tracing.door import NOW
from tests.tracing.posters import GYM, room
from tracing.services import make_partitions


@pytest.fixture(scope="session", autouse=True)
def _september(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Partitions around the tests' own clock, made once for this worker, before any test."""
    with django_db_blocker.unblock():
        make_partitions(now=NOW)


@pytest.fixture
def library():
    """Two hours assumed, twelve at most."""
    return room()


@pytest.fixture
def gym():
    return room(GYM)
