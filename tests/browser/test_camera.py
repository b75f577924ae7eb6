"""The camera of the staff page in a real browser, before a film of codes; no page is needed."""

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.film import Style
from tests.fixtures import own_copy

LIVE = "HCP:/1/" + "AB2C" * 58
PRESENTATION = "HCP:/1/" + "QRST" * 110 + "QRSTU"
FOREIGN = "https://example.org/Straße"
JAVASCRIPT = "text/javascript"

OPEN = """async () => {
  const { openCamera } = await import("/static/js/scan/camera.js");
  const video = document.body.appendChild(document.createElement("video"));
  const onText = (text) => told.push(text);
  const onProblem = (word) => told.push({ word });
  Object.assign(window, { told: [], video });
  window.camera = await openCamera(video, { onText, onProblem });
}"""
STRICT = "default-src 'none'; connect-src 'self'; script-src 'self'"
#: A stub: no Chromium on Linux has a reader of its own.
NATIVE = """(formats, code) => {
  window.BarcodeDetector = class {
    static getSupportedFormats = async () => formats;
    detect = async (video) => {
      if (!code) throw new DOMException("no such service", "NotSupportedError");
      return [{ rawValue: code + " " + (video.videoWidth > 0) }];
    };
  };
}"""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def web(django_db_blocker):
    """The pages; nobody signs in to them."""
    with own_copy("empty", django_db_blocker):
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


def at_the_gate(page, web):
    """The staff page with its policies and without its script, which would open its own camera."""
    page.route(
        "**/js/staff/*", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.goto(f"{web}/staff/")
    return page


def opened(page, web):
    at_the_gate(page, web).evaluate(OPEN)
    return page


def told(page, count=0):
    """What the camera has told so far, once it is that much."""
    page.wait_for_function("count => told.length >= count", arg=count, timeout=20_000)
    return page.evaluate("told")


def running(page):
    return page.evaluate("video.srcObject?.getTracks().map((track) => track.readyState) ?? []")


def requests_of(page):
    found = []
    page.context.on("request", lambda request: found.append(request.url))
    return found


def test_every_code_held_before_the_camera_is_told_once_in_order(camera_page, web):
    page = opened(camera_page(LIVE, FOREIGN, PRESENTATION), web)
    assert told(page, 3)[:3] == [LIVE, FOREIGN, PRESENTATION]


@pytest.mark.parametrize("style", [Style(left=100), Style(inverted=True)])
def test_a_code_off_the_middle_and_one_that_is_white_on_black_are_read(camera_page, web, style):
    assert told(opened(camera_page(LIVE, style=style), web), 1) == [LIVE]


def test_a_code_that_stays_in_sight_is_told_once(camera_page, web):
    page = opened(camera_page(LIVE, style=Style(shown=4, gap=0)), web)
    told(page, 1)
    page.wait_for_timeout(2500)
    assert told(page) == [LIVE]


def test_a_code_that_flickers_is_told_once_and_one_that_comes_back_twice(camera_page, web):
    page = opened(camera_page(LIVE, FOREIGN, style=Style(shown=0.6, gap=0.2)), web)
    told(page, 2)
    page.wait_for_timeout(2500)
    assert told(page) == [LIVE, FOREIGN]

    slow = opened(camera_page(LIVE, style=Style(shown=0.6, gap=1.2)), web)
    assert told(slow, 2) == [LIVE, LIVE]


def test_a_forgotten_code_is_told_again(camera_page, web):
    page = opened(camera_page(LIVE, style=Style(gap=0)), web)
    told(page, 1)
    page.evaluate("camera.forget()")
    assert told(page, 2) == [LIVE, LIVE]


def test_the_staff_page_keeps_the_camera_to_itself_and_its_policy_strict(camera_page, web):
    answer = at_the_gate(camera_page(LIVE), web).goto(f"{web}/staff/")
    assert answer.headers["permissions-policy"] == "camera=(self)"
    assert "wasm" not in answer.headers["content-security-policy"]


def test_nothing_is_fetched_from_elsewhere(camera_page, web):
    page = camera_page(LIVE)
    asked = requests_of(page)
    told(opened(page, web), 1)
    assert [url for url in asked if not url.startswith(f"{web}/")] == []
    assert f"{web}/static/vendor/zxing-wasm/reader/zxing_reader.wasm" in asked


@pytest.mark.parametrize(
    ("policy", "heard"), [(f"{STRICT} 'wasm-unsafe-eval'", LIVE), (STRICT, {"word": "reader"})]
)
def test_the_workers_own_policy_decides_whether_it_may_run(camera_page, web, policy, heard):
    def with_policy(route):
        answer = route.fetch()
        strict = answer.headers | {"content-security-policy": policy}
        route.fulfill(response=answer, headers=strict)

    page = camera_page(LIVE)
    page.context.route("**/js/scan/worker.js", with_policy)
    assert told(opened(page, web), 1) == [heard]


@pytest.mark.parametrize("part", ["js/scan/worker.js", "reader/index.js", "zxing_reader.wasm"])
def test_without_its_reader_the_camera_says_so_and_the_next_attempt_loads_it(
    camera_page, web, part
):
    page = camera_page(LIVE)
    page.context.route(f"**/{part}", lambda route: route.abort())
    assert told(opened(page, web), 1) == [{"word": "reader"}]
    assert running(page) == []
    page.context.unroute(f"**/{part}")
    page.evaluate("camera.next()")
    assert told(page, 2) == [{"word": "reader"}, LIVE]


def test_where_workers_have_no_canvas_the_page_draws_for_them(camera_page, web):
    def without_canvas(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=f"delete self.OffscreenCanvas;{answer.text()}")

    page = camera_page(LIVE)
    page.add_init_script("delete window.OffscreenCanvas")
    page.context.route("**/js/scan/worker.js", without_canvas)
    assert told(opened(page, web), 1) == [LIVE]


def test_the_browsers_own_reader_comes_first(camera_page, web):
    page = at_the_gate(camera_page(LIVE), web)
    asked = requests_of(page)
    page.evaluate(f"({NATIVE})(['ean_13', 'qr_code'], 'native')")
    page.evaluate(OPEN)
    assert told(page, 1) == ["native true"]
    assert [url for url in asked if "zxing" in url] == []


@pytest.mark.parametrize(
    ("formats", "code"), [(["ean_13"], "never asked"), (["qr_code"], ""), ([], "never asked")]
)
def test_a_browser_whose_reader_cannot_read_these_codes_uses_ours(camera_page, web, formats, code):
    page = at_the_gate(camera_page(LIVE), web)
    page.evaluate(f"([formats, code]) => ({NATIVE})(formats, code)", [formats, code])
    page.evaluate(OPEN)
    assert told(page, 1) == [LIVE]


def test_a_computer_without_a_camera_has_none(new_page, web):
    page = opened(new_page(), web)
    assert told(page) == [{"word": "none"}]
    assert page.evaluate("[camera.cameras, camera.canTorch]") == [[], False]


def test_a_refused_camera_is_denied(camera_page, web):
    page = opened(camera_page(LIVE, allowed=False), web)
    assert told(page) == [{"word": "denied"}]
    page.evaluate("camera.next()")
    assert told(page, 2) == [{"word": "denied"}] * 2


def test_a_camera_in_use_is_busy(camera_page, web):
    page = at_the_gate(camera_page(LIVE), web)
    page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException("in use", "NotReadableError");
          };
        }"""
    )
    page.evaluate(OPEN)
    assert told(page) == [{"word": "busy"}]


def test_a_page_that_is_not_secure_says_so(camera_page, web):
    page = camera_page(LIVE)

    def from_the_server(route):
        address = route.request.url.replace("http://gate.test", web)
        route.fulfill(response=route.fetch(url=address))

    page.context.route("http://gate.test/**", from_the_server)
    page.goto("http://gate.test/static/js/scan/camera.js")
    page.evaluate(OPEN)
    assert told(page) == [{"word": "insecure"}]


def test_a_hidden_page_gives_the_camera_back_and_takes_it_again(camera_page, web):
    page = opened(camera_page(LIVE, style=Style(gap=0)), web)
    told(page, 1)
    page.evaluate(HIDE, True)
    assert running(page) == []
    page.evaluate("camera.forget()")
    page.wait_for_timeout(600)
    assert told(page) == [LIVE]
    page.evaluate(HIDE, False)
    assert told(page, 2) == [LIVE, LIVE]
    assert running(page) == ["live"]


def test_a_stopped_camera_is_off_and_stays_off(camera_page, web):
    page = opened(camera_page(LIVE, style=Style(gap=0)), web)
    told(page, 1)
    page.evaluate("window.track = video.srcObject.getTracks()[0]; camera.forget(); camera.stop()")
    assert page.evaluate("[track.readyState, video.srcObject]") == ["ended", None]
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    page.wait_for_timeout(600)
    assert told(page) == [LIVE]
    assert running(page) == []


def test_a_camera_stopped_while_it_opens_is_not_left_on(camera_page, web):
    page = opened(camera_page(LIVE, style=Style(gap=0)), web)
    page.evaluate(
        """async () => {
          const devices = navigator.mediaDevices;
          const ask = devices.getUserMedia.bind(devices);
          devices.getUserMedia = async (wish) => (window.late = await ask(wish));
          const reopened = camera.next();
          camera.stop();
          await reopened;
        }"""
    )
    assert page.evaluate("late.getTracks().map((track) => track.readyState)") == ["ended"]
    assert running(page) == []


def test_a_camera_taken_away_is_asked_for_again(camera_page, web):
    page = opened(camera_page(LIVE, style=Style(gap=0)), web)
    told(page, 1)
    page.evaluate("video.srcObject.getTracks()[0].dispatchEvent(new Event('ended'))")
    page.evaluate("camera.forget(); window.first = video.srcObject")
    page.wait_for_function("() => video.srcObject && video.srcObject !== first")
    assert running(page) == ["live"]


def camera_in_use(page):
    return page.evaluate("video.srcObject.getTracks()[0].getSettings().deviceId")


def test_cameras_take_turns(camera_page, web):
    page = opened(camera_page(cameras=2), web)
    first, second = page.evaluate("camera.cameras")
    used = [camera_in_use(page)]
    for _ in range(2):
        page.evaluate("camera.next()")
        used.append(camera_in_use(page))
    assert used == [first, second, first]
    assert running(page) == ["live"]


def test_the_only_camera_is_opened_afresh(camera_page, web):
    page = opened(camera_page(LIVE), web)
    stream = page.evaluate("video.srcObject.id")
    page.evaluate("camera.next()")
    assert page.evaluate("video.srcObject.id") != stream
    assert page.evaluate("camera.cameras") == [camera_in_use(page)]
