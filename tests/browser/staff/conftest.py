"""A server for each file of these tests, and a phone to hold before its gates."""

import pytest

from tests.browser.staff.gates import green, pocket, serving


@pytest.fixture(scope="module")
def web(django_db_blocker):
    yield from serving(django_db_blocker)


@pytest.fixture
def phone(web):
    """A green person's phone with a pass of its own, in a list that gates can hold."""
    return pocket(green())
