"""Two verdicts on one scan: the gate's own, and the server's that takes its place."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.staff.gates import (
    enrolment,
    eventually,
    green,
    lose_the_answer,
    pocket,
    says,
    scan,
    shown,
    started,
    stays,
    stored,
)
from tests.tracing import door
from tests.tracing.door import minutes
from tracing.models import Scan

BUZZES = "window.buzzes = []; navigator.vibrate = (pattern) => buzzes.push(pattern) && true"
#: No room for another scan.
FULL = """
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...what) {
    if (this.name === "outbox") throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, what);
  };
"""
#: What the screen showed, one after the other.
REMEMBER = """() => {
  window.outcomes = [];
  const { body } = document;
  new MutationObserver(() => body.dataset.outcome && outcomes.push(body.dataset.outcome)).observe(
    body, { attributes: true, attributeFilter: ["data-outcome"] });
}"""
PASS, STOP = [60], [600]
#: Plain http on another machine's address: no keys can be used, no camera opened.
INSECURE = """
  Object.defineProperty(window, "isSecureContext", { value: false });
  Object.defineProperty(crypto, "subtle", { value: undefined });
"""


@pytest.fixture
def gate(web, new_page):
    """A gate that notes how often it signals."""
    page = new_page(service_workers="block")
    page.add_init_script(BUZZES)
    return started(page, web)


def held_back(page):
    """The requests with scans, which go on when the test lets them."""
    found = []
    page.route("**/api/v1/scans/", lambda route: found.append(route))
    return found


def turned_red(who):
    """The text that was drawn green, of a person who has just turned red."""
    text = shown(who)
    door.after_test(who, "positive", timezone.now() - minutes(1), now=timezone.now())
    return text


def goes_on(page, requests):
    """The network is quick again: what was held back and what comes now."""
    for route in requests:
        route.continue_()
    page.unroute("**/api/v1/scans/")


def test_the_server_knows_better_and_only_its_verdict_is_seen(gate):
    scan(gate, turned_red(green()))
    says(gate, "不可通行")
    assert gate.evaluate("buzzes") == [STOP]
    eventually(gate, stored, [("STOP", "PASS", False)])


def test_a_tick_does_not_wait_for_a_slow_server_and_is_corrected_once(gate):
    requests = held_back(gate)
    scan(gate, turned_red(green()))
    says(gate, "可通行")
    assert gate.evaluate("buzzes") == [PASS]
    goes_on(gate, requests)
    says(gate, "不可通行", "Stop", "一旁等候")
    expect(gate.locator("#next")).to_have_text("下一位（10 秒）")
    assert gate.evaluate("buzzes") == [PASS, STOP]
    gate.click("#next")
    eventually(gate, stored, [("STOP", "PASS", False)])
    gate.click("#leave")
    expect(gate.locator('[data-count="STOP"]')).to_have_text("1")
    expect(gate.locator('[data-count="PASS"]')).to_have_text("0")


def test_whoever_the_server_stopped_has_not_gone_in(gate):
    requests = held_back(gate)
    text = turned_red(green())
    scan(gate, text)
    says(gate, "可通行")
    goes_on(gate, requests)
    says(gate, "不可通行")
    gate.click("#next")
    gate.wait_for_timeout(2100)
    gate.context.set_offline(True)
    scan(gate, text)
    says(gate, "可通行")


def test_whoever_was_about_to_press_does_not_press_away_the_correction(gate):
    requests = held_back(gate)
    scan(gate, turned_red(green()))
    says(gate, "可通行")
    box = gate.locator("#next").bounding_box()
    goes_on(gate, requests)
    says(gate, "不可通行")
    gate.mouse.click(box["x"] + 20, box["y"] + 20)
    gate.wait_for_timeout(200)
    says(gate, "不可通行")
    gate.click("#next")
    expect(gate.locator("#verdict-word")).to_be_hidden()


def test_a_grey_that_the_server_confirms_offers_no_way_in_by_papers(web, new_page):
    li = green()
    old = pocket(li).show(timezone.now() - minutes(2))
    page = new_page(service_workers="block")
    page.add_init_script("Object.defineProperty(performance, 'now', { value: () => 0 })")
    gate = started(page, web)
    requests = held_back(gate)
    gate.evaluate("Date.now = () => 0")  # the gate's own clock is not to be believed
    scan(gate, old)
    says(gate, "无法判断", sentence="本机时间不确定")
    expect(gate.locator("#papers")).to_be_visible()
    goes_on(gate, requests)
    says(gate, "无法判断", sentence="码已过期或手机时间不准")
    expect(gate.locator("#papers")).to_be_hidden()


def test_a_full_device_judges_still_and_says_so(web, new_page):
    page = new_page(service_workers="block")
    page.add_init_script(FULL)
    gate = started(page, web)
    scan(gate, shown(green()))
    says(gate, "可通行")
    gate.click("#next")
    expect(gate.locator("#notice")).to_contain_text("本机存储已满")
    eventually(gate, stored, [("PASS", "PASS", True)])


def test_the_same_verdict_from_a_slow_server_disturbs_nobody(gate):
    requests = held_back(gate)
    li = green()
    scan(gate, shown(li))
    says(gate, "可通行")
    goes_on(gate, requests)
    eventually(gate, stored, [("PASS", "PASS", True)])
    gate.wait_for_timeout(300)
    assert gate.evaluate("buzzes") == [PASS]
    gate.click("#next")
    assert stays(li) == 1


def test_once_staff_have_acted_nothing_flips_and_they_are_told(gate):
    requests = held_back(gate)
    scan(gate, turned_red(green()))
    says(gate, "可通行")
    gate.click("#next")
    goes_on(gate, requests)
    expect(gate.locator("#notice")).to_have_text("上一位：服务器的判断是“不可通行”")
    expect(gate.locator("#wedge")).to_be_focused()
    assert gate.evaluate("buzzes") == [PASS]


def test_without_an_answer_the_gates_own_verdict_stands(gate):
    gate.route("**/api/v1/scans/", lambda route: route.fulfill(status=502, body="bad gateway"))
    li = green()
    scan(gate, shown(li))
    says(gate, "可通行")
    gate.unroute("**/api/v1/scans/")
    gate.click("#next")
    eventually(gate, stored, [("PASS", "PASS", True)])
    assert stays(li) == 1


def test_a_lost_answer_leaves_one_scan_and_one_visit(gate):
    li = green()
    gate.route("**/api/v1/scans/", lose_the_answer)
    scan(gate, shown(li))
    says(gate, "可通行")
    gate.unroute("**/api/v1/scans/")
    gate.click("#next")
    gate.click("#leave")
    expect(gate.locator("#fact-outbox")).to_contain_text("没有")
    assert stored() == [("PASS", "PASS", True)]
    assert stays(li) == 1


def test_what_only_the_gate_cannot_know_waits_for_the_server(web, new_page):
    def without_lists(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"withdrawn": []})

    phone = pocket(green())
    page = new_page(service_workers="block")
    page.route("**/devices/kit/", without_lists)
    gate = started(page, web)
    gate.evaluate(REMEMBER)
    scan(gate, phone.show(timezone.now()))
    says(gate, "可通行")
    assert gate.evaluate("outcomes") == ["PASS"]
    eventually(gate, stored, [("PASS", "GREY", True)])


def test_the_door_chosen_by_staff_goes_with_the_scan(gate):
    gate.click("#leave")
    gate.click("[data-way=exit]")
    gate.click("#start")
    scan(gate, shown(green()))
    says(gate, "可通行", sentence="请出")
    eventually(gate, lambda: len(stored()), 1)
    assert Scan.objects.latest("scan_id").direction == "exit"


def test_people_inside_are_counted_and_not_named(gate):
    gate.click("#leave")
    expect(gate.locator("#inside")).to_contain_text("场内")


def test_a_page_that_is_not_secure_says_so_and_asks_the_server(web, new_page):
    page = new_page(service_workers="block")
    page.add_init_script(INSECURE)
    page.goto(f"{web}/staff/#e={enrolment()}")
    expect(page.locator("#insecure")).to_contain_text("扫码枪和联网核验照常可用")
    expect(page.locator("#ready")).to_have_attribute("data-state", "bad")
    page.click("#start")
    scan(page, shown(green()))
    says(page, "可通行")
    eventually(page, stored, [("PASS", "GREY", True)])
