"""What a gate keeps: scans through closed pages and lost stores, and the page itself without a
server."""

from importlib import import_module

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.staff.gates import (
    IN_CHARGE,
    at_home,
    enrolment,
    eventually,
    green,
    pocket,
    red,
    says,
    scan,
    shown,
    started,
    stays,
    stored,
    yellow,
)

RECORDS = """async (store) => {
  const { all } = await import("/static/js/staff/store.js");
  return all(store);
}"""
PUT = """async (record) => {
  const { put } = await import("/static/js/staff/outbox.js");
  await put(record);
}"""
#: As a browser does that needs the room.
LOSE_THE_STORE = """() => new Promise((resolve) => {
  indexedDB.deleteDatabase("healthcode-staff").onsuccess = resolve;
})"""
CACHED = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const requests = await (await caches.open(name)).keys();
    found[name] = requests.map(({ url }) => new URL(url).pathname);
  }
  return found;
}"""
UPDATE = """async () => {
  const found = await navigator.serviceWorker.ready;
  await found.update();
  const worker = found.installing ?? found.waiting;
  while (worker.state === "installing") await new Promise((tick) => setTimeout(tick, 50));
  return worker.state;
}"""


@pytest.fixture
def own_web(web):
    """A second server on the same database, which the test may stop."""
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


def unplugged(page, server):
    """A gate that holds all it needs, its worker too; its server is gone, and the line with it:
    a stopped server still answers on connections that were open."""
    gate = started(page, server.url)
    expect(gate.locator("#wedge")).to_be_focused()
    gate.evaluate(IN_CHARGE)
    server.stop()
    gate.context.set_offline(True)
    return gate


def test_a_page_closed_with_a_full_outbox_loses_nothing(web, new_page):
    page = started(new_page(service_workers="block"), web)
    li, qian = green(), yellow()
    page.context.set_offline(True)
    scan(page, shown(li))
    says(page, "可通行")
    scan(page, shown(qian))
    says(page, "请登记核查")
    page.click("#admit")
    scan(page, shown(red()))
    says(page, "不可通行")
    assert len(page.evaluate(RECORDS, "outbox")) == 3
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{web}/staff/")
    eventually(
        again,
        stored,
        [("PASS", "PASS", True), ("CHECK", "CHECK", True), ("STOP", "STOP", False)],
    )
    assert (stays(li), stays(qian)) == (1, 1)
    expect(again.locator("#fact-outbox")).to_contain_text("没有")
    assert again.evaluate(RECORDS, "outbox") == []


def test_more_than_a_batch_is_uploaded(web, new_page):
    page = at_home(new_page(service_workers="block"), web)
    text = shown(green())
    page.route("**/api/v1/scans/", lambda route: route.abort())
    for serial in range(60):
        item = {"scan_id": fresh_id(serial), "text": f"{text}{serial}", "direction": "entry"}
        page.evaluate(PUT, {"scan_id": item["scan_id"], "item": item})
    page.unroute("**/api/v1/scans/")
    page.reload()
    eventually(page, lambda: len(stored()), 60)
    expect(page.locator("#fact-outbox")).to_contain_text("没有")


def fresh_id(serial):
    """A UUIDv7 of now."""
    bits = int(timezone.now().timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | serial
    text = f"{bits:032x}"
    return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


def test_what_the_server_will_never_take_is_counted_and_shown(web, new_page):
    page = at_home(new_page(service_workers="block"), web)
    good, bad = fresh_id(1), "ffffffff-0000-4000-8000-000000000000"
    for scan_id in (good, bad):
        item = {"scan_id": scan_id, "text": "HTTPS://X", "direction": "entry"}
        page.evaluate(PUT, {"scan_id": scan_id, "item": item})
    page.reload()
    eventually(page, lambda: len(stored()), 1)
    expect(page.locator("#fact-outbox")).to_contain_text("另有 1 条被退回")


def test_a_lost_store_is_said_until_staff_have_read_it(web, new_page):
    page = started(new_page(service_workers="block"), web)
    page.route("**/api/v1/scans/", lambda route: route.abort())
    for who in (green(), red()):
        scan(page, shown(who))
        page.locator("#next").click()
    with page.expect_response("**/devices/store/"):
        page.reload()
    page.goto(f"{web}/healthz/")
    page.evaluate(LOSE_THE_STORE)
    page.goto(f"{web}/staff/")
    expect(page.locator("#lost")).to_contain_text("约 2 条扫码没有上传")
    page.reload()
    expect(page.locator("#lost")).to_be_visible()
    page.click("#lost-read")
    expect(page.locator("#lost")).to_be_hidden()


def test_the_page_opens_and_judges_without_its_server(own_web, new_page):
    phone = pocket(green())
    gate = unplugged(new_page(), own_web)
    gate.reload()
    expect(gate.locator("#home-venue")).to_have_text("静安寺站")
    expect(gate.locator("#link")).to_contain_text("离线")
    expect(gate.locator("#ready")).to_have_text("断网也能验码")
    gate.click("#start")
    scan(gate, phone.show(timezone.now()))
    says(gate, "可通行")


def test_the_enrolment_page_opens_without_its_server(own_web, new_page):
    gate = unplugged(new_page(), own_web)
    gate.goto(f"{own_web.url}/staff/enrol/")
    expect(gate.get_by_role("heading", name="登记本机")).to_be_visible()


def test_the_worker_keeps_every_file_of_the_page_and_nothing_else(web, new_page):
    page = new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(web)))
    gate = started(page, web)
    gate.evaluate(IN_CHARGE)
    scan(gate, shown(green()))
    says(gate, "可通行")
    [kept] = gate.evaluate(CACHED).values()
    files = {url for url in asked if url.startswith("/static/")}
    assert len(files) > 25
    assert files - set(kept) == set()
    assert [url for url in kept if not url.startswith(("/static/", "/staff/"))] == []


def test_a_new_version_waits_until_the_gate_is_at_rest(web, new_page, monkeypatch):
    gate = started(new_page(), web)
    gate.evaluate(IN_CHARGE)
    scan(gate, shown(green()))
    says(gate, "可通行")
    monkeypatch.setattr(import_module("tracing.views.staff"), "version_of", lambda files: "new")
    assert gate.evaluate(UPDATE) == "installed"
    says(gate, "可通行")
    gate.click("#next")
    assert len(gate.evaluate(CACHED)) == 2
    with gate.expect_navigation():
        gate.click("#leave")
    expect(gate.locator("#home-venue")).to_have_text("静安寺站")
    assert list(gate.evaluate(CACHED)) == ["staff-new"]


def test_a_page_of_another_version_is_shown_only_with_its_own_files(web, new_page, monkeypatch):
    gate = at_home(new_page(), web)
    gate.evaluate(IN_CHARGE)
    monkeypatch.setattr(import_module("tracing.views.staff"), "version_of", lambda files: "new")
    with gate.expect_response(f"{web}/staff/") as first:
        gate.reload()
    assert first.value.headers["healthcode-version"] != "new"
    with gate.expect_response(f"{web}/staff/") as second:
        pass  # the new worker has all of its files, and opens the page by itself
    assert second.value.headers["healthcode-version"] == "new"
    gate.wait_for_function("async () => (await caches.keys()).join() === 'staff-new'")


def test_the_page_can_be_installed(web, new_page):
    page = new_page()
    page.goto(f"{web}/staff/enrol/")
    facts = page.evaluate(
        "fetch(document.querySelector('link[rel=manifest]').href).then((one) => one.json())"
    )
    assert (facts["scope"], facts["display"], facts["short_name"]) == (
        "/staff/",
        "standalone",
        "验码台",
    )
    for icon in facts["icons"]:
        assert page.request.get(f"{web}{icon['src']}").headers["content-type"] == icon["type"]


def test_an_enrolment_with_the_roots_pin_believes_no_other_root(web, new_page):
    page = new_page(service_workers="block")
    page.goto(f"{web}/staff/#e={enrolment()}&r={'A' * 43}")
    expect(page.locator("#fact-keys")).to_contain_text("与登记时不同")
    expect(page.locator("#ready")).to_have_attribute("data-state", "bad")
    page.click("#start")
    scan(page, shown(green()))
    says(page, "可通行")
