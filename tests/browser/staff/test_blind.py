"""A gate that never got its keys: only the server can judge, and without it all is grey."""

import pytest
from playwright.sync_api import expect

from tests.browser.staff.gates import (
    enrolment,
    eventually,
    green,
    lose_the_answer,
    says,
    scan,
    shown,
    stays,
    stored,
    without_keys,
)


@pytest.fixture
def blind(web, new_page):
    """An enrolled phone whose scanner waits, without keys: it cannot judge anything itself."""
    page = without_keys(new_page(service_workers="block"))
    page.goto(f"{web}/staff/#e={enrolment()}")
    page.click("#start")
    expect(page.locator("#wedge")).to_be_focused()
    return page


def test_without_network_and_keys_the_verdict_is_grey_and_the_scan_is_kept(blind):
    li = green()
    text = shown(li)
    blind.context.set_offline(True)
    scan(blind, text)
    says(blind, "无法判断", sentence="无法联网，请稍后重试或查看证件")
    expect(blind.locator("#link")).to_have_text("离线")
    blind.click("#next")
    blind.click("#leave")
    expect(blind.locator("#fact-outbox")).to_contain_text("1 条")
    assert stored() == []
    blind.context.set_offline(False)
    eventually(blind, stored, [("PASS", "GREY", False)])
    assert stays(li) == 0
    expect(blind.locator("#fact-outbox")).to_contain_text("没有")


def test_whoever_is_let_in_by_their_papers_has_a_visit(blind):
    li = green()
    text = shown(li)
    blind.context.set_offline(True)
    scan(blind, text)
    says(blind, "无法判断")
    blind.click("#papers")
    blind.context.set_offline(False)
    eventually(blind, stored, [("PASS", "GREY", True)])
    assert stays(li) == 1


def test_a_lost_answer_is_grey_and_nobody_is_said_to_be_inside(blind):
    li = green()
    blind.route("**/api/v1/scans/", lose_the_answer)
    scan(blind, shown(li))
    says(blind, "无法判断", sentence="无法联网")
    eventually(blind, stored, [("PASS", "GREY", True)])
    blind.unroute("**/api/v1/scans/")
    blind.click("#next")
    eventually(blind, stored, [("PASS", "GREY", False)])
    assert stays(li) == 0


def test_closing_the_page_loses_nothing(blind, web):
    text = shown(green())
    blind.context.set_offline(True)
    scan(blind, text)
    says(blind, "无法判断")
    context = blind.context
    blind.close()
    context.set_offline(False)
    context.new_page().goto(f"{web}/staff/")
    for page in context.pages:
        eventually(page, stored, [("PASS", "GREY", False)])


def test_a_broken_server_is_grey_where_there_are_no_keys(blind):
    blind.route("**/api/v1/scans/", lambda route: route.fulfill(status=502, body="bad gateway"))
    scan(blind, shown(green()))
    says(blind, "无法判断", sentence="无法联网")
