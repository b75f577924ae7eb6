"""The time at a gate whose line drops: it goes on, through restarts too, until a day has passed."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from healthcode import keys, passes
from healthcode.passes import Kind
from tests.browser.staff.gates import at_home, green, says, scan, shown
from tests.tracing.door import minutes

SECOND = 1000
HOUR = 60 * 60
STATE = "**/.well-known/healthcode/state"
#: Milliseconds by which the gate is ahead of its wall clock, and why it is not sure.
GATE_TIME = """async () => {
  const { clock } = await import("/static/js/staff/clock.js");
  return [clock.now() - Date.now(), clock.doubt];
}"""


@pytest.fixture
def gate(web, phone, new_page):
    """A gate that holds all it needs, and whose clock the test can move."""
    page = new_page(service_workers="block")
    page.clock.install()
    return at_home(page, web)


def signed_state(at):
    key = keys.active_key(Kind.STATE, at)
    version = keys.published_list(settings.HEALTHCODE_KEYS_DIR).signed.version
    made = passes.State(version, at, at + 24 * HOUR, frozenset())
    return passes.build_state(made, kid=key.public.kid, sign=key.sign)


def takes_a_state_and_drops(gate):
    """Half a minute after the last answer comes a newer state; then the line is gone."""
    data = signed_state(int(timezone.now().timestamp()) + 25)
    gate.route("**/api/**", lambda route: route.abort())
    gate.route(STATE, lambda route: route.fulfill(body=data))
    with gate.expect_response(STATE):
        gate.clock.fast_forward(40 * SECOND)
    gate.wait_for_timeout(200)
    gate.unroute(STATE)
    gate.route("**/.well-known/**", lambda route: route.abort())


def without_an_answer(gate, times):
    """The gate asks for its state each half minute, and nothing comes."""
    for _ in range(times):
        with gate.expect_event("requestfailed", lambda request: request.url.endswith("/state")):
            gate.clock.fast_forward(40 * SECOND)
        gate.wait_for_timeout(50)


def reopened(gate, web, hours):
    gate.goto(f"{web}/healthz/")
    gate.clock.fast_forward(hours * HOUR * SECOND)
    gate.goto(f"{web}/staff/")
    expect(gate.locator("#home-venue")).to_have_text("静安寺站")
    without_an_answer(gate, 2)
    return gate


def moment(gate):
    """Now, as the page has it."""
    ahead = gate.evaluate("Date.now()") / SECOND - timezone.now().timestamp()
    return timezone.now() + timedelta(seconds=ahead)


def knows_the_time(gate):
    ahead, doubt = gate.evaluate(GATE_TIME)
    return abs(ahead) < SECOND and doubt is None


def test_a_line_that_drops_leaves_the_clock_as_it_is(gate, phone):
    takes_a_state_and_drops(gate)
    without_an_answer(gate, 15)
    assert knows_the_time(gate)
    gate.click("#start")
    scan(gate, phone.show(moment(gate) - minutes(1.5)))
    says(gate, "无法判断", sentence="码已过期或手机时间不准")
    gate.click("#next")
    scan(gate, phone.show(moment(gate)))
    says(gate, "可通行")


def test_reopened_hours_later_the_gate_knows_the_time_and_after_a_day_that_it_does_not(gate, web):
    takes_a_state_and_drops(gate)
    without_an_answer(gate, 2)
    assert knows_the_time(reopened(gate, web, hours=5))
    reopened(gate, web, hours=23)
    assert gate.evaluate(GATE_TIME)[1] == "old"
    expect(gate.locator("#fact-clock")).to_contain_text("一天没有对时")
    gate.click("#start")
    scan(gate, shown(green()))
    says(gate, "无法判断", sentence="本机时间不确定")


def test_a_clock_that_parted_is_unsure_also_after_a_restart(gate, web):
    takes_a_state_and_drops(gate)
    gate.clock.set_system_time(moment(gate) + minutes(5))
    without_an_answer(gate, 1)
    reopened(gate, web, hours=1)
    assert gate.evaluate(GATE_TIME)[1] == "parted"


def test_a_new_state_puts_a_clock_forward_that_is_behind(web, phone, new_page):
    def late(route):
        answer = route.fetch()
        body = answer.json()
        route.fulfill(response=answer, json=body | {"now": body["now"] - 20 * SECOND})

    page = new_page(service_workers="block")
    page.route("**/devices/me/", late)
    page.route("**/devices/kit/", late)
    gate = at_home(page, web)
    ahead, doubt = gate.evaluate(GATE_TIME)
    assert (ahead > -15 * SECOND, doubt) == (True, None)
