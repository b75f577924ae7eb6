"""The pages of previews, brakes, corrections and mergers, as officers use them."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.roles import Role
from healthcode.models import Source
from healthcode.services import retract_evidence
from tests import oversight
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, ago
from tests.oversight import Scene
from tests.tracing.test_admin import case_page, local
from tracing import tasks
from tracing.models import Case, CaseState, Contact, TraceBrake
from tracing.services import confirm_case, propose_cases, trace_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Zhang and Li live together; Zhang's case is suspected."""
    scene = oversight.one_of_everything()
    Contact.objects.all().delete()
    TraceBrake.objects.all().delete()
    scene.li.membership_set.create(kind="household", group=1, starts_at=ago(days=300))
    return scene


@pytest.fixture
def wang(scene) -> Client:
    return oversight.browser(oversight.officer(Role.TRACER, "wang-wu"))


@pytest.fixture
def zhao(scene) -> Client:
    return oversight.browser(oversight.officer(Role.TRACER, "zhao-liu"))


@pytest.fixture(autouse=True)
def nudged(monkeypatch) -> list[int]:
    """The cases whose trace was nudged, as would be sent after the commit."""
    sent: list[int] = []
    monkeypatch.setattr(tasks.trace_case, "delay_on_commit", lambda pk: sent.append(pk))
    return sent


def text(answer) -> str:
    return str(answer.content.decode())


def confirmed(case: Case) -> Case:
    return confirm_case(
        case_id=case.pk, onset_at=None, isolated_at=None, by=oversight.officer(), now=timezone.now()
    )


# --- the preview -----------------------------------------------------------------------------


def test_the_page_of_the_confirmation_offers_a_preview(wang, scene):
    page = text(wang.get(case_page(scene.case, "confirm")))
    assert 'name="look"' in page
    assert 'id="preview"' not in page


def test_a_preview_shows_numbers_and_examples_and_decides_nothing(wang, scene, nudged):
    form = {"onset_at": local(ago(days=1)), "isolated_at": "", "look": "1"}
    page = text(wang.post(case_page(scene.case, "confirm"), form))

    assert "按这些日期追踪，将有 1 人被告知。" in page
    assert "同住" in page
    assert "静安区" in page
    assert scene.li.ref in page
    assert form["onset_at"] in page
    assert not [word for word in oversight.SECRETS if word in page]
    scene.case.refresh_from_db()
    assert scene.case.state == CaseState.SUSPECTED
    assert nudged == []
    assert AuditEvent.objects.get(action="case.previewed").actor == "user:wang-wu"


def test_a_preview_is_followed_by_the_confirmation_with_the_same_dates(wang, scene, nudged):
    form = {"onset_at": local(ago(days=1)), "isolated_at": ""}
    wang.post(case_page(scene.case, "confirm"), form | {"look": "1"})
    answer = wang.post(case_page(scene.case, "confirm"), form)

    assert answer["Location"] == case_page(scene.case)
    assert nudged == [scene.case.pk]
    scene.case.refresh_from_db()
    assert local(scene.case.onset_at) == form["onset_at"]


def test_a_preview_of_impossible_dates_says_so(wang, scene):
    form = {"onset_at": local(ago(days=-2)), "look": "1"}
    page = text(wang.post(case_page(scene.case, "confirm"), form))
    assert "不能在将来" in page
    assert 'id="preview"' not in page


def test_a_preview_warns_of_the_brake(wang, scene, settings):
    settings.TRACE_BRAKE_LIMIT = 0
    page = text(wang.post(case_page(scene.case, "confirm"), {"look": "1"}))
    assert "超过上限 0 人" in page


def test_who_may_not_decide_may_not_preview(scene):
    auditor = oversight.browser(oversight.officer(Role.AUDITOR))
    answer = auditor.post(case_page(scene.case, "confirm"), {"look": "1"})
    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(action="case.previewed").exists()


# --- the brake -------------------------------------------------------------------------------


@pytest.fixture
def brake(scene, settings) -> TraceBrake:
    settings.TRACE_BRAKE_LIMIT = 0
    trace_case(case_id=confirmed(scene.case).pk, now=timezone.now())
    return TraceBrake.objects.get()


def brake_page(brake: TraceBrake, verb: str = "change") -> str:
    return f"/admin/tracing/tracebrake/{brake.pk}/{verb}/"


def test_a_brake_stands_on_the_first_page_and_on_the_page_of_the_case(wang, brake):
    assert brake_page(brake) in text(wang.get("/admin/"))
    page = text(wang.get(case_page(brake.case)))
    assert brake_page(brake) in page
    assert "超过上限 0 人" in page
    assert "hx-get" not in page
    alarm = text(wang.get("/admin/tracing/alarm/"))
    assert "追踪超过人数上限" in alarm
    assert brake_page(brake) in alarm


def test_the_page_of_a_brake_shows_whom_it_holds_back(wang, brake, scene):
    page = text(wang.get(brake_page(brake)))
    assert "将有 1 人被告知" in page
    assert scene.li.ref in page
    assert not [word for word in oversight.SECRETS if word in page]


def test_two_officers_look_and_the_trace_passes(wang, zhao, brake, nudged, scene):
    wang.post(brake_page(brake, "look"), {"seen": "1"})
    own = text(wang.post(brake_page(brake, "clear"), {"seen": "1"}))
    assert "需由另一位同事操作" in own
    assert TraceBrake.objects.get().cleared_at is None

    zhao.post(brake_page(brake, "clear"), {"seen": "1"})

    brake.refresh_from_db()
    assert (brake.first_by.username, brake.cleared_by.username) == ("wang-wu", "zhao-liu")
    assert nudged == [brake.case_id]
    trace_case(case_id=brake.case_id, now=timezone.now())
    assert Contact.objects.get().citizen_id == scene.li.pk
    assert "没有触发" in text(wang.get("/admin/"))


def test_another_number_than_was_seen_is_looked_at_again(wang, brake):
    page = text(wang.post(brake_page(brake, "look"), {"seen": "9"}))
    assert "人数有变化" in page
    assert TraceBrake.objects.get().first_by is None


def test_an_auditor_sees_brakes_and_clears_none(brake):
    auditor = oversight.browser(oversight.officer(Role.AUDITOR))
    assert auditor.get(brake_page(brake)).status_code == 200
    assert auditor.post(brake_page(brake, "look"), {"seen": "1"}).status_code == 403


# --- corrections, mergers, grounds -----------------------------------------------------------


def test_dates_are_corrected_from_what_they_are(wang, scene, nudged):
    confirmed(scene.case)
    page = text(wang.get(case_page(scene.case, "correct")))
    assert local(scene.case.sampled_at) in page
    form = {
        "onset_at": local(ago(days=1)),
        "sampled_at": local(ago(hours=7)),
        "isolated_at": "",
        "reason": "发病日期记错",
    }
    wang.post(case_page(scene.case, "correct"), form)
    scene.case.refresh_from_db()
    assert local(scene.case.onset_at) == form["onset_at"]
    assert nudged == [scene.case.pk]
    assert AuditEvent.objects.get(action="case.corrected").details["reason"] == "发病日期记错"


def test_a_correction_without_a_reason_moves_nothing(wang, scene):
    confirmed(scene.case)
    form = {"onset_at": "", "sampled_at": local(ago(hours=7)), "isolated_at": ""}
    wang.post(case_page(scene.case, "correct"), form)
    assert not AuditEvent.objects.filter(action="case.corrected").exists()


def test_a_trace_is_extended(wang, scene, nudged):
    confirmed(scene.case)
    Case.objects.update(traced_until=ago(hours=5), window_until=ago(hours=5))
    form = {"until": local(ago(hours=1)), "reason": "密接未隔离"}
    wang.post(case_page(scene.case, "extend"), form)
    scene.case.refresh_from_db()
    assert local(scene.case.traced_until) == form["until"]
    page = text(wang.post(case_page(scene.case, "extend"), form))
    assert "延长只能往后" in page


def two_cases(scene: Scene) -> tuple[Case, Case]:
    second = Case.objects.create(citizen=scene.li, sampled_at=ago(hours=5), proposed_at=ago())
    return confirmed(scene.case), confirmed(second)


def test_two_cases_are_merged_and_separated(wang, scene, nudged):
    first, second = two_cases(scene)
    form = {"kept": first.ref, "reason": "同一人", "sure": "on"}
    wang.post(case_page(second, "merge"), form)

    second.refresh_from_db()
    assert (second.state, second.merged_into_id) == (CaseState.MERGED, first.pk)
    assert nudged == [first.pk]
    assert case_page(second) in text(wang.get(case_page(first)))
    merged = text(wang.get(case_page(second)))
    assert case_page(first) in merged
    assert case_page(second, "separate") in merged
    assert case_page(second, "withdraw") not in merged
    assert second.ref in text(wang.get("/admin/tracing/case/?state=merged"))

    wang.post(case_page(second, "separate"), {"reason": "不是同一人"})
    second.refresh_from_db()
    assert second.state == CaseState.CONFIRMED
    assert nudged[1:] == [second.pk, first.pk]


def test_a_case_is_not_merged_with_itself_or_with_nothing(wang, scene):
    first, second = two_cases(scene)
    form = {"reason": "同一人", "sure": "on"}
    itself = text(wang.post(case_page(second, "merge"), form | {"kept": second.ref}))
    assert "只能合并两个不同的、都已确认的病例" in itself
    nothing = text(wang.post(case_page(second, "merge"), form | {"kept": "0" * 32}))
    assert "没有这个编号的病例" in nothing
    assert first.state == second.state == CaseState.CONFIRMED


def test_a_confirmed_case_whose_grounds_are_gone_is_shown_everywhere(wang, scene):
    Case.objects.all().delete()
    propose_cases(now=timezone.now())
    case = Case.objects.get(citizen=scene.zhang)
    confirmed(case)
    assert "依据已撤回" not in text(wang.get(case_page(case)))
    retract_evidence(
        source=Source.objects.get(name="lab"),
        refs=[("z1", 1)],
        by="source:lab",
        reason="样本混淆",
        now=timezone.now(),
    )

    assert "依据已撤回" in text(wang.get(case_page(case)))
    listed = text(wang.get("/admin/tracing/case/?state=all&grounds=gone"))
    assert case.ref in listed
    assert case_page(case) in text(wang.get("/admin/"))
    other = world.resident("110105194912310038", "王五", "+8613600136000")
    fine = Case.objects.create(citizen=other, sampled_at=ago(), proposed_at=ago())
    assert fine.ref not in text(wang.get("/admin/tracing/case/?state=all&grounds=gone"))
    assert ZHANG_SAN not in listed
