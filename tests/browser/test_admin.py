"""The officers' pages in a real browser: a case from suspicion to withdrawal, masks, phones."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import AccessEvent
from healthcode.tasks import sweep_due
from tests import oversight
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN
from tracing.models import Case, CaseState, Contact
from tracing.services import trace_case

PASSWORD = "a long enough password"
DESK = {
    "viewport": {"width": 1280, "height": 900},
    "device_scale_factor": 1,
    "is_mobile": False,
    "has_touch": False,
}
PAGES = (
    "/admin/",
    "/admin/tracing/case/",
    "/admin/accounts/citizen/",
    "/admin/accounts/auditevent/",
    "/admin/healthcode/evidencedraft/add/",
)


@pytest.fixture
def web(committed):
    """The pages, on a database with one of everything."""
    oversight.one_of_everything()
    sweep_due()
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def wang(web, new_page):
    """An administrator at a desk; whatever the page's policy blocks fails the test."""
    page = new_page(**DESK)
    blocked = []
    page.on("console", lambda said: blocked.append(said.text) if said.type == "error" else None)
    page.goto(f"{web}/admin/")
    page.get_by_label("用户名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    yield page
    assert not blocked


def open_case(page):
    """From the worklist to the oldest case that waits."""
    page.goto(re.sub(r"/admin/.*", "/admin/", page.url))
    page.locator(".work", has_text="待核实病例").get_by_role("listitem").first.get_by_role(
        "link"
    ).click()
    expect(page.locator("h1")).to_contain_text("病例")


def test_a_case_is_confirmed_traced_before_ones_eyes_and_withdrawn(wang):
    open_case(wang)
    wang.get_by_role("link", name="确认病例").click()
    wang.get_by_role("button", name="确认并开始追踪").click()
    expect(wang.locator("#trace")).to_contain_text("正在追踪接触者")

    trace_case(case_id=Case.objects.get().pk, now=world.ago())
    expect(wang.locator("#trace")).to_contain_text("已完成", timeout=10_000)
    wang.get_by_role("link", name="显示接触者").click()

    wang.get_by_role("link", name="撤销确认").click()
    wang.get_by_label("理由").fill("样本混淆")
    wang.get_by_label("我已核对").check()
    wang.get_by_role("button", name="确认撤销").click()
    expect(wang.locator(".head .tag")).to_have_text("已撤销")
    assert Case.objects.filter(state=CaseState.WITHDRAWN).count() == 1
    assert not Contact.objects.exists()


def test_a_colour_is_a_shape_and_a_word(wang, web):
    wang.goto(f"{web}/admin/healthcode/healthstatus/?colour__exact=3")
    chip = wang.locator("#result_list .chip").first

    expect(chip).to_have_text("红码")
    expect(chip.locator("svg.icon--square-cross")).to_be_visible()
    assert chip.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(176, 0, 32)"


def test_an_identity_is_gone_when_one_comes_back(wang, web):
    zhang = oversight.Citizen.objects.get(pk=Case.objects.get().citizen_id)
    wang.goto(f"{web}/admin/accounts/citizen/{zhang.pk}/change/")
    wang.get_by_role("link", name="查看身份").click()
    wang.get_by_label("目的").fill("流调核实密接身份")
    wang.get_by_role("button", name="记录目的并查看").click()

    expect(wang.get_by_text(ZHANG_SAN)).to_be_visible()
    assert ZHANG_SAN not in wang.url
    wang.get_by_role("link", name="看完了，返回").click()
    expect(wang.locator("h1")).to_have_text("张*三")
    expect(wang.get_by_text(ZHANG_SAN)).to_have_count(0)
    assert AccessEvent.objects.filter(citizen_id=zhang.pk, actor="user:wang").exists()


def test_a_new_device_is_enrolled_by_the_code_on_the_page(wang, web):
    wang.goto(f"{web}/admin/tracing/venue/")
    wang.get_by_role("link", name="老城厢饭店").click()
    wang.get_by_role("link", name="登记设备").click()
    wang.get_by_label("名称").fill("后门")
    wang.get_by_role("button", name="登记").click()

    expect(wang.get_by_role("img", name="设备登记二维码")).to_be_visible()
    link = wang.locator(".secret code").first.text_content()
    assert re.fullmatch(rf"{web}/staff/enrol/#e=[A-Z2-7]{{26}}&r=[\w-]{{43}}", link or "")


@pytest.mark.parametrize("path", PAGES)
def test_on_a_phone_nothing_is_wider_than_the_screen(web, new_page, path):
    page = new_page()
    session = world.office().cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": web}])
    page.goto(web + path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = "els => els.filter(e => e.getBoundingClientRect().height < 40).length"
    assert page.locator("main .tool:not(.typed .tool)").evaluate_all(small) == 0


def test_the_pages_speak_english_after_one_click(wang):
    wang.get_by_role("button", name="English").click()

    expect(wang.locator("html")).to_have_attribute("lang", "en")
    wang.get_by_role("button", name="中文").click()
    expect(wang.get_by_role("heading", name="工作台")).to_be_visible()
