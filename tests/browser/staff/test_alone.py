"""A gate without network: its own verdicts, what it cannot know, and what the server makes of
both afterwards."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from playwright.sync_api import expect

from healthcode import passes
from healthcode.models import WithdrawnList
from healthcode.services import issue_paper, issue_specimen
from tests.browser.staff.gates import (
    eventually,
    green,
    person,
    reasons,
    red,
    says,
    scan,
    shown,
    started,
    stays,
    stored,
    yellow,
)
from tests.healthcode.pockets import Pocket
from tests.tracing import door
from tests.tracing.door import minutes, tampered


@pytest.fixture
def alone(web, phone, new_page):
    """A gate that holds all it needs and has just lost the network."""
    page = started(new_page(service_workers="block"), web)
    page.context.set_offline(True)
    return page


def test_green_passes_and_is_uploaded_once_with_both_verdicts(alone):
    li = green()
    scan(alone, shown(li))
    says(alone, "可通行", "Pass", "小时内阴性")
    expect(alone.locator("#verdict-name")).to_have_text("张*三")
    expect(alone.locator("#link")).to_have_text("离线")
    alone.click("#next")
    assert stored() == []
    alone.context.set_offline(False)
    eventually(alone, stored, [("PASS", "PASS", True)])
    assert stays(li) == 1
    alone.click("#leave")
    expect(alone.locator("#fact-outbox")).to_contain_text("没有")


def test_a_presentation_of_a_phones_own_pass_passes(alone, phone):
    scan(alone, phone.show(timezone.now()))
    says(alone, "可通行")
    alone.click("#next")
    alone.context.set_offline(False)
    eventually(alone, stored, [("PASS", "PASS", True)])
    assert stays(phone.citizen) == 1


def test_red_stops_and_stays_outside(alone):
    scan(alone, shown(red()))
    says(alone, "不可通行", "Stop")
    alone.click("#next")
    alone.context.set_offline(False)
    eventually(alone, stored, [("STOP", "STOP", False)])


@pytest.mark.parametrize(("button", "goes_in"), [("#admit", True), ("#refuse", False)])
def test_yellow_is_for_staff_to_say(alone, button, goes_in):
    qian = yellow()
    scan(alone, shown(qian))
    says(alone, "请登记核查", "Check", "核对证件")
    alone.click(button)
    alone.context.set_offline(False)
    eventually(alone, stored, [("CHECK", "CHECK", goes_in)])
    assert stays(qian) == int(goes_in)


def test_a_gate_without_staff_lets_nobody_in_on_a_check(web, new_page):
    gate = started(new_page(service_workers="block"), web, attended=False)
    gate.context.set_offline(True)
    scan(gate, shown(yellow()))
    says(gate, "请登记核查")
    gate.click("#next")
    gate.context.set_offline(False)
    eventually(gate, stored, [("CHECK", "CHECK", False)])


def test_the_venues_rule_holds(web, new_page):
    gate = started(
        new_page(service_workers="block"), web, venue="徐家汇站", negative_within_hours=24
    )
    who = person("negative", days=2)
    gate.context.set_offline(True)
    scan(gate, shown(who))
    says(gate, "请登记核查", sentence="本场所要求 24 小时内核酸阴性")
    expect(gate.locator("#admit")).to_have_text("证件相符，放行")


def test_the_same_pass_for_a_second_person_asks_for_the_document(alone, phone):
    at = timezone.now()
    scan(alone, phone.show(at))
    says(alone, "可通行")
    alone.wait_for_timeout(2100)
    scan(alone, phone.show(at + timedelta(seconds=1)))
    says(alone, "请登记核查", sentence="秒前出示过同一个码")
    expect(alone.locator("#admit")).to_have_text("证件相符，放行")


def test_a_pass_drawn_anew_within_a_moment_is_the_same_scan(alone, phone):
    at = timezone.now()
    scan(alone, phone.show(at))
    says(alone, "可通行")
    scan(alone, phone.show(at + timedelta(seconds=1)))
    alone.wait_for_timeout(300)
    says(alone, "可通行")
    alone.click("#next")
    alone.context.set_offline(False)
    eventually(alone, lambda: len(stored()), 1)


def test_whoever_went_out_may_come_in_again(alone):
    text = shown(green())
    for way in ("entry", "exit", "entry"):
        alone.click("#leave")
        alone.click(f"[data-way={way}]")
        expect(alone.locator("#gate")).to_contain_text("进" if way == "entry" else "出")
        alone.click("#start")
        alone.wait_for_timeout(2100)
        scan(alone, text)
        says(alone, "可通行", sentence="请出" if way == "exit" else "阴性")
        alone.click("#next")


def test_what_is_wrong_with_a_code_is_said_without_the_server(alone, phone):
    li, old = phone.citizen, timezone.now() - minutes(2)
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = passes.build_pass(phone.claims, kid=b"none", sign=passes.signer(stranger))
    for text, cause in (
        ("https://example.org/", "这不是健康码"),
        ("HCP:/2/ABCD", "码的版本较新"),
        ("HCP:/1/A", "没有读清"),
        (passes.write_text(forged), "不认识签发方"),
        (tampered(shown(li)), "这个码不可信"),
        (issue_specimen(now=timezone.now()), "这是演示码"),
        (passes.write_text(phone.code.data), "码不完整"),
        (phone.show(old), "码已过期或手机时间不准"),
        (door.code(li, old), "码已过期"),
        (door.code(li, timezone.now() + minutes(2)), "手机时间不准"),
        (shown(person()), "还没有评估结果"),
    ):
        scan(alone, text)
        says(alone, "无法判断", "Cannot decide", cause)
        expect(alone.locator("#verdict-name")).to_be_hidden()
    alone.click("#next")
    alone.context.set_offline(False)
    eventually(alone, lambda: len(stored()), 11)
    assert {device for _, device, _ in stored()} == {"GREY"}
    assert ("SPECIMEN", "SPECIMEN") in reasons()


def test_a_printed_code_waits_for_the_network_or_the_papers(alone):
    li = green()
    text, _ = issue_paper(citizen_id=li.pk, by=door.officer(), now=timezone.now())
    scan(alone, text)
    says(alone, "无法判断", sentence="纸质码要联网核验")
    alone.click("#papers")
    alone.context.set_offline(False)
    eventually(alone, stored, [("CHECK", "GREY", True)])


def test_a_printed_code_passes_online_once_the_document_was_compared(web, new_page):
    li = green()
    text, _ = issue_paper(citizen_id=li.pk, by=door.officer(), now=timezone.now())
    gate = started(new_page(service_workers="block"), web)
    scan(gate, text)
    says(gate, "请登记核查", sentence="请核对证件是否本人")
    gate.click("text=证件相符，放行")
    eventually(gate, stored, [("PASS", "GREY", True)])


def test_the_pass_of_a_phone_that_was_replaced_is_refused(web, phone, new_page):
    assert Pocket(phone.citizen, "another").bind(timezone.now(), move=True)
    WithdrawnList.objects.update(built_at=None)  # lists are built again once a minute
    gate = started(new_page(service_workers="block"), web)
    gate.context.set_offline(True)
    scan(gate, phone.show(timezone.now()))
    says(gate, "无法判断", sentence="这个码已作废")
