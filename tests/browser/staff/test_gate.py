"""The staff page in a real browser: enrol, scan, decide, lose the network, lose nothing."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.staff.gates import (
    enrolment,
    eventually,
    green,
    person,
    red,
    says,
    scan,
    shown,
    started,
    stays,
    stored,
    yellow,
)
from tests.tracing import door
from tests.tracing.door import minutes, tampered
from tracing.models import Device, Visit
from tracing.services import revoke_device

GATES = [(390, 844), (820, 1180), (1180, 820), (360, 640)]


@pytest.fixture
def gate(web, new_page):
    """An enrolled phone at a gate, its scanner waiting."""
    return started(new_page(service_workers="block"), web)


def test_the_enrolment_code_in_the_address_makes_a_device_and_disappears(web, new_page):
    page = new_page()
    page.goto(f"{web}/staff/#e={enrolment(name='2号口')}")
    expect(page.locator("#home-venue")).to_have_text("静安寺站")
    expect(page.locator("#home-gate")).to_have_text("2号口 · 站厅")
    expect(page.locator("[data-way=entry]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#fact-link")).to_contain_text("已联网")
    assert page.url == f"{web}/staff/"
    [cookie] = [one for one in page.context.cookies() if "device" in one["name"]]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")


def test_an_enrolment_code_may_be_typed(web, new_page):
    page, token = new_page(), enrolment()
    page.goto(f"{web}/staff/")
    page.fill("#token", " ".join(token[i : i + 5] for i in range(0, 26, 5)).lower())
    page.click("#enrol button")
    expect(page.locator("#home-venue")).to_have_text("静安寺站")


def test_a_wrong_or_used_enrolment_code_is_refused_with_its_cause(web, new_page):
    page, token = new_page(), enrolment()
    started_elsewhere = new_page()
    started_elsewhere.goto(f"{web}/staff/#e={token}")
    expect(started_elsewhere.locator("#start")).to_be_visible()
    page.goto(f"{web}/staff/enrol/")
    for typed, cause in ((token, "已经用过"), ("A" * 26, "没有这个登记码")):
        page.fill("#token", typed)
        page.click("#enrol button")
        expect(page.locator("#token-error")).to_contain_text(cause)


def test_green_fills_the_screen_and_makes_a_visit(gate):
    li = green()
    scan(gate, shown(li))
    says(gate, "可通行", "Pass", "小时内阴性")
    expect(gate.locator("#verdict-name")).to_have_text("张*三")
    expect(gate.locator("#announce")).to_contain_text("可通行")
    expect(gate.locator("body")).to_have_css("background-color", "rgb(8, 127, 74)")
    assert gate.title() == "可通行"
    assert stored() == [("PASS", "PASS", True)]
    assert stays(li) == 1
    gate.click("#next")
    expect(gate.locator("#last-word")).to_have_text("可通行")
    gate.click("#leave")
    expect(gate.locator('[data-count="PASS"]')).to_have_text("1")


def test_the_verdict_goes_by_itself_unless_paused(web, new_page):
    page = new_page()
    page.clock.install()
    started(page, web)
    scan(page, shown(green()))
    says(page, "可通行")
    expect(page.locator("#next")).to_have_text("下一位（10 秒）")
    page.click("#pause")
    page.clock.run_for(15_000)
    says(page, "可通行")
    page.click("#pause")
    page.clock.run_for(10_000)
    expect(page.locator("#wedge")).to_be_focused()
    expect(page.locator("#verdict-word")).to_be_hidden()


def test_yellow_waits_for_staff_who_admit(gate):
    qian = yellow()
    scan(gate, shown(qian))
    says(gate, "请登记核查", "Check", "核对证件")
    expect(gate.locator("#next")).to_be_hidden()
    assert stored() == [("CHECK", "CHECK", None)]
    gate.click("#admit")
    eventually(gate, stored, [("CHECK", "CHECK", True)])
    assert stays(qian) == 1
    expect(gate.locator("#wedge")).to_be_focused()


def test_yellow_waits_for_staff_who_refuse(gate):
    qian = yellow()
    scan(gate, shown(qian))
    says(gate, "请登记核查")
    gate.click("#refuse")
    eventually(gate, stored, [("CHECK", "CHECK", False)])
    assert stays(qian) == 0


def test_nobody_is_scanned_over_an_open_question(gate):
    scan(gate, shown(yellow()))
    says(gate, "请登记核查")
    scan(gate, shown(green()))
    expect(gate.locator("#nudge")).to_be_visible()
    says(gate, "请登记核查")
    assert len(stored()) == 1


def test_red_stops(gate):
    scan(gate, shown(red()))
    says(gate, "不可通行", "Stop", "一旁等候")
    expect(gate.locator("#verdict-name")).to_have_text("M*** L***")
    assert stored() == [("STOP", "STOP", False)]


def test_what_cannot_be_judged_is_grey_with_its_cause_and_no_name(gate):
    li = green()
    old = door.code(li, timezone.now() - minutes(3))
    for text, cause in (
        ("https://example.org/", "这不是健康码"),
        ("HCP:/1/A", "没有读清"),
        (old, "码已过期"),
        (tampered(shown(li)), "这个码不可信"),
        (shown(person()), "还没有评估结果"),
    ):
        scan(gate, text)
        says(gate, "无法判断", "Cannot decide", cause)
        expect(gate.locator("#verdict-name")).to_be_hidden()
    eventually(gate, lambda: len(stored()), 5)
    assert {outcome for outcome, _, _ in stored()} == {"GREY"}


def test_a_code_scanned_twice_in_a_moment_is_scanned_once(gate):
    text = shown(green())
    scan(gate, text)
    scan(gate, text)
    says(gate, "可通行")
    gate.wait_for_timeout(500)
    assert len(stored()) == 1


def test_the_same_code_for_a_second_person_asks_for_the_document(gate):
    text = shown(green())
    scan(gate, text)
    says(gate, "可通行")
    gate.wait_for_timeout(2100)
    scan(gate, text)
    says(gate, "请登记核查", sentence="秒前出示过同一个码")


def test_the_next_scan_takes_the_place_of_a_finished_verdict(gate):
    scan(gate, shown(green()))
    says(gate, "可通行")
    scan(gate, shown(red()))
    says(gate, "不可通行")


def test_a_scanner_without_enter_and_with_an_input_method_is_understood(gate):
    text = shown(green())
    gate.keyboard.insert_text(f"  {text.lower()}".replace(":", "："))
    says(gate, "可通行")


def test_an_input_method_is_noticed(gate):
    expect(gate.locator("#ime")).to_be_hidden()
    gate.locator("#wedge").dispatch_event("compositionstart")
    expect(gate.locator("#ime")).to_contain_text("关闭中文输入法")


def test_a_code_may_be_pasted(web, new_page):
    page = started(new_page(permissions=["clipboard-read", "clipboard-write"]), web)
    page.evaluate("text => navigator.clipboard.writeText(text)", shown(green()))
    page.click("#paste")
    says(page, "可通行")


def test_keys_find_the_scanners_field_wherever_the_focus_is(gate):
    gate.locator("#leave").focus()
    gate.keyboard.type("HTTPS://X")
    gate.keyboard.press("Enter")
    says(gate, "无法判断", sentence="这不是健康码")


def test_a_word_about_the_door_outlives_the_network(gate):
    scan(gate, shown(yellow()))
    says(gate, "请登记核查")
    gate.context.set_offline(True)
    gate.click("#admit")
    expect(gate.locator("#wedge")).to_be_focused()
    gate.context.set_offline(False)
    eventually(gate, stored, [("CHECK", "CHECK", True)])


def test_an_exit_asks_nothing_about_the_door(web, new_page):
    way_in, way_out = new_page(), new_page()
    li = green()
    scan(started(way_in, web), shown(li))
    says(way_in, "可通行")
    started(way_out, web, direction="exit", name="出口")
    way_out.context.set_offline(True)
    scan(way_out, shown(li))
    says(way_out, "可通行", sentence="请出")
    expect(way_out.locator("#papers")).to_be_hidden()
    way_out.click("#next")
    way_out.context.set_offline(False)
    eventually(way_out, lambda: Visit.objects.get(citizen_id=li.pk).left_by, "scan")


def test_a_revoked_device_says_so(gate):
    revoke_device(device_id=Device.objects.latest("pk").pk, by=door.officer(), now=timezone.now())
    scan(gate, shown(green()))
    expect(gate.get_by_role("heading", name="本机已停用")).to_be_visible()
    assert stored() == []


@pytest.mark.parametrize(("width", "height"), GATES)
def test_every_verdict_fits_the_screen_with_large_targets(web, new_page, width, height):
    size = {"width": width, "height": height}
    page = started(new_page(viewport=size), web, venue="徐家汇站", negative_within_hours=48)
    for who in (green(), yellow(), red()):
        scan(page, shown(who))
        expect(page.locator("#verdict-word")).to_be_visible()
        page.wait_for_timeout(200)
        over = "[scrollHeight - innerHeight, scrollWidth - innerWidth]"
        assert page.evaluate(f"with (document.documentElement) {over}") == [0, 0]
        for button in page.locator("button:visible").all():
            assert min(button.bounding_box()["width"], button.bounding_box()["height"]) >= 60
        if page.locator("#admit").is_visible():
            page.click("#admit")


def test_the_page_breaks_no_rule_of_its_own(web, new_page):
    page = new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    started(page, web)
    scan(page, shown(green()))
    says(page, "可通行")
    assert [text for text in complaints if "Content Security Policy" in text] == []
