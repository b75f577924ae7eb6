"""The chain, a venue's day and what rules find, drawn in a real browser under the site's policy."""

import os
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.roles import Role
from tests import oversight
from tests.journeys import world
from tests.tracing.chained import banquet
from tests.tracing.outbreak import NOW, positive, rules_in_force
from tracing.models import Contact
from tracing.services import make_partitions

DESK = {
    "viewport": {"width": 1280, "height": 900},
    "device_scale_factor": 1,
    "is_mobile": False,
    "has_touch": False,
}
DRAWN = ".chart__plot[data-drawn='yes']"


@pytest.fixture
def scene(committed):
    make_partitions(now=NOW)
    oversight.regions()
    rules_in_force()
    return banquet()


@pytest.fixture
def web(scene):
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def tracer(web, new_page):
    """Opens pages as a tracer; whatever the page's policy blocks fails the test."""
    user = oversight.officer(Role.TRACER)
    session = oversight.browser(user).cookies["session"].value
    blocked = []

    def open_page(path: str, **options):
        page = new_page(**options)
        page.context.add_cookies([{"name": "session", "value": session, "url": web}])
        page.on("console", lambda said: blocked.append(said.text) if said.type == "error" else None)
        page.goto(web + path)
        return page

    yield open_page
    assert not blocked


def shot(page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def chain_path(case) -> str:
    return f"/admin/tracing/case/{case.pk}/chain/"


def pixel_of(page, ref: str) -> tuple[float, float]:
    """Where the dot of somebody stands in the picture."""
    x, y = page.evaluate(
        """ref => {
          const chart = document.querySelector(".chart__plot").chart;
          const series = chart.getOption().series.findIndex(one => one.type === "graph");
          const dot = chart.getOption().series[series].data.find(one => one.name === ref);
          return chart.convertToPixel({ seriesIndex: series }, dot.value);
        }""",
        ref[:8],
    )
    return x, y


def test_the_chain_is_drawn_and_a_click_on_a_case_opens_it(tracer, scene):
    page = tracer(f"/admin/tracing/case/{scene.li.pk}/change/", **DESK)
    page.get_by_role("link", name="传播链").click()
    expect(page.locator(DRAWN)).to_be_visible()
    shot(page, "e_chain")

    x, y = pixel_of(page, scene.zhang.ref)
    page.locator(".chart__plot").click(position={"x": x, "y": y})

    page.wait_for_url(re.compile(f"/case/{scene.zhang.pk}/change/"))


def test_a_click_on_a_contact_opens_the_contact(tracer, scene):
    page = tracer(chain_path(scene.zhang), **DESK)
    expect(page.locator(DRAWN)).to_be_visible()
    guest = scene.guests[0]

    x, y = pixel_of(page, guest.ref)
    page.locator(".chart__plot").click(position={"x": x, "y": y})

    page.wait_for_url(re.compile(r"/contact/\d+/change/"))
    pk = int(urlsplit(page.url).path.split("/")[4])
    assert Contact.objects.get(pk=pk).citizen_id == guest.pk


def test_pointing_at_a_dot_says_what_is_known_of_it(tracer, scene):
    page = tracer(chain_path(scene.zhang), **DESK)
    expect(page.locator(DRAWN)).to_be_visible()

    x, y = pixel_of(page, scene.li.ref)
    page.locator(".chart__plot").hover(position={"x": x, "y": y})

    page.wait_for_timeout(300)
    shot(page, "e_chain_tip")


def test_on_a_phone_the_picture_moves_inside_its_frame_and_the_page_does_not(tracer, scene):
    page = tracer(chain_path(scene.zhang))
    expect(page.locator(DRAWN)).to_be_visible()
    shot(page, "e_chain_phone")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    frame = page.locator(".chart__frame")
    assert frame.evaluate("e => e.scrollWidth > e.clientWidth")
    frame.evaluate("e => e.scrollTo(e.scrollWidth, 0)")
    assert frame.evaluate("e => e.scrollLeft > 0")


def test_by_keyboard_every_record_is_reached_through_the_table(tracer, scene):
    page = tracer(chain_path(scene.zhang), **DESK)

    page.get_by_role("link", name=f"■\u00a0{scene.li.ref[:8]}").first.focus()
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(f"/case/{scene.li.pk}/change/"))


def test_without_script_the_table_says_it_all(tracer, scene):
    page = tracer(chain_path(scene.zhang), **DESK, java_script_enabled=False)

    assert "画图需要脚本" in page.locator(".chart noscript").inner_text()
    expect(page.get_by_role("link", name=scene.li.ref[:8]).first).to_be_visible()


def test_where_the_picture_cannot_be_had_the_page_says_so(web, new_page, scene):
    page = new_page(**DESK)
    session = oversight.browser(oversight.officer(Role.TRACER)).cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": web}])
    page.route("**/chain/data/*", lambda route: route.fulfill(status=500))

    page.goto(web + chain_path(scene.zhang))

    expect(page.locator(".chart__state")).to_have_text("图暂时画不出来。下面的表格内容相同。")


def test_in_the_dark_the_chain_has_the_dark_themes_colours(tracer, scene):
    page = tracer(chain_path(scene.zhang), **DESK, color_scheme="dark")
    expect(page.locator(DRAWN)).to_be_visible()
    shot(page, "e_chain_dark")

    colour = page.evaluate(
        "document.querySelector('.chart__plot').chart.getOption().series[1].label.color"
    )
    assert colour == "#eef0f3"


def test_a_venues_day_is_drawn_and_a_click_on_a_bar_opens_the_case(tracer, scene):
    venue = scene.hall.zone.venue
    page = tracer(f"/admin/tracing/venue/{venue.pk}/change/", **DESK)
    page.get_by_role("link", name="当日停留").click()
    page.get_by_label("日期").fill("2022-09-15")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(DRAWN)).to_be_visible()
    shot(page, "e_day")
    x, y = page.evaluate(
        """ref => {
          const chart = document.querySelector(".chart__plot").chart;
          const bar = chart.getOption().series[1].data.find(one => one.ref === ref);
          const [from, until, lane] = bar.value;
          return chart.convertToPixel({ seriesIndex: 1 }, [(from + until) / 2, lane]);
        }""",
        scene.zhang.ref[:8],
    )

    page.locator(".chart__plot").click(position={"x": x, "y": y})

    page.wait_for_url(re.compile(f"/case/{scene.zhang.pk}/change/"))


def test_a_venues_day_fits_a_phone(tracer, scene):
    page = tracer(f"/admin/tracing/venue/{scene.hall.zone.venue_id}/day/?day=2022-09-15")
    expect(page.locator(DRAWN)).to_be_visible()
    shot(page, "e_day_phone")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_the_rules_find_is_drawn(tracer, scene):
    Contact.objects.update(found_at=world.ago(days=1))
    for number, one in enumerate([*scene.guests, *scene.strangers]):
        result = "positive" if number in (1, 2) else "negative"
        positive(one, f"t{number}", "18 20:00", details={"result": result})
    page = tracer("/admin/", **DESK)
    page.get_by_role("link", name="规则成效").click()
    expect(page.locator("h1")).to_have_text("规则成效")
    expect(page.locator(DRAWN)).to_be_visible()
    shot(page, "e_yield")
    expect(page.locator("[aria-current]", has_text="规则成效")).to_be_visible()
