"""Evidence by hand, sources, lists, appeals and the counts of the first page."""

import re
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Citizen
from accounts.roles import Role
from healthcode.colours import Colour
from healthcode.models import Appeal, Evidence, EvidenceDraft, HealthStatus, RiskArea, Source
from tests import oversight
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, ago

pytestmark = pytest.mark.django_db
ENTER = "/admin/healthcode/evidencedraft/add/"


@pytest.fixture
def wang() -> Client:
    """An administrator's browser."""
    world.rules_in_force()
    return oversight.browser(oversight.officer())


@pytest.fixture
def zhang() -> Citizen:
    return world.resident(ZHANG_SAN, "张小三", "+8613800138000")


def local(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def order(citizen: Citizen, **fields: str) -> dict[str, str]:
    """An isolation order as an officer fills it in."""
    return {
        "kind": "order",
        "ref": citizen.ref,
        "occurred_at": local(ago(hours=1)),
        "ended_at": local(ago(days=-3)),
        "details_order": "home_isolation",
        "details_issued_by": "江宁路街道",
        "document": "静防指〔2026〕12 号",
    } | fields


# --- evidence by hand ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["test", "travel", "area_stay", "case", "health_report", "order"])
def test_each_kind_asks_for_the_fields_of_the_vocabulary_and_no_other(wang, zhang, kind):
    page = wang.get(ENTER, {"kind": kind, "ref": zhang.ref}).content.decode()

    asked = set(re.findall(r'name="details_(\w+)"', page))
    expected = {
        "test": {"method", "result", "pool_size", "tube", "ct", "lab", "site"},
        "area_stay": {"region"},
        "case": {"status", "onset", "first_positive_at", "isolated_at"},
        "health_report": {"symptoms"},
        "order": {"order", "issued_by"},
    }
    assert asked == expected.get(kind, asked)
    assert zhang.ref in page
    assert ('name="ended_at"' in page) == (kind not in {"test", "health_report"})


@pytest.mark.parametrize("kind", ["exposure", "companion", "screening_due", "colour", "x"])
def test_kinds_that_are_not_an_officers_to_state_are_refused(wang, zhang, kind):
    answer = wang.post(ENTER, order(zhang, kind=kind))

    assert answer.status_code == 200
    assert not EvidenceDraft.objects.exists()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"ref": "0" * 32}, "没有这个编号"),
        ({"ended_at": local(ago(days=1))}, "结束早于开始"),
        ({"ended_at": ""}, "errorlist"),
        ({"details_order": "red"}, "errorlist"),
        ({"document": ""}, "errorlist"),
    ],
)
def test_what_the_vocabulary_does_not_know_is_refused_with_its_field(wang, zhang, fault, words):
    answer = wang.post(ENTER, order(zhang, **fault))

    assert words in answer.content.decode()
    assert not EvidenceDraft.objects.exists()


def test_a_pooled_sample_without_its_tube_is_refused_at_the_field(wang, zhang):
    form = {
        "kind": "test",
        "ref": zhang.ref,
        "occurred_at": local(ago(hours=1)),
        "details_method": "pcr",
        "details_result": "positive",
        "details_pool_size": "10",
        "document": "化验单 7",
    }

    answer = wang.post(ENTER, form).content.decode()
    wang.post(ENTER, form | {"details_tube": "T7"})

    assert re.search(r'name="details_tube".*?此项必填', answer, re.S)
    draft = EvidenceDraft.objects.get()
    assert draft.details == {"method": "pcr", "result": "positive", "pool_size": 10, "tube": "T7"}


def test_a_health_report_may_be_empty_and_instants_keep_their_offset(wang, zhang):
    report = order(zhang, kind="health_report")
    wang.post(ENTER, report)
    case = order(zhang, kind="case", details_status="confirmed", ended_at="")
    wang.post(ENTER, case | {"details_onset": local(ago(days=1))})

    [first, second] = EvidenceDraft.objects.order_by("pk")
    assert first.details == {"symptoms": []}
    assert second.details["onset"].endswith("+08:00")


def test_a_draft_is_no_evidence_until_another_officer_approves_it(wang, zhang):
    desk = oversight.browser(oversight.officer(Role.DESK))
    desk.post(ENTER, order(zhang))
    draft = EvidenceDraft.objects.get()
    path = f"/admin/healthcode/evidencedraft/{draft.pk}/approve/"

    assert desk.post(path).status_code == 403
    assert not Evidence.objects.exists()
    wang.post(path)

    assert Evidence.objects.get().details == draft.details
    assert HealthStatus.objects.get(citizen=zhang).due_at <= timezone.now()


def test_the_add_button_of_evidence_leads_to_a_draft(wang, zhang):
    answer = wang.get("/admin/healthcode/evidence/add/", {"ref": zhang.ref})

    assert answer["Location"] == f"{ENTER}?ref={zhang.ref}"


def test_evidence_that_was_corrected_or_taken_back_says_so(wang, zhang):
    token = world.source("lab", "test")
    world.hand_in(token, world.pcr(ZHANG_SAN, "a1"), world.pcr(ZHANG_SAN, "b1"))
    world.hand_in(token, world.pcr(ZHANG_SAN, "a1", version=2))
    world.hand_in(token, world.pcr(ZHANG_SAN, "b1", version=2, retracted=True))

    page = wang.get("/admin/healthcode/evidence/", {"citizen": zhang.ref}).content.decode()

    assert (page.count("已更正"), page.count("已撤回"), page.count("有效")) == (2, 1, 1)


# --- sources -------------------------------------------------------------------------------


def test_a_source_gets_its_token_on_the_page_once(wang):
    wang.post("/admin/healthcode/source/add/", {"name": "jingan-lab", "kinds": ["test"]})
    source = Source.objects.get(name="jingan-lab")
    assert source.token_hash is None

    page = wang.post(f"/admin/healthcode/source/{source.pk}/token/")

    token = re.search(r"<code>([\w-]{43})</code>", page.content.decode())[1]
    source.refresh_from_db()
    assert bytes(source.token_hash) == sha256(token.encode()).digest()
    assert "no-store" in page["Cache-Control"]
    assert world.hand_in(token, world.pcr(ZHANG_SAN, "a1")).status_code == 200
    assert token not in str(list(AuditEvent.objects.values_list("details", "target")))


@pytest.mark.parametrize("name", ["officer", "tracing"])
def test_nobody_gets_a_token_that_speaks_for_this_service(wang, name):
    source = Source.objects.get(name=name)
    path = f"/admin/healthcode/source/{source.pk}"

    wang.post(f"{path}/token/")
    wang.post(f"{path}/edit/", {"kinds": ["exposure"]})

    source.refresh_from_db()
    assert source.token_hash is None
    assert source.is_active
    assert "生成新令牌" not in wang.get(f"{path}/change/").content.decode()


def test_a_stopped_source_hands_nothing_in(wang):
    token = world.source("lab", "test")
    source = Source.objects.get(name="lab")

    wang.post(f"/admin/healthcode/source/{source.pk}/edit/", {"kinds": ["test"]})

    assert world.hand_in(token, world.pcr(ZHANG_SAN, "a1")).status_code == 401


@pytest.mark.parametrize(
    "fault", [{"name": "officer"}, {"name": "Lab 1"}, {"name": "-lab"}, {"kinds": []}]
)
def test_a_source_that_cannot_be_is_refused(wang, fault):
    before = Source.objects.count()

    answer = wang.post("/admin/healthcode/source/add/", {"name": "lab", "kinds": ["test"]} | fault)

    assert "errorlist" in answer.content.decode()
    assert Source.objects.count() == before


# --- risk areas ----------------------------------------------------------------------------


def test_a_listing_is_added_and_mended_by_a_further_version(wang, zhang):
    oversight.regions()
    token = world.source("street", "area_stay")
    stay = {
        "kind": "area_stay",
        "details": {"region": "310106001001"},
        "ended_at": ago(hours=2).isoformat(),
    }
    world.hand_in(token, world.pcr(ZHANG_SAN, "s1", at=ago(days=2)) | stay)
    world.status_after_the_sweep(ZHANG_SAN)
    form = {"listing": "沪防 1 号", "region": "310106001", "tier": "high"}
    dates = {"tier_from": local(ago(days=3))}

    wang.post("/admin/healthcode/riskarea/add/", form | dates)
    assert world.colour_of(ZHANG_SAN) is Colour.RED
    mended = {"region": "310106", "tier": "low", **dates}
    wang.post("/admin/healthcode/riskarea/add/", form | mended)

    assert list(RiskArea.objects.order_by("pk").values_list("version", "tier")) == [
        (1, "high"),
        (2, "low"),
    ]
    assert world.colour_of(ZHANG_SAN) is not Colour.RED


@pytest.mark.parametrize("fault", [{"region": "999999"}, {"tier_to": "2020-01-01T00:00"}])
def test_a_listing_of_nowhere_or_that_ends_before_it_starts_is_refused(wang, fault):
    oversight.regions()
    form = {"listing": "x", "region": "310106", "tier": "high", "tier_from": local(ago(days=1))}

    answer = wang.post("/admin/healthcode/riskarea/add/", form | fault)

    assert "区划不存在，或结束早于开始" in answer.content.decode()
    assert not RiskArea.objects.exists()


@pytest.mark.parametrize("role", Role)
def test_no_role_lists_a_risk_area_alone(role):
    client = oversight.browser(oversight.officer(role))

    assert client.post("/admin/healthcode/riskarea/add/", {}).status_code == 403


# --- appeals -------------------------------------------------------------------------------


@pytest.fixture
def appeal(wang, zhang) -> Appeal:
    """Zhang San appeals against his positive."""
    phone = world.phone_of(ZHANG_SAN, "张小三", "+8613800138000")
    world.hand_in(world.source("lab", "test"), world.pcr(ZHANG_SAN, "a1", result="positive"))
    world.status_after_the_sweep(ZHANG_SAN)
    phone.post("/appeal/", {"rule": "first-positive", "text": "样本不是我的"})
    return Appeal.objects.get()


def test_an_appeal_shows_its_words_to_whoever_answers_and_not_to_auditors(appeal):
    path = f"/admin/healthcode/appeal/{appeal.pk}/change/"
    desk = oversight.browser(oversight.officer(Role.DESK)).get(path).content.decode()
    auditor = oversight.browser(oversight.officer(Role.AUDITOR)).get(path).content.decode()

    assert "样本不是我的" in desk
    assert "核酸 · 阳性" in desk
    assert "样本不是我的" not in auditor


def test_an_appeal_that_is_late_says_so(wang, appeal):
    Appeal.objects.filter(pk=appeal.pk).update(answer_by=ago(hours=3))

    assert "超期" in wang.get("/admin/healthcode/appeal/").content.decode()
    assert "3 小时前" in wang.get("/admin/").content.decode()


def test_an_answer_without_words_is_refused(wang, appeal):
    answer = wang.post(f"/admin/healthcode/appeal/{appeal.pk}/answer/", {"answer": "  "})

    assert "errorlist" in answer.content.decode()
    appeal.refresh_from_db()
    assert appeal.state == "open"
