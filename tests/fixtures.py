"""Fixtures: which database a test sees, and which servers run for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests import databases


@dataclass(frozen=True)
class Copy:
    """A database of the test's own: commits are real, nobody else sees them."""

    name: str

    @property
    def urls(self) -> dict[str, str]:
        """Both roles' addresses, for processes a test starts."""
        return databases.urls_of(self.name)


@contextmanager
def _everyone_uses(name: str) -> Iterator[None]:
    """Point both aliases of this process, in all its threads, at a database."""
    before = connections["default"].settings_dict["NAME"]
    try:
        _point_at(name)
        yield
    finally:
        _point_at(before)


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> Iterator[None]:
    """One copy of the empty database for this worker; its tests roll back what they write."""
    with databases.copy_of("empty") as name, _everyone_uses(name):
        yield


@contextmanager
def _own_copy(kind: str, blocker: DjangoDbBlocker) -> Iterator[Copy]:
    with databases.copy_of(kind) as name, blocker.unblock(), _everyone_uses(name):
        yield Copy(name)


@pytest.fixture
def committed(django_db_blocker: DjangoDbBlocker) -> Iterator[Copy]:
    """A migrated, empty database of the test's own, where commits are real."""
    with _own_copy("empty", django_db_blocker) as copy:
        yield copy


@pytest.fixture
def city(django_db_blocker: DjangoDbBlocker) -> Iterator[Copy]:
    """The test city of 3,000 citizens in a database of the test's own, where commits are real."""
    with _own_copy("city", django_db_blocker) as copy:
        yield copy
