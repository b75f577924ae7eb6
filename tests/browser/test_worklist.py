"""A community worker's day on a phone: the worklist, a call, and what was said."""

import os

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.roles import Role
from healthcode.tasks import sweep_due
from tests import oversight
from tracing.models import ContactTask, Statement

WIDTH = 390


@pytest.fixture
def phone(committed, new_page):
    """A worker's phone, signed in; whatever the page's policy blocks fails the test."""
    oversight.one_of_everything()
    sweep_due()
    server = LiveServer("127.0.0.1")
    client = oversight.browser(oversight.officer(Role.COMMUNITY, "sun"))
    page = new_page()
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": server.url}])
    blocked = []
    page.on("console", lambda said: blocked.append(said.text) if said.type == "error" else None)
    page.goto(f"{server.url}/admin/")
    yield page
    assert not blocked
    server.stop()


def fits(page) -> bool:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    inner: int = page.evaluate(
        "Math.max(...[...document.querySelectorAll('#result_list, .head, form.ask')]"
        ".map(e => e.scrollWidth))"
    )
    return max(width, inner) <= WIDTH


def shot(page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_call_is_made_and_written_down_on_a_phone(phone):
    shot(phone, "d_home")
    phone.locator(".work", has_text="待办任务").get_by_role("link", name="待办任务").click()
    expect(phone.locator("h1")).to_have_text("接触者任务")
    assert fits(phone)
    shot(phone, "d_list")
    row = phone.locator("#result_list tbody tr").first
    expect(row).to_contain_text("逾期")
    expect(row).to_contain_text("*")
    row.get_by_role("link").click()
    assert fits(phone)
    shot(phone, "d_task")
    phone.get_by_role("link", name="我来办").click()
    phone.get_by_role("button", name="我来办").click()
    phone.get_by_role("link", name="未联系到，计一次").click()
    phone.get_by_role("button", name="未联系到，计一次").click()
    phone.get_by_role("link", name="登记结果").click()
    assert fits(phone)
    shot(phone, "d_finish")
    phone.get_by_label("已联系到").check()
    phone.get_by_role("button", name="登记结果").click()
    expect(phone.locator(".facts").first).to_contain_text("已联系到")
    done = ContactTask.objects.get()
    assert (done.outcome, done.tries, done.done_by.username) == ("reached", 1, "sun")


def test_where_somebody_was_is_written_down_on_a_phone(phone):
    phone.goto(phone.url + f"tracing/contacttask/{ContactTask.objects.get().pk}/change/")
    phone.get_by_role("link", name="补录本人所述").click()
    assert fits(phone)
    shot(phone, "d_statement")
    phone.get_by_label("开始").fill(_hours_ago(30))
    phone.get_by_label("结束").fill(_hours_ago(29))
    phone.get_by_label("去过的地方").fill("老城厢")
    phone.get_by_label("依据文书号").fill("静防流调 9 号")
    phone.get_by_role("button", name="提交复核").click()
    expect(phone.get_by_text("已提交，等另一位同事复核。")).to_be_visible()
    assert Statement.objects.latest("pk").place_id is not None


def _hours_ago(count: int) -> str:
    return oversight.timezone.localtime(oversight.ago(hours=count)).strftime("%Y-%m-%dT%H:%M")
