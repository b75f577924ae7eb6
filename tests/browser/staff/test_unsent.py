"""Scans that can never be uploaded: not sent as another device's, not kept, and not lost in
silence."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.staff.gates import (
    enrolment,
    eventually,
    green,
    red,
    says,
    scan,
    shown,
    started,
    stays,
    stored,
)
from tests.tracing import door
from tracing.models import Device, Scan
from tracing.services import renew_enrolment, revoke_device

HOURS = 60 * 60 * 1000
WAITING = """async () => {
  const { all } = await import("/static/js/staff/store.js");
  return (await all("outbox")).length;
}"""


@pytest.fixture
def gate(web, new_page):
    """A gate at 静安寺站 that has just lost the network, and whose clock the test can move."""
    page = new_page(service_workers="block")
    page.clock.install()
    page = started(page, web)
    page.context.set_offline(True)
    return page


def scanned(gate, who, word="可通行"):
    scan(gate, shown(who))
    says(gate, word)
    gate.click("#next")
    return who


def expelled(gate):
    """The network is back, and the browser has lost the device's token."""
    gate.context.clear_cookies()
    gate.context.set_offline(False)
    expect(gate.get_by_role("heading", name="登记本机")).to_be_visible()


def waiting(gate):
    return gate.evaluate(WAITING)


def test_a_gate_enrolled_for_another_venue_does_not_upload_the_old_ones_scans(gate, web):
    li = scanned(gate, green())
    scanned(gate, red(), "不可通行")
    before = Device.objects.latest("pk").pk
    revoke_device(device_id=before, by=door.officer(), now=timezone.now())
    gate.context.set_offline(False)
    expect(gate.get_by_role("heading", name="本机已停用")).to_be_visible()
    assert waiting(gate) == 2
    gate.goto(f"{web}/staff/enrol/")
    gate.fill("#token", enrolment(venue="徐家汇站"))
    gate.click("#enrol button")
    expect(gate.locator("#home-venue")).to_have_text("徐家汇站")
    expect(gate.locator("#lost")).to_contain_text("2 条扫码没能及时上传")
    expect(gate.locator("#fact-outbox")).to_contain_text("没有")
    assert (waiting(gate), stored(), stays(li)) == (0, [], 0)
    assert Scan.objects.filter(device_id=before).count() == 0
    gate.reload()
    gate.click("#lost-read")
    expect(gate.locator("#lost")).to_be_hidden()


def test_a_gate_enrolled_again_as_itself_uploads_what_waited(gate):
    li = scanned(gate, green())
    expelled(gate)
    same = Device.objects.latest("pk").pk
    gate.fill("#token", renew_enrolment(device_id=same, by=door.officer(), now=timezone.now()))
    gate.click("#enrol button")
    eventually(gate, stored, [("PASS", "PASS", True)])
    assert stays(li) == 1
    expect(gate.locator("#lost")).to_be_hidden()


def test_a_line_lost_right_after_enrolment_leaves_the_new_device(gate, web):
    def only_enrolment(route):
        route.continue_() if route.request.frame.url.endswith("/enrol/") else route.abort()

    gate.context.set_offline(False)
    gate.goto(f"{web}/staff/enrol/")
    gate.route("**/devices/me/", only_enrolment)
    gate.fill("#token", enrolment(venue="徐家汇站"))
    gate.click("#enrol button")
    expect(gate.locator("#home-venue")).to_have_text("徐家汇站")
    gate.click("#start")
    li = scanned(gate, green())
    assert waiting(gate) == 1
    gate.unroute("**/devices/me/")
    gate.reload()
    eventually(gate, stored, [("PASS", "PASS", True)])
    assert stays(li) == 1


def test_what_the_server_takes_no_more_is_deleted_without_network_and_said(gate):
    scanned(gate, green())
    gate.click("#leave")
    gate.clock.fast_forward(71 * HOURS)
    gate.wait_for_timeout(300)
    expect(gate.locator("#fact-outbox")).to_contain_text("1 条")
    assert waiting(gate) == 1
    gate.clock.fast_forward(2 * HOURS)
    expect(gate.locator("#lost")).to_contain_text("1 条扫码没能及时上传")
    assert waiting(gate) == 0


def test_an_expelled_gate_keeps_nobodys_code_for_longer(gate):
    scanned(gate, green())
    expelled(gate)
    assert waiting(gate) == 1
    gate.clock.fast_forward(73 * HOURS)
    eventually(gate, lambda: waiting(gate), 0)
