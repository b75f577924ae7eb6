"""Journey 5: officers read and decide through services; every look and deed is written down."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEvent, AuditEvent, Claim, User
from accounts.roles import Role
from accounts.services import sync_roles
from healthcode.colours import Colour
from healthcode.models import Evidence, EvidenceDraft
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, colour_of, hand_in, pcr

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PHONE = "+8613800138000"
NAME = "张小三"


@pytest.fixture(autouse=True)
def _rules() -> None:
    world.rules_in_force()
    sync_roles()


@pytest.fixture
def zhang():
    """Zhang San, red since this morning."""
    citizen = world.resident(ZHANG_SAN, NAME, PHONE)
    hand_in(world.source("lab", "test"), pcr(ZHANG_SAN, "a1", result="positive"))
    colour_of(ZHANG_SAN)
    return citizen


def in_role(role: Role, name: str) -> Client:
    """An officer of one role, signed in."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, path: str) -> str:
    """A page's text; it must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def person_page(citizen) -> str:
    return f"/admin/accounts/citizen/{citizen.pk}/change/"


def test_people_are_masked_until_somebody_says_what_for(zhang):
    office = world.office()
    before = page(office, person_page(zhang))
    assert NAME not in before
    assert ZHANG_SAN not in before
    assert "张*三" in before

    shown = office.post(
        f"/admin/accounts/citizen/{zhang.pk}/reveal/", {"purpose": "流调核实密接身份"}
    )

    assert NAME in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    look = AccessEvent.objects.get()
    assert (look.citizen_id, look.purpose) == (zhang.pk, "流调核实密接身份")


def test_without_a_purpose_nothing_is_shown_and_nothing_recorded(zhang):
    shown = world.office().post(f"/admin/accounts/citizen/{zhang.pk}/reveal/", {"purpose": " "})

    assert NAME not in shown.content.decode()
    assert not AccessEvent.objects.exists()


def test_the_person_page_says_why_in_the_words_the_citizen_reads(zhang):
    text = page(world.office(), person_page(zhang))

    assert "红码" in text
    assert "您的核酸单管检测结果为阳性" in text


@pytest.mark.parametrize("role", [Role.VENUES, Role.AUDITOR])
def test_roles_without_the_right_reveal_nobody(zhang, role):
    client = in_role(role, "someone")

    answer = client.post(f"/admin/accounts/citizen/{zhang.pk}/reveal/", {"purpose": "我想知道"})

    assert answer.status_code in (302, 403, 404)
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/admin/healthcode/healthstatus/{pk}/change/",
        "/admin/healthcode/healthstatus/add/",
        "/admin/healthcode/evidence/{evidence}/change/",
        "/admin/healthcode/evidence/{evidence}/delete/",
        "/admin/accounts/auditevent/add/",
    ],
)
def test_no_page_changes_a_colour_evidence_or_the_ledger(zhang, path):
    evidence = Evidence.objects.get()
    form = {"colour": "1", "details": "{}", "kind": "test", "action": "x", "actor": "x"}

    answer = world.office().post(path.format(pk=zhang.pk, evidence=evidence.pk), form)

    assert answer.status_code in (403, 404, 405)
    assert colour_of(ZHANG_SAN) is Colour.RED
    assert Evidence.objects.get().pk == evidence.pk


def test_evidence_by_hand_needs_a_document_and_a_second_person(zhang):
    first, second = world.office("first"), world.office("second")
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = {
        "ref": zhang.ref,
        "kind": "order",
        "occurred_at": now.strftime("%Y-%m-%dT%H:%M"),
        "ended_at": (now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
        "details_order": "home_isolation",
        "details_issued_by": "静安寺街道",
        "document": "静防指〔2026〕12 号",
    }
    answer = first.post("/admin/healthcode/evidencedraft/add/", form)
    assert answer.status_code == 302, re.findall("errorlist.*", answer.content.decode())
    draft = EvidenceDraft.objects.get()

    first.post(f"/admin/healthcode/evidencedraft/{draft.pk}/approve/", {})
    assert not Evidence.objects.filter(kind="order").exists()
    second.post(f"/admin/healthcode/evidencedraft/{draft.pk}/approve/", {})

    assert Evidence.objects.filter(kind="order", citizen=zhang).count() == 1
    second.post(f"/admin/healthcode/evidencedraft/{draft.pk}/approve/", {})
    assert Evidence.objects.filter(kind="order").count() == 1


def test_a_desk_confirms_who_somebody_is():
    visitor = world.sign_in("+8613900139000")
    world.register(visitor, "E12345678", "Anna Smith", kind="passport")
    desk = in_role(Role.DESK, "desk")
    claim = Claim.objects.get()

    address = f"/admin/accounts/claim/{claim.pk}/confirm/"
    desk.post(address, {"document_number": "E12345679", "name": "Anna Smith"})
    assert Claim.objects.exists(), "another document was accepted"
    desk.post(address, {"document_number": "E12345678", "name": "Anna Smith"})

    assert not Claim.objects.exists()
    assert "A*** S***" in visitor.get("/").content.decode()


def test_every_deed_stands_in_the_ledger_with_who_and_when(zhang):
    world.office("first").post(
        f"/admin/accounts/citizen/{zhang.pk}/reveal/", {"purpose": "流调核实密接身份"}
    )

    ledger = page(world.office("auditor"), "/admin/accounts/auditevent/")

    assert AuditEvent.objects.filter(actor="user:first", action="citizen.revealed").exists()
    assert "citizen.revealed" in ledger
    assert NAME not in ledger


def test_strangers_and_citizens_see_no_admin_page(zhang):
    citizen = world.sign_in(PHONE)
    for client in (Client(), citizen):
        answer = client.get(person_page(zhang))
        assert answer.status_code in (302, 403)
        assert NAME not in answer.content.decode()


def test_an_appeal_is_answered_once_by_a_person(zhang):
    phone = world.sign_in(PHONE)
    world.register(phone, ZHANG_SAN, NAME)
    phone.post("/appeal/", {"rule": "first-positive", "text": "这不是我的样本"})
    appeal = zhang.appeal_set.get()
    desk = in_role(Role.DESK, "desk")

    desk.post(f"/admin/healthcode/appeal/{appeal.pk}/answer/", {"answer": "已请实验室复核。"})
    desk.post(f"/admin/healthcode/appeal/{appeal.pk}/answer/", {"answer": "又答一次"})

    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer, appeal.answered_by) == (
        "answered",
        "已请实验室复核。",
        "desk",
    )
    assert "已请实验室复核。" in phone.get("/appeal/").content.decode()
