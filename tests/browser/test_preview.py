"""An officer looks before confirming, at a desk and on a phone; and two let a trace pass."""

import os

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from accounts.roles import Role
from healthcode.tasks import sweep_due
from tests import oversight
from tests.journeys import world
from tests.journeys.world import ago
from tests.tracing.outbreak import person
from tracing.models import Case, CaseState, Contact, ContactTask, Place, TraceBrake, Visit
from tracing.services import trace_case

DESK = {
    "viewport": {"width": 1280, "height": 900},
    "device_scale_factor": 1,
    "is_mobile": False,
    "has_touch": False,
}
PHONE = 390


@pytest.fixture
def web(committed):
    """Zhang is ill; he lives with two people and met eight more in the restaurant."""
    scene = oversight.one_of_everything()
    sweep_due()
    Contact.objects.all().delete()
    group = {"kind": "household", "group": 1, "starts_at": ago(days=300)}
    for number in range(2):
        Membership.objects.create(citizen=person(f"E60000{number:03}"), **group)
    Place.objects.update(close_quarters=True)
    stay = {"place_id": scene.zone.place.pk, "entered_at": ago(hours=30), "left_by": "scan"}
    for number in range(9):
        who = scene.zhang if number == 8 else person(f"E61000{number:03}")
        Visit.objects.create(citizen_id=who.pk, left_at=ago(hours=28 + number / 8), **stay)
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def officer(web, new_page):
    """Opens the admin as an officer, else a tracer; whatever its policy blocks fails the test."""
    blocked: list[str] = []

    def open_page(name: str, role: Role = Role.TRACER, **screen):
        client = oversight.browser(oversight.officer(role, name))
        page = new_page(**screen)
        session = client.cookies["session"].value
        page.context.add_cookies([{"name": "session", "value": session, "url": web}])
        page.on("console", lambda said: blocked.append(said.text) if said.type == "error" else None)
        page.goto(f"{web}/admin/")
        return page

    yield open_page
    assert not blocked


def fits(page, width: int) -> bool:
    """Nothing but a table that scrolls by itself is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


def shot(page, name: str) -> None:
    """A picture for whoever asks for one."""
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("screen", [DESK, {}], ids=["desk", "phone"])
def test_dates_are_previewed_changed_and_confirmed(officer, web, screen, request):
    page = officer("chen", **screen)
    width = 1280 if screen else PHONE
    case = Case.objects.get()
    page.goto(f"{web}/admin/tracing/case/{case.pk}/confirm/")
    shot(page, f"c_confirm_{request.node.callspec.id}")
    page.get_by_role("button", name="预览").click()

    preview = page.locator("#preview")
    expect(preview).to_contain_text("将有 10 人被告知")
    expect(page.get_by_role("heading", name="举例")).to_be_visible()
    assert fits(page, width)
    shot(page, f"c_preview_{request.node.callspec.id}")
    page.get_by_label("隔离时间").fill(f"{ago(days=2).astimezone():%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="预览").click()
    expect(preview).to_contain_text("将有 2 人被告知")
    assert Case.objects.get().state == CaseState.SUSPECTED

    page.get_by_role("button", name="确认并开始追踪").click()
    expect(page.locator("#trace")).to_contain_text("正在追踪接触者")
    trace_case(case_id=case.pk, now=world.ago())
    assert Contact.objects.exclude(grade="casual").count() == 2


def test_a_case_goes_from_its_preview_over_its_chain_to_the_worklist(officer, web):
    case = Case.objects.get()
    ContactTask.objects.all().delete()
    page = officer("chen", **DESK)
    page.goto(f"{web}/admin/tracing/case/{case.pk}/confirm/")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#preview")).to_contain_text("将有 10 人被告知")
    page.get_by_role("button", name="确认并开始追踪").click()
    expect(page.locator("#trace")).to_contain_text("正在追踪接触者")
    trace_case(case_id=case.pk, now=world.ago())

    page.reload()
    page.get_by_role("link", name="传播链").click()
    expect(page.locator(".chart__plot[data-drawn='yes']")).to_be_visible()
    expect(page.locator("table tbody tr")).to_have_count(10)
    shot(page, "c_chain_of_the_confirmed")

    phone = officer("sun", Role.COMMUNITY)
    phone.locator(".work", has_text="待办任务").get_by_role("link", name="待办任务").click()
    expect(phone.locator("#result_list tbody tr").first).to_contain_text("*")
    assert fits(phone, PHONE)
    shot(phone, "c_worklist_of_the_confirmed")
    phone.locator("#result_list tbody tr").first.get_by_role("link").click()
    expect(phone.get_by_role("link", name="我来办")).to_be_visible()
    assert set(ContactTask.objects.values_list("case_id", flat=True)) == {case.pk}


def test_two_officers_let_a_trace_pass(officer, web, settings):
    settings.TRACE_BRAKE_LIMIT = 5
    page = officer("chen", **DESK)
    case = Case.objects.get()
    page.goto(f"{web}/admin/tracing/case/{case.pk}/confirm/")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#preview")).to_contain_text("超过上限 5 人")
    shot(page, "c_preview_held")
    page.get_by_role("button", name="确认并开始追踪").click()
    expect(page.locator("h1")).to_contain_text("病例")
    trace_case(case_id=case.pk, now=world.ago())
    page.reload()
    expect(page.locator("#trace")).to_contain_text("已停下")
    shot(page, "c_case_held")
    page.get_by_role("link", name="查看并放行").click()
    shot(page, "c_brake")
    page.get_by_role("link", name="我已看过").click()
    page.get_by_role("button", name="我已核实").click()
    expect(page.locator(".facts").first).to_contain_text("已有一人确认")
    page.get_by_role("link", name="放行").click()
    page.get_by_role("button", name="确认放行").click()
    expect(page.locator(".errorlist")).to_contain_text("需由另一位同事操作")

    second = officer("qian")
    shot(second, "c_first_page")
    second.locator(".work", has_text="追踪刹车").get_by_role("listitem").first.get_by_role(
        "link"
    ).click()
    assert fits(second, PHONE)
    shot(second, "c_brake_phone")
    second.get_by_role("link", name="放行").click()
    second.get_by_role("button", name="确认放行").click()
    expect(second.locator(".messagelist")).to_contain_text("已放行")
    assert TraceBrake.objects.get(cleared_at__isnull=False).cleared_by.username == "qian"
    trace_case(case_id=case.pk, now=world.ago())
    assert Contact.objects.count() == 10
