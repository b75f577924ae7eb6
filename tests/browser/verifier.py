"""A page that has loaded the verifier in JavaScript, for the tests of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.fixtures import own_copy
from tests.vectors import craft

CASES_MODULE = Path(craft.__file__).with_name("cases.mjs")
LOAD = """async () => {
  window.passes = await import("/static/js/passes/index.js");
  window.cases = await import("/cases.mjs");
}"""


@contextmanager
def site(blocker: DjangoDbBlocker) -> Iterator[str]:
    """The pages, with no data at all; yields their address."""
    with own_copy("empty", blocker):
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


def loaded(page: Page, address: str) -> Page:
    """A page of the site, under its rules for scripts, that has `passes` and `cases` at hand."""
    page.route("**/cases.mjs", lambda route: route.fulfill(path=CASES_MODULE))
    page.goto(f"{address}/staff/enrol/")
    page.evaluate(LOAD)
    return page
