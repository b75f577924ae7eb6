"""Every page of the admin, each role's part of it, and cases, venues, devices and alarms."""

import re

import pytest
from celery.app.task import Task
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts.models import AuditEvent, Citizen
from accounts.roles import Role
from healthcode.colours import Colour
from healthcode.models import HealthStatus
from healthcode.tasks import sweep_due
from tests import oversight
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, ago
from tests.oversight import Scene
from tracing import tasks
from tracing.models import Alarm, Case, CaseState, Contact, Device, Place, Venue, Zone
from tracing.services import device_by_token, enrol_device, trace_case

pytestmark = pytest.mark.django_db

#: What each role may see, as written down for officers; everything else is refused.
SEES = {
    Role.TRACER: {
        "accounts.citizen",
        "accounts.region",
        "healthcode.evidence",
        "healthcode.evidencedraft",
        "healthcode.healthstatus",
        "healthcode.colourchange",
        "healthcode.riskarea",
        "healthcode.campaign",
        "healthcode.ruleset",
        "tracing.case",
        "tracing.contact",
        "tracing.contacttask",
        "tracing.statement",
        "tracing.tracebrake",
        "tracing.venue",
        "tracing.venuereview",
        "tracing.zone",
        "tracing.alarm",
        "tracing.place",
        "tracing.boardedtrip",
    },
    Role.COMMUNITY: {
        "accounts.citizen",
        "accounts.region",
        "healthcode.healthstatus",
        "tracing.contacttask",
        "tracing.statement",
    },
    Role.DESK: {
        "accounts.citizen",
        "accounts.claim",
        "accounts.region",
        "healthcode.healthstatus",
        "healthcode.colourchange",
        "healthcode.evidence",
        "healthcode.evidencedraft",
        "healthcode.appeal",
    },
    Role.VENUES: {
        "accounts.region",
        "tracing.venue",
        "tracing.zone",
        "tracing.place",
        "tracing.device",
        "tracing.scan",
        "tracing.venuereview",
        "tracing.alarm",
    },
    Role.AUDITOR: {
        "accounts.auditevent",
        "accounts.accessevent",
        "accounts.citizen",
        "accounts.region",
        "healthcode.evidence",
        "healthcode.evidencedraft",
        "healthcode.retraction",
        "healthcode.colourchange",
        "healthcode.healthstatus",
        "healthcode.ruleset",
        "healthcode.dryrun",
        "healthcode.proposal",
        "healthcode.activation",
        "healthcode.brake",
        "healthcode.dispute",
        "healthcode.replayround",
        "healthcode.source",
        "healthcode.riskarea",
        "healthcode.campaign",
        "healthcode.appeal",
        "tracing.alarm",
        "tracing.case",
        "tracing.contact",
        "tracing.contacttask",
        "tracing.statement",
        "tracing.tracebrake",
        "tracing.venuereview",
        "tracing.scan",
        "tracing.venue",
        "tracing.zone",
        "tracing.place",
        "tracing.device",
        "tracing.boardedtrip",
    },
    Role.POLICY: {
        "accounts.region",
        "healthcode.ruleset",
        "healthcode.dryrun",
        "healthcode.proposal",
        "healthcode.activation",
        "healthcode.brake",
        "healthcode.riskarea",
        "healthcode.campaign",
        "healthcode.replayround",
    },
}

#: What whoever works on contacts may do.
WORK = {
    *(
        f"tracing.contacttask {verb}"
        for verb in ("finish", "try", "take", "give", "pass-on", "reopen")
    ),
    "tracing.statement add",
    "tracing.statement withdraw",
}
#: What each role may do.
DOES = {
    Role.TRACER: {
        "tracing.case add",
        "tracing.case confirm",
        "tracing.case isolate",
        "tracing.case dismiss",
        "tracing.case withdraw",
        "tracing.case correct",
        "tracing.case extend",
        "tracing.case merge",
        "tracing.case separate",
        "tracing.tracebrake look",
        "tracing.tracebrake clear",
        *WORK,
        "tracing.statement approve",
        "tracing.venuereview close",
        "tracing.alarm clear",
        "healthcode.evidence add",
        "healthcode.evidencedraft add",
        "healthcode.evidencedraft approve",
        "accounts.citizen reveal",
    },
    Role.COMMUNITY: {"accounts.citizen reveal", *WORK},
    Role.DESK: {
        "accounts.claim confirm",
        "accounts.claim reject",
        "accounts.citizen paper",
        "accounts.citizen reveal",
        "healthcode.appeal answer",
        "healthcode.evidence add",
        "healthcode.evidencedraft add",
    },
    Role.VENUES: {
        "tracing.venue add",
        "tracing.venue edit",
        "tracing.venue zone",
        "tracing.venue device",
        "tracing.venue poster",
        "tracing.zone edit",
        "tracing.device renew",
        "tracing.device revoke",
        "tracing.venuereview close",
        "tracing.alarm clear",
    },
    Role.AUDITOR: set(),
    Role.POLICY: {
        "healthcode.ruleset add",
        "healthcode.ruleset try",
        "healthcode.dryrun propose",
        "healthcode.proposal approve",
        "healthcode.proposal drop",
        "healthcode.activation roll_back",
        "healthcode.brake clear",
    },
}


@pytest.fixture
def scene() -> Scene:
    return oversight.one_of_everything()


@pytest.fixture
def wang(scene) -> Client:
    """An administrator's browser."""
    return oversight.browser(oversight.officer())


def label(page) -> str:
    return page.model._meta.label_lower


def address(page, *more: str) -> str:
    base = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    return base + "".join(f"{part}/" for part in more)


def _all_of(page) -> str:
    """The query that also lists what does not wait."""
    filters = [getattr(one, "parameter_name", "") for one in page.list_filter]
    return "?state=all" if "state" in filters else ""


def row_of(page) -> str:
    rows = page.model._default_manager
    if label(page) == "accounts.user":
        rows = rows.filter(is_staff=True)
    row = rows.first()
    assert row is not None, f"the scene has no {label(page)}"
    return str(row.pk)


def pages():
    return list(admin.site._registry.values())


def case_page(case: Case, *verb: str) -> str:
    return f"/admin/tracing/case/{case.pk}/{(verb or ('change',))[0]}/"


# --- every page, every role ----------------------------------------------------------------


@pytest.mark.slow
def test_every_list_and_every_row_has_its_page_and_shows_no_identity(wang):
    assert len(pages()) > 20
    for page in pages():
        for path in (address(page) + _all_of(page), address(page, row_of(page), "change")):
            answer = wang.get(path)
            assert answer.status_code == 200, path
            text = answer.content.decode()
            assert not [word for word in oversight.SECRETS if word in text], path


@pytest.mark.slow
def test_every_form_of_every_deed_opens_for_an_administrator(wang):
    for page in pages():
        for deed in page.deeds:
            answer = wang.get(address(page, row_of(page), deed.verb))
            assert answer.status_code in (200, 302), (page, deed.verb)
        if page.adding:
            assert wang.get(address(page, "add"), follow=True).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_part_and_no_other_and_nobodys_identity(scene, role):
    client = oversight.browser(oversight.officer(role))
    listed, opened = set(), set()
    for page in pages():
        if client.get(address(page)).status_code == 200:
            listed.add(label(page))
        row = client.get(address(page, row_of(page), "change"))
        if row.status_code == 200:
            opened.add(label(page))
            text = row.content.decode()
            assert not [word for word in oversight.SECRETS if word in text], page

    assert (listed, opened) == (SEES[role], SEES[role])


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_does_its_part_and_no_other(scene, role):
    client = oversight.browser(oversight.officer(role))
    may = set()
    for page in pages():
        for deed in page.deeds:
            path = address(page, row_of(page), deed.verb)
            if client.get(path).status_code != 403:
                may.add(f"{label(page)} {deed.verb}")
            else:
                assert client.post(path, {}).status_code == 403, path
        if page.adding and client.get(address(page, "add")).status_code != 403:
            may.add(f"{label(page)} add")

    assert may == DOES[role]


@pytest.mark.parametrize("role", Role)
def test_the_first_page_shows_each_role_its_own_work(scene, role):
    text = oversight.browser(oversight.officer(role)).get("/admin/").content.decode()

    assert ("待核实病例" in text) == ("tracing.case" in SEES[role])
    assert ("待答复申诉" in text) == ("healthcode.appeal" in SEES[role])
    assert ("待核验身份" in text) == ("accounts.claim" in SEES[role])
    assert ("全市各色人数" in text) == ("healthcode.healthstatus" in SEES[role])


def test_a_row_nobody_knows_has_no_page(wang):
    for page in pages():
        assert wang.get(address(page, "nonsense", "change")).status_code == 404, page


@pytest.mark.slow
def test_deleting_and_posting_to_a_row_are_refused(wang):
    for page in pages():
        row = row_of(page)
        assert wang.post(address(page, row, "delete"), {"post": "yes"}).status_code == 403, page
        assert wang.post(address(page, row, "change"), {}).status_code == 403, page


@pytest.mark.parametrize("name", ["citizen", "case", "contact", "evidence"])
def test_lists_take_a_fixed_number_of_statements(wang, scene, name):
    page = next(page for page in pages() if page.opts.model_name == name)
    counts = []
    for number in ("110105194912310038", "110105194912310054"):
        with CaptureQueriesContext(connection) as asked:
            wang.get(address(page) + _all_of(page))
        counts.append(len(asked))
        _one_more_of_each(number, scene)

    assert counts[0] == counts[1]


def _one_more_of_each(number: str, scene: Scene) -> None:
    somebody = world.resident(number, "王五", "+8613600136000")
    world.hand_in(world.source("lab", "test"), world.pcr(number, number))
    case = Case.objects.create(citizen=somebody, sampled_at=ago(), proposed_at=ago())
    found = {"level": 1, "grade": "close", "setting": "zone", "first_at": ago(), "found_at": ago()}
    Contact.objects.create(case=case, citizen=scene.li, **found)


# --- cases ---------------------------------------------------------------------------------


def confirm(client: Client, case: Case, **dates: str):
    return client.post(case_page(case, "confirm"), dates)


def local(at) -> str:
    return at.astimezone().strftime("%Y-%m-%dT%H:%M")


def test_suspected_cases_stand_first_and_the_others_behind_a_click(wang, scene):
    cases = "/admin/tracing/case/"
    assert scene.case.ref in wang.get(cases).content.decode()

    confirm(wang, scene.case)

    assert scene.case.ref not in wang.get(cases).content.decode()
    assert scene.case.ref in wang.get(cases, {"state": "confirmed"}).content.decode()


def test_confirming_by_post_nudges_the_trace_and_the_page_says_so(
    wang, scene, monkeypatch, django_capture_on_commit_callbacks
):
    nudged = []
    monkeypatch.setattr(Task, "delay", lambda task, *args: nudged.append((task.name, args)))

    with django_capture_on_commit_callbacks(execute=True):
        answer = confirm(wang, scene.case)

    assert answer["Location"] == case_page(scene.case)
    assert ("tracing.trace_case", (scene.case.pk,)) in nudged
    scene.case.refresh_from_db()
    assert (scene.case.state, scene.case.decided_by) == (CaseState.CONFIRMED, "user:wang")
    page = wang.get(case_page(scene.case)).content.decode()
    assert "正在追踪接触者" in page
    assert f'hx-get="{case_page(scene.case, "trace")}"' in page


def test_without_a_broker_the_case_is_confirmed_all_the_same(
    wang, scene, monkeypatch, django_capture_on_commit_callbacks
):
    def unreachable(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.trace_case, "delay_on_commit", unreachable)

    with django_capture_on_commit_callbacks(execute=True):
        answer = wang.post(case_page(scene.case, "confirm"), {}, follow=True)

    assert "消息队列暂不可用" in answer.content.decode()
    scene.case.refresh_from_db()
    assert scene.case.state == CaseState.CONFIRMED


def test_the_trace_panel_stops_asking_when_the_trace_is_done(wang, scene):
    confirm(wang, scene.case)
    trace_case(case_id=scene.case.pk, now=ago(hours=-1))

    panel = wang.get(case_page(scene.case, "trace")).content.decode()

    assert "已完成" in panel
    assert "hx-get" not in panel


def test_a_case_is_decided_once(wang, scene):
    confirm(wang, scene.case)

    for verb in ("confirm", "dismiss"):
        answer = wang.post(case_page(scene.case, verb), {})
        assert "这件事已经有人处理过了" in answer.content.decode(), verb
    assert wang.get(case_page(scene.case, "confirm")).status_code == 302


def test_a_date_in_the_future_is_refused_and_nothing_decided(wang, scene):
    answer = confirm(wang, scene.case, isolated_at=local(ago(days=-2)))

    assert "不能在将来" in answer.content.decode()
    scene.case.refresh_from_db()
    assert scene.case.state == CaseState.SUSPECTED


def test_isolation_is_stated_after_the_confirmation(wang, scene):
    confirm(wang, scene.case)

    wang.post(case_page(scene.case, "isolate"), {"isolated_at": local(ago(hours=1))})

    scene.case.refresh_from_db()
    assert scene.case.isolated_at is not None


def test_withdrawing_asks_for_a_reason_and_a_tick(wang, scene):
    confirm(wang, scene.case)
    path = case_page(scene.case, "withdraw")

    for form in ({}, {"reason": "样本混淆"}, {"sure": "on"}):
        wang.post(path, form)
        scene.case.refresh_from_db()
        assert scene.case.state == CaseState.CONFIRMED, form
    wang.post(path, {"reason": "样本混淆", "sure": "on"})

    scene.case.refresh_from_db()
    assert (scene.case.state, scene.case.withdrawn_by) == (CaseState.WITHDRAWN, "user:wang")
    assert not Contact.objects.filter(case=scene.case).exists()
    assert AuditEvent.objects.get(action="case.withdrawn").details["reason"] == "样本混淆"


def test_a_case_page_shows_contacts_by_grade_with_colour_and_no_name(wang, scene):
    sweep_due()
    confirm(wang, scene.case)

    page = wang.get(case_page(scene.case)).content.decode()

    assert "密切接触者 · 1" in page
    assert scene.li.ref in page
    assert "同住" in page
    assert "病例本人" in page
    colour = Colour(HealthStatus.objects.get(pk=scene.li.pk).colour)
    assert f'data-colour="{colour.word}"' in page


def test_a_case_is_opened_by_hand_for_somebody_without_one(wang, scene):
    form = {"citizen_ref": scene.li.ref, "sampled_at": local(ago(hours=3))}

    assert wang.post("/admin/tracing/case/add/", form).status_code == 302
    assert Case.objects.filter(citizen=scene.li, state=CaseState.SUSPECTED).count() == 1
    answer = wang.post("/admin/tracing/case/add/", form)
    assert "已有未结的病例" in answer.content.decode()
    answer = wang.post("/admin/tracing/case/add/", form | {"citizen_ref": "0" * 32})
    assert "没有找到" in answer.content.decode()


def test_the_contacts_of_one_case_are_listed_by_its_reference(wang, scene):
    contacts = "/admin/tracing/contact/"

    assert scene.li.ref in wang.get(contacts, {"case": scene.case.ref}).content.decode()
    assert scene.li.ref not in wang.get(contacts, {"case": "0" * 32}).content.decode()


# --- people --------------------------------------------------------------------------------


def test_a_person_page_shows_the_decision_its_history_and_what_it_rests_on(wang, scene):
    page = wang.get(f"/admin/accounts/citizen/{scene.zhang.pk}/change/").content.decode()

    for part in ("当前决定", "颜色变更", "证据", "病例", "归属", "谁查看过"):
        assert part in page, part
    assert "核酸 · 阳性" in page
    assert "张*三" in page
    assert "1****************X" in page


def test_a_person_page_shows_an_officer_only_the_parts_they_may_see(scene):
    path = f"/admin/accounts/citizen/{scene.zhang.pk}/change/"
    desk = oversight.browser(oversight.officer(Role.DESK)).get(path).content.decode()
    auditor = oversight.browser(oversight.officer(Role.AUDITOR)).get(path).content.decode()

    assert "作为接触者" not in desk
    assert "谁查看过" not in desk
    assert "谁查看过" in auditor
    assert "查看身份" not in auditor


def test_a_person_without_a_name_is_an_asterisk(wang, scene):
    nameless = Citizen.objects.filter(name_sealed__isnull=True).first()

    page = wang.get(f"/admin/accounts/citizen/{nameless.pk}/change/").content.decode()

    assert "<h1>*</h1>" in page


# --- venues, devices, alarms ---------------------------------------------------------------

NEW_VENUE = {"name": "南京西路店", "kind": "shop", "region": "310106001001"}


def test_a_venue_its_zone_and_the_place_behind_it(wang):
    wang.post("/admin/tracing/venue/add/", NEW_VENUE | {"negative_within_hours": "48"})
    venue = Venue.objects.get(name="南京西路店")
    zone = {"name": "店堂", "kind": "hall", "close_quarters": "on"}
    wang.post(f"/admin/tracing/venue/{venue.pk}/zone/", zone)

    assert (venue.district, venue.community) == ("310106", "310106001001")
    assert venue.negative_within_hours == 48
    place = Place.objects.get(zone__venue=venue)
    assert (place.close_quarters, place.district) == (True, "310106")
    again = wang.post(f"/admin/tracing/venue/{venue.pk}/zone/", zone)
    assert "名称重复" in again.content.decode()


def test_a_zone_that_is_changed_changes_its_place(wang, scene):
    form = {"name": "大厅", "kind": "dining", "close_quarters": "on"}

    wang.post(f"/admin/tracing/zone/{scene.zone.pk}/edit/", form)

    assert Place.objects.get(zone=scene.zone).close_quarters is True
    assert Zone.objects.get(pk=scene.zone.pk).close_quarters is True


@pytest.mark.parametrize("fault", [{"region": "999999"}, {"region": "31"}, {"kind": "palace"}])
def test_a_venue_in_no_region_or_of_no_kind_is_refused(wang, fault):
    answer = wang.post("/admin/tracing/venue/add/", NEW_VENUE | fault)

    assert "errorlist" in answer.content.decode()
    assert Venue.objects.count() == 1


def test_a_venue_that_moves_takes_its_places_along(wang, scene):
    form = {"name": "老城厢饭店", "kind": "restaurant", "region": "310000", "is_active": "on"}

    wang.post(f"/admin/tracing/venue/{scene.venue.pk}/edit/", form)

    assert Place.objects.get(zone=scene.zone).district == "310000"


def register_device(client: Client, scene: Scene):
    form = {"zone_id": scene.zone.pk, "name": "后门", "direction": "exit", "attended": "on"}
    return client.post(f"/admin/tracing/venue/{scene.venue.pk}/device/", form)


def test_a_new_device_shows_its_link_and_code_once(wang, scene):
    page = register_device(wang, scene)
    text = page.content.decode()

    token = re.search(r"/staff/enrol/#e=([A-Z2-7]+)", text)[1]
    assert "<svg" in text
    assert "no-store" in page["Cache-Control"]
    device = Device.objects.get(name="后门")
    again = wang.get(f"/admin/tracing/device/{device.pk}/change/").content.decode()
    assert token not in again
    assert token not in str(list(AuditEvent.objects.values_list("details", "target")))
    enrolled, _ = enrol_device(token=token, now=ago())
    assert enrolled.pk == device.pk


def test_a_device_of_another_venues_zone_is_refused(wang, scene):
    other = Zone.objects.create(venue=Venue.objects.create(name="别处", kind="shop"), name="厅")
    form = {"zone_id": other.pk, "name": "x", "direction": "entry"}

    answer = wang.post(f"/admin/tracing/venue/{scene.venue.pk}/device/", form)

    assert "errorlist" in answer.content.decode()
    assert not Device.objects.filter(name="x").exists()


def test_a_revoked_device_stays_revoked(wang, scene):
    path = f"/admin/tracing/device/{scene.device.pk}"
    wang.post(f"{path}/revoke/")

    scene.device.refresh_from_db()
    assert scene.device.revoked_at is not None
    assert "不能恢复" in wang.post(f"{path}/renew/").content.decode()
    assert wang.get(f"{path}/renew/").status_code == 302


def test_a_renewed_enrolment_is_another_link(wang, scene):
    first = register_device(wang, scene).content.decode()
    device = Device.objects.get(name="后门")

    second = wang.post(f"/admin/tracing/device/{device.pk}/renew/").content.decode()

    tokens = [re.search(r"#e=([A-Z2-7]+)", text)[1] for text in (first, second)]
    assert tokens[0] != tokens[1]
    _, token = enrol_device(token=tokens[1], now=ago())
    assert device_by_token(token=token).pk == device.pk


def test_an_alarm_is_cleared_once_with_a_note(wang):
    alarm = Alarm.objects.get()
    path = f"/admin/tracing/alarm/{alarm.pk}/clear/"
    assert "禁止通行仍放行" in wang.get("/admin/tracing/alarm/").content.decode()

    wang.post(path, {"note": "已到场核实"})
    again = wang.post(path, {"note": "又一次"})

    alarm.refresh_from_db()
    assert alarm.cleared_by == "wang"
    assert "已经有人处理过" in again.content.decode()
    assert AuditEvent.objects.get(action="alarm.cleared").details["note"] == "已到场核实"


def test_scans_name_the_gate_and_nobody(wang, scene):
    text = wang.get("/admin/tracing/scan/", {"device": scene.device.pk}).content.decode()

    assert "老城厢饭店" in text
    assert "红码" in text
    assert scene.zhang.ref not in text
    assert ZHANG_SAN not in text
    none = wang.get("/admin/tracing/scan/", {"device": "x' OR 1=1"}).content.decode()
    assert "没有符合条件的记录" in none
