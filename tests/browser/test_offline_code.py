"""The code of the phone's own: it works without network, ends with its colour, and stays here."""

import time
from base64 import b64decode
from io import BytesIO

import pytest
import zxingcpp
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from healthcode import keys
from healthcode.colours import Reason
from healthcode.models import BoundPass, Phone
from healthcode.passes import Held, Kind, claims_of, judge
from healthcode.passes.text import read_text
from healthcode.services import lists_in_use, sign_state, sign_withdrawn
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN, hand_in, pcr

PHONE = "+8613800138000"
IN_CHARGE = "() => navigator.serviceWorker.controller !== null"
KEPT_CARD = """async () => {
  const { lastCard } = await import("/static/js/code/wallet.js");
  return Boolean(await lastCard());
}"""


@pytest.fixture
def server(committed):
    """The pages, on a database of the test's own with rules in force."""
    world.rules_in_force()
    running = LiveServer("127.0.0.1")
    yield running
    running.stop()


@pytest.fixture
def web(server):
    return server.url


@pytest.fixture
def lab(web):
    token = world.source("lab", "test")
    hand_in(token, pcr(ZHANG_SAN, "green"))
    return token


def open_code(page, web):
    """Zhang San, signed in and registered, opens the page of his code."""
    session = world.phone_of(ZHANG_SAN, "张小三", PHONE).cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": web}])
    page.goto(web)
    return page


def with_own_code(page, web):
    """The page once it shows a code of the phone's own."""
    open_code(page, web)
    expect(page.locator("#code")).to_have_attribute("data-code", "bound")
    return page


def shown(page) -> str:
    """What a camera reads from the canvas."""
    url = page.locator(".frame__canvas").evaluate("canvas => canvas.toDataURL()")
    picture = Image.open(BytesIO(b64decode(url.partition(",")[2]))).convert("L")
    [found] = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found.text


def equipped() -> Held:
    """A gate that fetched everything a moment ago and has no network now."""
    now = timezone.now()
    at = int(now.timestamp())
    listed = keys.published_list(settings.HEALTHCODE_KEYS_DIR)
    held = Held(pin=listed.pin).take_keys(listed.data, at).take_state(sign_state(now=now), at)
    for each in lists_in_use(now):
        token = sign_withdrawn(number=each.number, now=now)
        held = held.take_withdrawn(token, each.number, at)
    return held


def verdict(gate: Held, text: str) -> Reason:
    at = int(time.time())
    return judge(text, keys=gate.key_list, gate=gate.gate(at), now=at).reason


def test_a_gate_without_network_reads_the_canvas_and_believes_it(web, lab, new_page):
    page = with_own_code(new_page(), web)

    text = shown(page)
    assert len(text) <= 483
    assert verdict(equipped(), text) is Reason.GREEN
    expect(page.locator(".tile__offline")).to_have_text("是")
    expect(page.locator(".fresh__live")).to_contain_text("离线可用")


def test_the_code_is_drawn_anew_every_half_minute_without_a_request(web, lab, new_page):
    page = new_page()
    page.clock.install()
    with_own_code(page, web)
    first, asked = shown(page), []
    page.on("request", lambda request: asked.append(request.url))

    page.clock.run_for(31_000)
    page.wait_for_function(
        "before => document.querySelector('.frame__canvas').toDataURL() !== before",
        arg=page.locator(".frame__canvas").evaluate("() => ''"),
    )

    assert shown(page) != first
    assert [url for url in asked if "/pulse/" not in url] == []


def test_with_the_server_dead_the_code_still_shows_and_verifies(server, lab, new_page):
    page = with_own_code(new_page(), server.url)
    gate, first = equipped(), shown(page)
    server.stop()
    page.context.set_offline(True)
    expect(page.locator("#code")).to_have_attribute("data-state", "late")

    assert verdict(gate, shown(page)) is Reason.GREEN
    expect(page.locator(".frame__cover")).to_be_hidden()
    expect(page.locator(".fresh__late")).to_contain_text("离线")
    assert first.startswith("HCP:/1/")


def test_the_page_opens_again_without_any_server(server, lab, new_page):
    page = with_own_code(new_page(), server.url)
    page.wait_for_function(IN_CHARGE)
    gate = equipped()
    server.stop()
    page.context.set_offline(True)
    page.goto(server.url)

    expect(page.locator("#code")).to_have_attribute("data-code", "bound")
    assert verdict(gate, shown(page)) is Reason.GREEN
    expect(page.locator(".band__word").first).to_have_text("绿码")
    expect(page.locator(".name__masked")).to_have_text("张*三")
    assert "张小三" not in page.content()
    expect(page.locator("#code")).to_have_attribute("data-state", "late")


def test_a_phone_that_keeps_nothing_says_so_without_network(server, lab, new_page):
    page = with_own_code(new_page(), server.url)
    page.wait_for_function(IN_CHARGE)
    page.evaluate("indexedDB.deleteDatabase('healthcode-wallet')")
    page.context.set_offline(True)
    page.goto(server.url)

    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()


def test_a_colour_that_changes_ends_the_code_and_brings_the_next(web, lab, new_page):
    page = new_page()
    page.clock.install()
    with_own_code(page, web)
    before = shown(page)
    hand_in(lab, pcr(ZHANG_SAN, "red", result="positive", at=world.ago(hours=1)))
    world.status_after_the_sweep(ZHANG_SAN)
    page.clock.run_for(20_000)

    expect(page.locator("#code")).to_have_attribute("data-colour", "red")
    page.clock.run_for(3_000)
    expect(page.locator("#code")).to_have_attribute("data-code", "bound")
    gate = equipped()
    assert verdict(gate, before) is Reason.WITHDRAWN
    assert verdict(gate, shown(page)) is Reason.RED


def test_a_killed_key_brings_a_pass_of_the_next_one(web, lab, new_page, settings, tmp_path):
    directory = settings.HEALTHCODE_KEYS_DIR = tmp_path / "keys"
    root, now = keys.new_root(tmp_path / "root.pem"), int(time.time())
    keys.rotate(directory, iss="SH", root=root, now=now - 2 * 86_400)
    page = new_page()
    page.clock.install()
    with_own_code(page, web)
    before = shown(page)
    stolen = keys.active_key(Kind.BOUND, now).public.kid
    keys.kill(directory, stolen)
    assert len(keys.rotate(directory, iss="SH", root=root, now=now)) == 1
    for _ in range(60):
        page.clock.run_for(1_000)
        if verdict(equipped(), shown(page)) is Reason.GREEN:
            break

    gate = equipped()
    assert verdict(gate, before) is Reason.KEY_KILLED
    assert verdict(gate, shown(page)) is Reason.GREEN


def test_the_private_key_cannot_be_taken_out(web, lab, new_page):
    page = with_own_code(new_page(), web)

    found = page.evaluate(
        """async () => {
          const { newestPass } = await import("/static/js/code/wallet.js");
          const { keys } = await newestPass();
          const failed = await crypto.subtle
            .exportKey("pkcs8", keys.privateKey).then(() => false, () => true);
          return [keys.privateKey.extractable, failed];
        }"""
    )
    assert found == [False, True]


def test_another_browser_gets_live_codes_until_it_is_made_the_phone(web, lab, new_page):
    first = with_own_code(new_page(), web)
    second = open_code(new_page(), web)
    expect(second.locator("#code")).to_have_attribute("data-phone", "not_the_phone")
    expect(second.locator("#code")).to_have_attribute("data-code", "live")
    text = shown(first)

    second.get_by_role("button", name="在本机启用").click()
    expect(second.get_by_role("heading", name="在本机启用离线码？")).to_be_visible()
    second.get_by_role("button", name="启用", exact=True).click()

    expect(second.locator("#code")).to_have_attribute("data-code", "bound")
    gate = equipped()
    assert verdict(gate, text) is Reason.WITHDRAWN
    assert verdict(gate, shown(second)) is Reason.GREEN


@pytest.mark.parametrize(
    "broken",
    [
        "IDBFactory.prototype.open = () => { throw new Error('no storage'); }",
        "IDBObjectStore.prototype.add = () => { throw new Error('no keys'); }",
        "SubtleCrypto.prototype.generateKey = () => Promise.reject(new Error('no keys'))",
        "SubtleCrypto.prototype.sign = () => Promise.reject(new Error('no keys'))",
        "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', {value: undefined})",
    ],
)
def test_a_browser_that_cannot_keep_a_key_shows_live_codes(web, lab, new_page, broken):
    page = new_page()
    page.add_init_script(broken)
    open_code(page, web)

    expect(page.locator("#code")).to_have_attribute("data-phone", "unable")
    expect(page.locator("#code")).to_have_attribute("data-code", "live")
    expect(page.locator(".tile__offline")).to_have_text("否")
    expect(page.locator(".frame__code svg")).to_be_visible()
    assert not BoundPass.objects.exists()


NOTHING_KEPT = "async () => (await indexedDB.databases()).length === 0"


def test_signing_out_leaves_no_key_and_no_card_and_ends_the_pass(web, lab, new_page):
    page = with_own_code(new_page(), web)
    text = shown(page)
    page.get_by_text("退出登录").click()
    page.wait_for_url("**/signin/**")

    page.wait_for_function(NOTHING_KEPT)
    assert verdict(equipped(), text) is Reason.WITHDRAWN
    assert not Phone.objects.exists()


def test_whoever_signs_in_again_has_a_code_that_works_offline(server, lab, new_page):
    page = with_own_code(new_page(), server.url)
    page.wait_for_function(IN_CHARGE)
    page.get_by_text("退出登录").click()
    page.wait_for_url("**/signin/**")
    page.wait_for_function(NOTHING_KEPT)
    with_own_code(page, server.url)
    page.wait_for_function(KEPT_CARD)
    gate = equipped()
    page.context.set_offline(True)
    page.goto(server.url)

    expect(page.locator("#code")).to_have_attribute("data-code", "bound")
    assert verdict(gate, shown(page)) is Reason.GREEN


def test_a_tab_never_shows_one_person_s_code_on_another_s_card(web, lab, new_page):
    """Zhang San's tab stays open; in another tab he signs out and Li Si signs in."""
    hand_in(lab, pcr(LI_SI, "green too"))
    zhang = new_page()
    zhang.clock.install()
    with_own_code(zhang, web)
    text = shown(zhang)
    session = world.phone_of(LI_SI, "李小四", "+8613900139000").cookies["session"].value
    zhang.context.add_cookies([{"name": "session", "value": session, "url": web}])
    zhang.clock.run_for(3_600_000)
    expect(zhang.locator(".name__masked")).to_have_text("李*四")
    for _ in range(10):
        zhang.clock.run_for(1_000)
        if zhang.locator("#code").get_attribute("data-code") == "bound":
            assert holder_of(shown(zhang)) == "李*四"
    assert holder_of(text) == "张*三"


def holder_of(text: str) -> str:
    """The name in a presentation."""
    return claims_of(read_text(text)).name


def test_a_phone_that_was_moved_away_shows_live_codes(web, lab, new_page):
    page = new_page()
    page.clock.install()
    with_own_code(page, web)
    Phone.objects.update(session_digest=bytes(32))
    for _ in range(30):
        page.clock.run_for(1_000)
        if page.locator("#code").get_attribute("data-phone") == "not_the_phone":
            break

    expect(page.locator("#code")).to_have_attribute("data-code", "live")
    expect(page.locator(".tile__offline")).to_have_text("否")


def test_a_phone_that_was_bound_keeps_its_pass_over_a_reload(web, lab, new_page):
    page = with_own_code(new_page(), web)
    page.reload()
    expect(page.locator("#code")).to_have_attribute("data-code", "bound")

    assert BoundPass.objects.count() == 1
    assert Phone.objects.count() == 1


def test_a_pass_of_eight_hours_is_replaced_and_the_old_one_dropped_after(web, lab, new_page):
    page = new_page()
    page.clock.install()
    with_own_code(page, web)
    page.evaluate(
        """async () => {
          const { newestPass, keepPass } = await import("/static/js/code/wallet.js");
          const pass = await newestPass();
          await keepPass({ ...pass, iat: pass.iat - 8 * 3600 });
        }"""
    )
    page.reload()
    page.clock.run_for(3_000)
    expect(page.locator("#code")).to_have_attribute("data-code", "bound")
    page.wait_for_function(
        """async () => {
          const { openDB } = await import("/static/vendor/idb/index.js");
          const database = await openDB("healthcode-wallet");
          const count = await database.count("passes");
          const [{ iat }] = await database.getAll("passes");
          database.close();
          return count === 1 && Date.now() / 1000 - iat < 3600;
        }"""
    )
    assert BoundPass.objects.count() == 2


def test_the_worker_keeps_every_file_that_the_page_asks_for(web, lab, new_page):
    page, asked = new_page(), set()
    page.on("request", lambda request: asked.add(request.url.removeprefix(web)))
    with_own_code(page, web)
    page.wait_for_function(IN_CHARGE)
    kept = page.evaluate(
        """async () => {
          const cache = await caches.open("healthcode-code");
          return (await cache.keys()).map((request) => new URL(request.url).pathname);
        }"""
    )

    files = {path for path in asked if path.startswith("/static/")}
    assert files <= set(kept)
    assert len(files) >= 14
