"""Checking in, in a real browser: by the camera, or typed where there is none."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import chromium
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, hand_in, pcr
from tests.reader import code_on
from tracing.models import Visit, Zone
from tracing.services import renew_poster

PHONE = "+8613800138000"
SMALL = {"width": 360, "height": 640}
LIVE = "HCP:/1/" + "AB2C" * 58


@pytest.fixture
def web(committed):
    """The pages, on a database of the test's own; Zhang San is green."""
    world.rules_in_force()
    hand_in(world.source("lab", "test"), pcr(ZHANG_SAN, "green"))
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def poster(web):
    """What the poster of a reading room says."""
    library = world.venue("静安图书馆", "leisure")
    room = Zone.objects.create(venue=library, name="阅览室")
    return renew_poster(zone_id=room.pk, by=world.officer(), now=timezone.now())


def signed_in(page, web):
    """Zhang San's phone."""
    session = world.phone_of(ZHANG_SAN, "张小三", PHONE).cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": web}])
    return page


def to_check_in(page, web):
    """By the link under the code."""
    signed_in(page, web).goto(web)
    page.get_by_role("link", name="扫码登记").click()
    expect(page.get_by_role("heading", name="扫码登记")).to_be_visible()
    return page


def type_in(page, text):
    page.get_by_label("海报上的编号").fill(text)
    page.get_by_role("button", name="登记", exact=True).click()


def test_the_code_of_a_poster_can_be_typed(web, poster, new_page):
    page = to_check_in(new_page(viewport=SMALL), web)

    type_in(page, poster.removeprefix("HCV:/1/").lower())

    expect(page.get_by_role("heading", name="静安图书馆")).to_be_visible()
    expect(page.locator("#code")).to_have_attribute("data-colour", "green")
    assert code_on(page.content()).startswith("HCP:/1/")
    assert Visit.objects.get().source == "self"


def test_leaving_is_one_tap(web, poster, new_page):
    page = to_check_in(new_page(), web)
    type_in(page, poster)

    page.get_by_role("button", name="结束停留").click()

    expect(page.get_by_text("已结束在 静安图书馆 的停留。")).to_be_visible()
    expect(page.locator("#code")).to_be_visible()
    assert Visit.objects.get().left_by == "person"


def test_without_a_camera_the_page_says_what_to_do(web, poster, new_page):
    page = to_check_in(new_page(), web)

    expect(page.locator(".finder__words")).to_have_text("没有找到摄像头。请在下面输入编号。")
    expect(page.get_by_role("button", name="再试一次")).to_be_visible()


def test_without_script_the_form_works(web, poster, new_page):
    page = to_check_in(new_page(java_script_enabled=False), web)
    expect(page.locator("#finder")).to_be_hidden()

    type_in(page, "ABC")
    expect(page.get_by_text("这不是登记海报上的编号，请核对后再试。")).to_be_visible()
    type_in(page, poster)

    expect(page.get_by_role("heading", name="静安图书馆")).to_be_visible()


def test_the_camera_reads_the_poster_and_the_page_does_the_rest(web, poster, camera_page):
    page = to_check_in(camera_page(poster), web)

    expect(page.get_by_role("heading", name="静安图书馆")).to_be_visible(timeout=20_000)

    assert Visit.objects.get().source == "self"


def test_the_camera_passes_over_what_is_no_poster(web, poster, camera_page):
    page = to_check_in(camera_page(LIVE, "https://example.org/", poster), web)
    words = page.locator(".finder__words")

    expect(words).to_have_text("这是健康码，不是登记海报。请扫墙上的海报。", timeout=20_000)
    expect(words).to_have_text("这不是登记海报的二维码。", timeout=20_000)
    expect(page.get_by_role("heading", name="静安图书馆")).to_be_visible(timeout=20_000)

    assert Visit.objects.count() == 1


def test_whoever_refuses_the_camera_types(web, poster, camera_page):
    page = to_check_in(camera_page(poster, allowed=False), web)
    expect(page.locator(".finder__words")).to_contain_text("请在网站设置里允许", timeout=20_000)

    type_in(page, poster)

    expect(page.get_by_role("heading", name="静安图书馆")).to_be_visible()


@pytest.mark.skipif(not chromium.has_chinese_font(), reason=chromium.NO_FONT)
@pytest.mark.parametrize("care", ["", "1"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_is_wider_than_a_small_phone(web, poster, new_page, care, language):
    page = new_page(viewport=SMALL)
    words = {"care": care, "django_language": language}
    page.context.add_cookies([{"name": k, "value": v, "url": web} for k, v in words.items()])
    signed_in(page, web).goto(f"{web}/checkin/")
    expect(page.locator("#finder")).to_have_attribute("data-state", "none")
    pages = [page.evaluate("document.documentElement.scrollWidth")]
    page.locator("#id_text").fill(poster)
    page.locator("#by-hand button").click()
    expect(page.locator(".here__venue")).to_have_text("静安图书馆")
    pages.append(page.evaluate("document.documentElement.scrollWidth"))

    assert pages == [SMALL["width"]] * 2
