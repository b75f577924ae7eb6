"""The citizen's pages in a real browser: one screen, a living clock, renewal, no network."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import chromium
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, hand_in, pcr
from tests.reader import code_on

PHONE = "+8613800138000"
SMALL = {"width": 360, "height": 640}
TALL = {"width": 390, "height": 844}


@pytest.fixture
def web(committed):
    """The pages, on a database of the test's own with rules in force."""
    world.rules_in_force()
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def lab(web):
    return world.source("lab", "test")


def open_code(page, web):
    """Zhang San, signed in and registered, opens the page of his code."""
    session = world.phone_of(ZHANG_SAN, "张小三", PHONE).cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": web}])
    page.goto(web)
    return page


def with_live_code(page, web):
    """The page on a phone that gets no code of its own, as with an old browser."""
    page.route("**/code/bound/", lambda route: route.abort())
    return started(open_code(page, web))


def started(page):
    """The page once its script runs: time that is put forward before is not noticed."""
    expect(page.locator("#code")).to_have_attribute("data-phone", re.compile("."))
    return page


def state(page):
    return page.get_attribute("#code", "data-state")


def turn_red(lab):
    hand_in(lab, pcr(ZHANG_SAN, "red", result="positive", at=world.ago(hours=1)))
    world.status_after_the_sweep(ZHANG_SAN)


def make(colour, lab):
    """Evidence that makes Zhang San's code this colour."""
    samples = {
        "yellow": {"at": world.ago(days=9)},
        "green": {},
        "red": {"result": "positive", "pool_size": 10, "at": world.ago(hours=5)},
    }
    if colour in samples:
        hand_in(lab, pcr(ZHANG_SAN, colour, **samples[colour]))


def test_from_the_phone_number_to_the_code(web, lab, new_page):
    make("green", lab)
    world.resident(ZHANG_SAN, "张小三", PHONE)
    page = new_page()

    page.goto(web)
    page.get_by_label("手机号").fill("138 0013 8000")
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("6 位验证码").fill(page.text_content(".demo__code"))
    page.get_by_role("button", name="登录").click()
    page.get_by_label("证件类型").select_option("居民身份证")
    page.get_by_label("证件号码").fill(ZHANG_SAN)
    page.get_by_label("姓名").fill("张小三")
    page.get_by_role("button", name="提交").click()

    expect(page.get_by_role("heading", name="绿码", exact=True)).to_be_visible()
    expect(page.locator(".name__masked")).to_have_text("张*三")
    assert code_on(page.content()).startswith("HCP:/1/")


FITS = """([width, height]) => document.documentElement.scrollWidth === width
  && document.documentElement.scrollHeight === height"""


@pytest.mark.skipif(not chromium.has_chinese_font(), reason=chromium.NO_FONT)
def test_the_code_is_one_screen_on_a_small_and_on_a_tall_phone(web, lab, new_page):
    page = open_code(new_page(viewport=SMALL), web)

    for colour in ("unassessed", "yellow", "green", "red"):
        make(colour, lab)
        for language in ("English", "中文"):
            page.get_by_role("button", name=language).click()
            expect(page.locator("#code")).to_have_attribute("data-colour", colour)
            for size in (SMALL, TALL):
                page.set_viewport_size(size)
                # A phone's viewport is laid out anew a moment after it changed.
                page.wait_for_function(FITS, arg=[size["width"], size["height"]], timeout=5_000)
                assert page.locator(".frame__code").bounding_box()["width"] >= 2.25 * 77


def test_english_and_large_text_are_one_tap_away_and_stay(web, lab, new_page):
    make("red", lab)
    page = open_code(new_page(viewport=SMALL), web)

    page.get_by_text("大字版").click()
    page.get_by_text("English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".band__word").first).to_have_text("Red")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 18
    assert page.evaluate("document.documentElement.scrollWidth") == SMALL["width"]
    small = page.locator("button:visible, a.links__item:visible").evaluate_all(
        "found => found.filter(each => each.offsetHeight < 60).map(each => each.innerText)"
    )
    assert small == []


def test_the_clock_runs_and_follows_the_server_not_the_phone(web, lab, new_page):
    page = new_page()
    page.clock.install(time="2020-01-01T00:00:00Z")
    started(open_code(page, web))

    first = page.text_content(".clock__time")
    assert (
        first.split(":")[0] == f"{world.ago().astimezone(world.timezone.get_current_timezone()):%H}"
    )
    page.clock.run_for(2000)
    assert page.text_content(".clock__time") != first


def test_the_code_is_renewed_before_it_expires(web, lab, new_page):
    make("green", lab)
    page = new_page()
    page.clock.install()
    with_live_code(page, web)
    first = code_on(page.content())

    with page.expect_response("**/code/fragment/"):
        page.clock.run_for(61_000)
    page.wait_for_function(
        "old => document.querySelector('svg[role=img]').outerHTML !== old", arg=""
    )

    assert code_on(page.content()) != first
    assert state(page) == "live"


def test_without_network_the_page_says_so_then_covers_the_code_then_recovers(web, lab, new_page):
    make("green", lab)
    page = new_page()
    page.clock.install()
    with_live_code(page, web)

    page.context.set_offline(True)
    page.clock.run_for(2000)
    expect(page.locator(".fresh__late")).to_have_text("离线，不到 1 分钟前更新")
    expect(page.locator(".frame__cover")).to_be_hidden()

    page.clock.run_for(120_000)
    expect(page.locator(".fresh__late")).to_contain_text("2 分钟前更新")
    expect(page.locator(".frame__cover")).to_contain_text("已过期，请联网刷新")
    expect(page.locator(".band--expired")).to_be_visible()
    expect(page.get_by_text("可通行")).to_be_hidden()

    page.context.set_offline(False)
    page.clock.run_for(40_000)
    expect(page.locator("#code")).to_have_attribute("data-state", "live")
    expect(page.locator(".frame__cover")).to_be_hidden()


def test_the_page_turns_red_by_itself_within_a_pulse(web, lab, new_page):
    make("green", lab)
    page = new_page()
    page.clock.install()
    started(open_code(page, web))

    turn_red(lab)
    page.clock.run_for(20_000)

    expect(page.locator("#code")).to_have_attribute("data-colour", "red")
    expect(page.locator("#announce")).to_contain_text("红码")


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": "broken"},
        {"status": 200, "content_type": "text/html", "body": "<h1>Welcome to our Wi-Fi</h1>"},
    ],
)
def test_an_answer_that_is_no_code_is_never_drawn(web, lab, new_page, answer):
    make("green", lab)
    page = new_page()
    page.clock.install()
    with_live_code(page, web)
    page.route("**/code/fragment/", lambda route: route.fulfill(**answer))

    page.clock.run_for(62_000)

    expect(page.locator("#code")).to_have_attribute("data-state", "late")
    assert "Wi-Fi" not in page.content()


def test_a_phone_that_was_signed_out_elsewhere_is_led_to_sign_in(web, lab, new_page):
    make("green", lab)
    page = new_page()
    page.clock.install()
    started(open_code(page, web))
    page.context.clear_cookies(name="session")

    page.clock.run_for(62_000)

    expect(page).to_have_url(re.compile(r"/signin/$"))


def test_the_full_name_is_shown_on_request(web, lab, new_page):
    page = open_code(new_page(), web)
    expect(page.locator(".name__full")).to_be_hidden()

    page.click(".name__summary")

    expect(page.locator(".name__full")).to_have_text("张小三")
    expect(page.locator(".name__masked")).to_be_hidden()


def test_everything_works_without_scripts(web, lab, new_page):
    make("red", lab)
    page = open_code(new_page(java_script_enabled=False), web)

    expect(page.locator(".band__word").first).to_have_text("红码")
    page.click(".name__summary")
    expect(page.locator(".name__full")).to_be_visible()
    page.get_by_text("查看依据").click()
    page.get_by_text("我要申诉").click()
    page.fill("[name=text]", "我没有参加那次采样")
    page.click(".sheet button")
    expect(page.locator(".note")).to_contain_text("24 小时内")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_its_own_content_policy_and_the_code_stays_on_white(
    web, lab, new_page, scheme
):
    make("red", lab)
    page = new_page(color_scheme=scheme)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    open_code(page, web)

    for path in ("/", "/why/", "/appeal/", "/nowhere/"):
        page.goto(web + path)
        if path == "/":
            white = "getComputedStyle(document.querySelector('.frame')).backgroundColor"
            assert page.evaluate(white) == "rgb(255, 255, 255)"
    page.goto(f"{web}/accounts/login/")

    assert [text for text in complaints if "Content Security" in text] == []


def test_the_keyboard_reaches_everything_and_focus_is_seen(web, lab, new_page):
    make("red", lab)
    page = open_code(new_page(is_mobile=False, has_touch=False), web)
    focused = page.locator(":focus")
    reached = []
    page.keyboard.press("Tab")
    while focused.count():
        reached.append(focused.inner_text().strip())
        outline = focused.evaluate("each => getComputedStyle(each).outlineStyle")
        assert outline == "solid", reached[-1]
        page.keyboard.press("Tab")

    assert {"大字版", "English", "查看依据", "我要申诉", "退出登录"} <= set(reached)


def test_signing_out_leaves_nothing_behind(web, lab, new_page):
    page = open_code(new_page(), web)

    page.get_by_text("退出登录").click()

    page.wait_for_url("**/signin/**")
    page.goto(web)
    assert re.search(r"/signin/", page.url)
