"""Standing at a gate: enrolled phones, people whose codes are shown, what the screen says."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts import pii
from accounts.models import Citizen
from tests.fixtures import own_copy
from tests.healthcode.pockets import Pocket, pocket_with_a_pass
from tests.journeys import world
from tests.tracing import door
from tests.tracing.door import minutes
from tracing.models import Device, Scan, Visit
from tracing.services import create_device, make_partitions

numbers = count(1)
#: Until the worker has all the files and looks after this page.
IN_CHARGE = """async () => {
  while (!navigator.serviceWorker.controller) await new Promise((tick) => setTimeout(tick, 50));
}"""


def serving(blocker) -> Iterator[str]:
    """The pages, on a database for a file of tests: each test has a gate and people of its own."""
    with own_copy("empty", blocker):
        make_partitions(now=timezone.now())
        world.rules_in_force()
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


def enrolment(*, direction="entry", name="", venue="静安寺站", attended=True, **rule) -> str:
    """The one-time token of a new device."""
    cache.clear()  # an officer enrols fewer than thirty devices a minute, these tests more
    station = door.venue(venue, **rule)
    return create_device(
        venue_id=station.pk,
        zone_id=door.zone(station).pk,
        name=name or f"{next(numbers)}号口",
        direction=direction,
        attended=attended,
        by=door.officer(),
        now=timezone.now(),
    )[1]


def at_home(page: Page, web: str, **device: object) -> Page:
    """The home screen of a newly enrolled gate that holds all it needs."""
    page.goto(f"{web}/staff/#e={enrolment(**device)}")
    expect(page.locator("#ready")).to_have_attribute("data-state", "good")
    return page


def started(page: Page, web: str, **device: object) -> Page:
    """A gate whose scanner waits."""
    at_home(page, web, **device).click("#start")
    expect(page.locator("#wedge")).to_be_focused()
    return page


def without_keys(page: Page) -> Page:
    """A page that no kit and no list ever reaches: only the server can judge."""
    page.route("**/devices/kit/", lambda route: route.abort())
    page.route("**/.well-known/**", lambda route: route.abort())
    return page


def lose_the_answer(route: Route) -> None:
    """The server hears the request, and its answer never arrives."""
    route.fetch()
    route.abort()


def person(result="", days=0, name="张小三", now: datetime | None = None) -> Citizen:
    now = (now or timezone.now()).replace(microsecond=0)
    who = door.person(f"E{10_000_000 + next(numbers)}")
    who.name_sealed = pii.seal("citizen.name", name, context=who.ref)
    who.save(update_fields=["name_sealed"])
    if result:
        door.after_test(who, result, now - minutes(24 * 60 * days + 60), now=now)
    return who


def green() -> Citizen:
    return person("negative")


def yellow() -> Citizen:
    return person("negative", days=20, name="李四")


def red() -> Citizen:
    return person("positive", name="Maria Clara Lopez")


def shown(who: Citizen) -> str:
    """The text on the person's phone right now: a live code."""
    return door.code(who, timezone.now())


def pocket(who: Citizen) -> Pocket:
    """The person's phone with a pass of its own."""
    return pocket_with_a_pass(who, timezone.now())


def scan(page: Page, text: str) -> None:
    """What a scanner does: keys, then Enter."""
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def says(page: Page, word: str, second="", sentence="") -> None:
    expect(page.locator("#verdict-word")).to_have_text(word)
    expect(page.locator("#verdict-word")).to_be_visible()
    if second:
        expect(page.locator("#verdict-second")).to_have_text(second)
    if sentence:
        expect(page.locator("#verdict-todo")).to_contain_text(sentence)


def eventually(page: Page, question, answer) -> None:
    """Wait until the server knows what it should."""
    for _ in range(80):
        if question() == answer:
            return
        page.wait_for_timeout(100)
    assert question() == answer


def stored() -> list[tuple[str, str, bool | None]]:
    """The scans of the gate enrolled last: the server's outcome, its own, and the door."""
    scans = Scan.objects.filter(device_id=Device.objects.latest("pk").pk).order_by("scan_id")
    return [(scan.outcome, scan.device_outcome, scan.admitted) for scan in scans]


def reasons() -> list[tuple[str, str]]:
    """The reasons beside them, the server's and the device's."""
    scans = Scan.objects.filter(device_id=Device.objects.latest("pk").pk).order_by("scan_id")
    return [(scan.reason, scan.device_reason) for scan in scans]


def stays(who: Citizen) -> int:
    return Visit.objects.filter(citizen_id=who.pk).count()
