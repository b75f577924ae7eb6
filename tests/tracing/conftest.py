"""The days of these tests have partitions."""

import pytest
from pytest_django import DjangoDbBlocker

from tests.tracing.door import NOW
from tracing.services import make_partitions


@pytest.fixture(scope="session", autouse=True)
def _september(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Partitions around the tests' own clock, made once for this worker, before any test."""
    with django_db_blocker.unblock():
        make_partitions(now=NOW)
