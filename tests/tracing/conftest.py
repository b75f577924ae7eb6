"""The days of these tests have partitions; two rooms in which people check in."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.tracing.door import NOW
from tests.tracing.posters import GYM, room
from tests.tracing.together import closing
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


@pytest.fixture
def other() -> Iterator[Callable[..., Future]]:
    """Calls a function in another thread, on connections of its own."""
    with ThreadPoolExecutor() as pool:

        def call(deed: Callable[..., Any], **arguments: Any) -> Future:
            return pool.submit(closing, deed, arguments)

        yield call
