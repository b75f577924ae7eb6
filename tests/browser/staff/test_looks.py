"""How the staff pages look and read: four shapes that differ without colour, large targets,
nothing that axe finds, in both languages."""

from io import BytesIO
from itertools import combinations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from PIL import Image, ImageChops
from playwright.sync_api import expect

from tests.browser.staff.gates import at_home, green, red, says, scan, shown, yellow
from tests.tracing import door
from tracing.models import Device
from tracing.services import revoke_device

LANGUAGES = {"zh-hans": "可通行", "en": "Pass"}
SIZES = [(360, 640), (390, 844), (820, 1180), (1180, 820)]
SIDE = 96
#: Two greys closer than this look the same on a poor screen.
SAME = 48


@pytest.fixture
def page(new_page):
    return new_page(service_workers="block")


def in_language(page, web, code):
    page.context.add_cookies([{"name": "django_language", "value": code, "url": web}])
    return page


def every_screen(page, web):
    """The name of each screen, while it is shown."""
    page.goto(f"{web}/staff/enrol/")
    yield "enrol"
    at_home(page, web)
    yield "home"
    page.click("#start")
    expect(page.locator("#camera-problem")).not_to_be_empty()
    yield "scan"
    for name, text in (
        ("pass", shown(green())),
        ("check", shown(yellow())),
        ("stop", shown(red())),
        ("grey", "HCP:/1/A"),
    ):
        scan(page, text)
        expect(page.locator(f'body[data-outcome="{name.upper()}"]')).to_be_visible()
        page.wait_for_timeout(300)
        yield name
        page.locator("#admit:visible, #next:visible").click()
    device = Device.objects.latest("pk")
    revoke_device(device_id=device.pk, by=door.officer(), now=timezone.now())
    scan(page, shown(green()))
    expect(page.locator("[data-of=stopped]")).to_be_visible()
    yield "stopped"


@pytest.mark.parametrize("code", LANGUAGES)
def test_axe_finds_nothing_on_any_screen(web, page, code):
    found = {}
    for name in every_screen(in_language(page, web, code), web):
        results = Axe().run(page)
        found[name] = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"]])
            for rule in results.response["violations"]
        ]
    assert len(found) == 8
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_each_screen_speaks_the_language_that_was_chosen(web, page):
    in_language(page, web, "en")
    screens = every_screen(page, web)
    for name in screens:
        if name == "pass":
            says(page, "Pass", "可通行", "Tested negative")
            break
    assert page.title() == "Pass"
    screens.close()


@pytest.mark.parametrize("size", SIZES)
def test_every_target_is_large_and_nothing_is_cut_off_at_the_side(web, new_page, size):
    width, height = size
    page = new_page(viewport={"width": width, "height": height}, service_workers="block")
    for name in every_screen(page, web):
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        for target in page.locator("button:visible, a:visible, input:visible").all():
            box = target.bounding_box()
            if box["width"] > 2:  # the scanner's field, which is not for fingers, is out of sight
                assert min(box["width"], box["height"]) >= 60, (name, target.inner_text())


def test_the_four_shapes_differ_in_grey(web, page):
    shapes = {}
    for name in every_screen(page, web):
        if name in {"pass", "check", "stop", "grey"}:
            picture = page.locator(".verdict__shape:visible .icon").screenshot()
            grey = Image.open(BytesIO(picture)).convert("L").resize((SIDE, SIDE))
            shapes[name] = black_and_white(grey)
    for one, other in combinations(shapes, 2):
        differing = ImageChops.difference(shapes[one], shapes[other]).histogram()[255]
        assert differing >= SIDE * SIDE / 5, (one, other, differing / SIDE / SIDE)


def black_and_white(grey):
    """A shape on its ground, whichever of the two is the darker."""
    ground = grey.getpixel((1, 1))
    return grey.point(lambda value: 255 * (abs(value - ground) > SAME))
