"""The protections every test runs under, and the servers it may ask for."""

import socket
from urllib.request import urlopen

import pytest
from django.db import connection
from pytest_socket import SocketConnectBlockedError


def test_no_test_reaches_beyond_this_machine():
    outside = socket.socket()
    blocked = pytest.raises(SocketConnectBlockedError)
    with outside, pytest.warns(match="192.0.2.1"), blocked:
        outside.connect(("192.0.2.1", 80))


def test_a_committed_row_is_gone_in_the_next_copy(committed):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user")
        assert cursor.fetchone() == (committed.name, "healthcode_app")


def test_the_browser_speaks_chinese(new_page):
    page = new_page()
    assert page.evaluate("navigator.language") == "zh-CN"


@pytest.fixture
def city(committed):
    """An empty city is enough to see servers start."""
    return committed


def test_a_page_of_the_city_is_served_from_a_thread(live_web):
    with urlopen(f"{live_web}/healthz/") as answer:
        assert answer.status == 200


def test_the_whole_service_runs_on_a_city_of_the_tests_own(live_city):
    with urlopen(f"{live_city}/healthz/") as answer:
        assert answer.status == 200
