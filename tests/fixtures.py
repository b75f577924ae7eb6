"""Fixtures: which database a test sees, and which servers run for it."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from config import servers
from config.children import children
from tests import chromium, databases
from tests.browser import film

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}
# As many databases as the embedded broker has, less the first.
LAST_CORNER = 999
_corners = count()


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
def own_copy(kind: str, blocker: DjangoDbBlocker) -> Iterator[Copy]:
    """A copy of `empty` or `city` for a block: for fixtures that live longer than a test."""
    with databases.copy_of(kind) as name, blocker.unblock(), _everyone_uses(name):
        yield Copy(name)


@pytest.fixture
def committed(django_db_blocker: DjangoDbBlocker) -> Iterator[Copy]:
    """A migrated, empty database of the test's own, where commits are real."""
    with own_copy("empty", django_db_blocker) as copy:
        yield copy


@pytest.fixture
def city(django_db_blocker: DjangoDbBlocker) -> Iterator[Copy]:
    """The test city of 3,000 citizens in a database of the test's own, where commits are real."""
    with own_copy("city", django_db_blocker) as copy:
        yield copy


@pytest.fixture
def live_web(city: Copy) -> Iterator[str]:
    """A web server in a thread of this process, on the city; yields its address.

    Quick to start; there is no worker, so nudges wait for whoever calls the sweep.
    """
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def live_city(city: Copy, tmp_path: Path) -> Iterator[str]:
    """Web, worker and beat as processes of their own, on the city; yields their address."""
    with children(_service_environment(city), tmp_path / "log") as family:
        port = _free_port()
        servers.start_all(family, port, schedule=tmp_path / "beat")
        family.wait_for(servers.health_url(port), seconds=60)
        yield f"http://{servers.HOST}:{port}"
        family.check()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, with a profile of its own."""
    program = chromium.find()
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(chromium.MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=[*chromium.FLAGS])
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages as different people: each call is a phone or computer with no past.

    Takes the options of Playwright's `new_context`; without any it is a Chinese phone.
    A script error on any page fails the test.
    """
    contexts, faults = [], []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**(PHONE | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        return page

    yield open_page
    for context in contexts:
        _close(context)
    assert not faults


@pytest.fixture
def camera_page(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens pages of phones whose camera sees a film of codes, over and over.

    Takes the texts and the film's style, or how many cameras there are without a film;
    `allowed=False` for a person who refuses them, and the options of Playwright's `new_context`.
    A script error on any page fails the test.
    """
    started, faults = [], []

    def open_page(
        *texts: str,
        style: film.Style = film.STEADY,
        allowed: bool = True,
        cameras: int = 1,
        **options: Any,
    ) -> Page:
        path = tmp_path / f"{len(started)}.y4m"
        played = film.write_film(path, texts, style) if texts else None
        given = [*chromium.FLAGS, *film.flags(played, allowed=allowed, cameras=cameras)]
        phone = browser.browser_type.launch(executable_path=chromium.find(), args=given)
        started.append(phone)
        page = phone.new_context(**(PHONE | options)).new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        return page

    yield open_page
    for phone in started:
        for context in phone.contexts:
            _close(context)
        phone.close()
    assert not faults


def _close(context: BrowserContext) -> None:
    """Requests that a test answers itself may still be under way: nobody waits for them."""
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
    context.unroute_all(behavior="ignoreErrors")
    context.close()


def _service_environment(city: Copy) -> dict[str, str]:
    """The city's database, and a corner of the broker that no earlier test has used."""
    corner = 1 + (os.getpid() + next(_corners)) % LAST_CORNER
    return (
        os.environ | city.urls | {"BROKER_URL": f"{os.environ['BROKER_URL']}?virtual_host={corner}"}
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((servers.HOST, 0))
        port: int = probe.getsockname()[1]
        return port
