"""When a gate without network cannot be sure: of the time, of its keys, of its lists."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from healthcode import keys, passes
from healthcode.models import WithdrawnList
from healthcode.passes import Kind
from tests.browser.staff.gates import (
    at_home,
    green,
    says,
    scan,
    shown,
    started,
    without_keys,
)
from tests.healthcode.pockets import Pocket
from tests.tracing.door import minutes

DAY = 24 * 60 * 60
SECOND = 1000


@pytest.fixture
def timed(new_page):
    """A page whose clock the test can move."""
    page = new_page(service_workers="block")
    page.clock.install()
    return page


def seconds():
    return int(timezone.now().timestamp())


def later(page, span):
    """Time passes in the page alone, which hears nothing meanwhile."""
    page.unroute_all()  # what a test answers would come through without network
    page.context.set_offline(True)
    page.clock.fast_forward(span * SECOND)


def with_answer(page, path, change):
    """A page that is answered something else by one endpoint."""

    def alter(route):
        answer = route.fetch()
        body = answer.json()
        route.fulfill(response=answer, json=body | change(body))

    page.route(f"**/devices/{path}/", alter)
    return page


def with_kit(page, **changed):
    return with_answer(page, "kit", lambda _: changed)


def in_the_servers(page, span, **kit):
    """A page to which the server says that it is later, by some seconds."""

    def time_of(body):
        return {"now": body["now"] + span * SECOND}

    with_answer(page, "me", time_of)
    return with_answer(page, "kit", lambda body: time_of(body) | kit)


def text_of(data):
    return urlsafe_b64encode(data).decode()


def serve(page, name, data):
    """Other bytes at a well-known place."""
    body = urlsafe_b64decode(data)
    page.route(
        f"**/.well-known/healthcode/{name}",
        lambda route: route.fulfill(body=body, content_type="application/cose"),
    )


def key_list_without_live(version):
    """The list of keys as the root might publish it next, without the key of live codes."""
    directory, now = Path(settings.HEALTHCODE_KEYS_DIR), seconds()
    root = keys.load_root(directory.with_name(f"{directory.name}-root.pem")).private
    held = keys.published_list(directory).signed.keys
    kept = tuple(key for key in held if Kind.LIVE not in key.kinds)
    made = passes.SignedKeys(version, now, now + passes.KEYS_LIFE, kept)
    public, sign = root.public_key(), passes.signer(root)
    return text_of(passes.build_key_list(made, root=public, sign=sign))


def state(at, *killed, version=None):
    """A state signed by the real key at another time, that kills a kid, or speaks of others."""
    key = keys.active_key(Kind.STATE, at)
    version = version or keys.published_list(settings.HEALTHCODE_KEYS_DIR).signed.version
    made = passes.State(version, at, at + DAY, frozenset(killed))
    return text_of(passes.build_state(made, kid=key.public.kid, sign=key.sign))


def withdrawn(number, at, life):
    """An empty list of withdrawn passes that ends sooner than others."""
    key = keys.active_key(Kind.STATE, at)
    made = passes.WithdrawnList(number, at, at + life, bytes(passes.SLOTS // 8))
    data = passes.build_withdrawn(made, iss=key.public.iss, kid=key.public.kid, sign=key.sign)
    return {"number": number, "token": text_of(data)}


def test_a_killed_key_stays_killed_whatever_later_states_say(web, new_page):
    kid = keys.active_key(Kind.LIVE, seconds()).public.kid
    page = with_kit(new_page(service_workers="block"), state=state(seconds(), kid))
    at_home(page, web)
    page.unroute("**/devices/kit/")
    with page.expect_response("**/devices/kit/"):
        page.reload()
    without_keys(page).reload()
    expect(page.locator("#ready")).to_have_attribute("data-state", "good")
    page.click("#start")
    page.context.set_offline(True)
    scan(page, shown(green()))
    says(page, "无法判断", sentence="签发密钥已停用")


def test_keys_that_nobody_confirmed_for_a_day_are_stale(web, timed):
    held = state(seconds())
    gate = started(in_the_servers(timed, DAY - 30, state=held), web)
    later(gate, 60)
    scan(gate, shown(green()))
    says(gate, "无法判断", sentence="本机密钥过旧")
    gate.click("#next")
    gate.click("#leave")
    expect(gate.locator("#ready")).to_have_text("断网时只能显示“无法判断”")


def test_a_list_that_ended_is_stale(web, timed, phone):
    token = withdrawn(phone.claims.slot // passes.SLOTS, seconds(), life=50)
    gate = started(with_kit(timed, withdrawn=[token]), web)
    later(gate, 60)
    scan(gate, phone.show(timezone.now() + minutes(1)))
    says(gate, "无法判断", sentence="本机名单过旧")


def test_a_list_that_is_missing_is_stale(web, new_page, phone):
    page = with_kit(new_page(service_workers="block"), withdrawn=[])
    gate = started(page, web)
    gate.context.set_offline(True)
    scan(gate, phone.show(timezone.now()))
    says(gate, "无法判断", sentence="本机名单过旧")


def test_a_list_that_grows_old_is_said_to(web, timed, phone):
    gate = at_home(timed, web)
    expect(gate.locator("#list-age")).to_contain_text("名单")
    later(gate, 16 * 60)
    expect(gate.locator("#fact-list")).to_have_attribute("data-state", "warn")
    expect(gate.locator("#list-age")).to_have_text("名单 16 分钟前")
    gate.click("#start")
    scan(gate, phone.show(timezone.now() + timedelta(minutes=16)))
    says(gate, "可通行")


def test_a_day_without_the_server_leaves_the_clock_unsure(web, timed):
    gate = started(timed, web)
    later(gate, DAY + 60)
    scan(gate, shown(green()))
    says(gate, "无法判断", sentence="本机时间不确定")
    gate.click("#next")
    gate.click("#leave")
    expect(gate.locator("#fact-clock")).to_contain_text("一天没有对时")


def test_a_clock_that_was_set_is_unsure_until_the_server_says(web, timed):
    gate = started(timed, web)
    gate.context.set_offline(True)
    gate.clock.set_system_time(timezone.now() + minutes(2))
    scan(gate, shown(green()))
    says(gate, "无法判断", sentence="本机时间不确定")
    gate.click("#next")
    gate.context.set_offline(False)
    gate.evaluate("dispatchEvent(new Event('online'))")
    gate.click("#leave")
    expect(gate.locator("#fact-clock")).to_have_attribute("data-state", "good")
    gate.click("#start")
    scan(gate, shown(green()))
    says(gate, "可通行")


def test_after_a_restart_without_network_the_gate_knows_the_time(web, new_page):
    page = new_page()
    page.clock.install(time=timezone.now() + minutes(10))
    gate = started(page, web)
    gate.evaluate("navigator.serviceWorker.ready")
    gate.context.set_offline(True)
    gate.reload()
    gate.click("#start")
    scan(gate, shown(green()))
    says(gate, "可通行")


def test_keys_that_a_state_speaks_of_are_fetched(web, timed):
    gate = at_home(timed, web)
    version = keys.published_list(settings.HEALTHCODE_KEYS_DIR).signed.version + 1
    serve(gate, "state", state(seconds(), version=version))
    serve(gate, "keys", key_list_without_live(version))
    gate.click("#start")
    with gate.expect_response("**/.well-known/healthcode/keys"):
        gate.clock.fast_forward(40 * SECOND)
    gate.context.set_offline(True)
    scan(gate, shown(green()))
    says(gate, "无法判断", sentence="不认识签发方")


def test_an_older_list_does_not_take_the_place_of_a_newer(web, timed, phone):
    assert Pocket(phone.citizen, "another").bind(timezone.now(), move=True)
    WithdrawnList.objects.update(built_at=None)
    gate = at_home(timed, web)
    number = phone.claims.slot // passes.SLOTS
    older = withdrawn(number, seconds() - 100, life=DAY)["token"]
    serve(gate, f"withdrawn/{number}", older)
    gate.click("#start")
    with gate.expect_response(f"**/withdrawn/{number}"):
        gate.clock.fast_forward(7 * 60 * SECOND)
    gate.wait_for_timeout(300)
    gate.context.set_offline(True)
    scan(gate, phone.show(timezone.now()))
    says(gate, "无法判断", sentence="这个码已作废")
