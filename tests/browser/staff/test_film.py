"""The gate's camera, from the code before it to the verdict on the screen."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from healthcode import passes
from healthcode.services import issue_paper, issue_specimen
from tests.browser.film import Style
from tests.browser.staff.gates import (
    IN_CHARGE,
    at_home,
    enrolment,
    eventually,
    green,
    person,
    pocket,
    red,
    says,
    shown,
    stored,
    yellow,
)
from tests.tracing import door
from tests.tracing.door import minutes, tampered

HCERT = "HC1:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90"
#: What the screen said, in the order in which it said it.
REMEMBER = """() => {
  window.said = [];
  const todo = document.getElementById("verdict-todo");
  const { body } = document;
  new MutationObserver(() => {
    if (body.dataset.outcome) said.push([body.dataset.outcome, todo.textContent]);
  }).observe(body, { attributes: true, attributeFilter: ["data-outcome"] });
}"""

#: Staff are quick: whatever is asked or shown is done with.
DONE = """() => {
  const open = "[data-row]:not([hidden])";
  if (document.body.dataset.screen === "verdict")
    document.querySelector(`${open} #refuse, ${open} #next`)?.click();
}"""


def watching(page, web, **device):
    """A gate whose camera runs."""
    at_home(page, web, **device)
    page.evaluate(REMEMBER)
    page.click("#start")
    expect(page.locator("#camera")).to_have_attribute("data-state", "running", timeout=15_000)
    return page


def said(page, count):
    for _ in range(400):
        found = page.evaluate("said")
        if len(found) >= count:
            break
        page.wait_for_timeout(100)
        page.evaluate(DONE)
    return page.evaluate("said")


def test_a_code_held_before_the_camera_is_judged(camera_page, web):
    li = green()
    phone = pocket(li)
    page = camera_page(phone.show(timezone.now() + timedelta(seconds=20)))
    watching(page, web)
    says(page, "可通行", "Pass", "阴性")
    expect(page.locator("#verdict-name")).to_have_text("张*三")
    eventually(page, lambda: len(stored()), 1)
    assert stored() == [("PASS", "PASS", True)]


def test_a_film_of_everything_that_can_happen(camera_page, web):
    li, now = green(), timezone.now()
    phone = pocket(li)
    paper, _ = issue_paper(citizen_id=person("negative").pk, by=door.officer(), now=now)
    film = {
        shown(green()): ("PASS", "阴性"),
        shown(yellow()): ("CHECK", "核对证件"),
        shown(red()): ("STOP", "一旁等候"),
        shown(person()): ("GREY", "还没有评估结果"),
        HCERT: ("GREY", "这不是健康码"),
        "HCP:/2/ABCD": ("GREY", "码的版本较新"),
        "HCP:/1/A": ("GREY", "没有读清"),
        issue_specimen(now=now): ("GREY", "这是演示码"),
        passes.write_text(phone.code.data): ("GREY", "码不完整"),
        phone.show(now - minutes(2)): ("GREY", "码已过期或手机时间不准"),
        tampered(shown(li)): ("GREY", "这个码不可信"),
        paper: ("GREY", "纸质码要联网核验"),
    }
    page = camera_page(*film, style=Style(shown=1.2, gap=0.8))
    at_home(page, web)
    page.evaluate(IN_CHARGE)  # the reader of codes is not fetched before it is needed
    page.evaluate(REMEMBER)
    page.context.set_offline(True)
    page.click("#start")
    heard = said(page, len(film))
    wrong = [
        (wanted, sentence, found)
        for (wanted, sentence), found in zip(film.values(), heard, strict=False)
        if found[0] != wanted or sentence not in found[1]
    ]
    assert wrong == []
    assert len(heard) >= len(film)


def test_a_phone_that_stays_before_the_camera_is_scanned_once(camera_page, web):
    page = camera_page(shown(green()), style=Style(gap=0, shown=2))
    watching(page, web)
    says(page, "可通行")
    page.click("#next")
    page.wait_for_timeout(3000)
    expect(page.locator("#verdict-word")).to_be_hidden()
    assert len(stored()) == 1


def test_a_device_is_enrolled_by_its_camera(camera_page, web):
    link = f"{web}/staff/enrol/#e={enrolment(name='8号口')}"
    page = camera_page(link)
    page.goto(f"{web}/staff/enrol/")
    page.click("#camera-on")
    expect(page.locator("#home-gate")).to_contain_text("8号口", timeout=15_000)


def test_another_code_before_the_camera_enrols_nothing(camera_page, web):
    page = camera_page("https://example.org/")
    page.goto(f"{web}/staff/enrol/")
    page.click("#camera-on")
    expect(page.locator("#token-error")).to_contain_text("这不是登记码", timeout=15_000)


def test_a_refused_camera_leaves_the_scanner(camera_page, web):
    page = camera_page(shown(green()), allowed=False)
    at_home(page, web)
    page.click("#start")
    expect(page.locator("#camera-problem")).to_contain_text("浏览器不让用摄像头")
    expect(page.locator("#wedge")).to_be_focused()


def test_the_camera_stays_off_where_staff_turned_it_off(camera_page, web):
    page = watching(camera_page("https://example.org/", style=Style(gap=3)), web)
    page.click("#camera-off")
    expect(page.locator("#camera-on")).to_be_visible()
    page.click("#leave")
    page.click("#start")
    expect(page.locator("#camera")).to_have_attribute("data-state", "off")
