"""Officers, the desk, the ledgers, and what every page of the admin has in common."""

import re

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import pii
from accounts.admin.base import OversightAdmin
from accounts.models import AccessEvent, AuditEvent, Citizen, Claim, User
from accounts.roles import Role
from accounts.services import find_or_create_citizens, reveal_identity
from tests import oversight
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
CITIZENS = "/admin/accounts/citizen/"
LOOK_UP = "/admin/accounts/citizen/look-up/"
OFFICERS = "/admin/accounts/user/"


@pytest.fixture
def wang() -> Client:
    """An administrator's browser."""
    return oversight.browser(oversight.officer())


@pytest.fixture
def zhang() -> Citizen:
    return world.resident(ZHANG_SAN, "张小三", "+8613800138000")


def people(count: int) -> None:
    """Residents nobody has met before."""
    documents = [("passport", f"E{number:08}") for number in range(count)]
    find_or_create_citizens(documents=documents)


def refs_on(page: str) -> list[str]:
    return re.findall(r'class="ref" title="([0-9a-f]{32})"', page)


def next_page(page: str) -> str:
    found = re.search(r'href="(\?[^"]*after=[^"]*)"[^>]*rel="next"', page)
    assert found, "no next page"
    return found[1].replace("&amp;", "&")


# --- what every page has in common ---------------------------------------------------------


def test_only_our_own_pages_are_on_the_site():
    assert all(isinstance(page, OversightAdmin) for page in admin.site._registry.values())


def test_no_page_changes_or_deletes_in_place(rf):
    request = rf.get("/")
    request.user = oversight.officer()

    for page in admin.site._registry.values():
        assert not page.has_change_permission(request), page
        assert not page.has_delete_permission(request), page


def test_no_deed_asks_for_a_colour():
    pages = admin.site._registry.values()
    forms = [deed.form for page in pages for deed in (*page.deeds, page.adding) if deed]

    assert len(forms) > 15
    for form in forms:
        assert not {"colour", "color", "status", "decision"} & set(form.base_fields), form


def test_officers_sign_in_on_their_own_page_and_come_back():
    cache.clear()
    oversight.officer()
    client = Client()

    sent = client.get(CITIZENS)
    assert sent["Location"] == f"/admin/login/?next={CITIZENS}"
    sent = client.get(sent["Location"])
    assert sent["Location"].startswith("/accounts/login/?next=")
    back = client.post(sent["Location"], {"login": "wang", "password": PASSWORD})

    assert back["Location"] == CITIZENS


def test_signing_out_leads_back_to_the_officers_sign_in(wang):
    left = wang.post("/admin/logout/")

    assert left["Location"] == "/accounts/login/"
    assert wang.get("/admin/").status_code == 302


def test_an_officer_changes_their_own_password(wang):
    new = "another long password"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    assert wang.get("/admin/password_change/").status_code == 200
    assert wang.post("/admin/password_change/", form).status_code == 302
    assert User.objects.get(username="wang").check_password(new)


def test_a_citizen_who_is_signed_in_is_no_officer():
    client = world.sign_in("+8613800138000")

    assert client.get("/admin/login/").status_code == 403
    assert client.get(CITIZENS).status_code == 302


def test_pages_hold_no_inline_script_or_style(wang, zhang):
    for path in ("/admin/", CITIZENS, f"{CITIZENS}{zhang.pk}/change/", LOOK_UP, OFFICERS):
        answer = wang.get(path)
        page = answer.content.decode()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page), path
        assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"], path


def test_the_first_page_says_when_somebody_has_no_role():
    nobody = User.objects.create_user("nobody", is_staff=True)

    assert "您还没有任何角色" in oversight.browser(nobody).get("/admin/").content.decode()


def test_the_pages_speak_english_too(wang):
    wang.post("/language/", {"language": "en", "next": "/admin/"})

    assert 'lang="en"' in wang.get("/admin/").content.decode()


# --- lists ---------------------------------------------------------------------------------


def test_a_list_goes_on_behind_a_key_and_counts_nothing(wang):
    people(120)
    seen, query, pages = [], "", 0
    while True:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = wang.get(CITIZENS + query).content.decode()
        pages += 1
        seen += refs_on(page)
        listing = [q["sql"] for q in asked if '"accounts_citizen"' in q["sql"]]
        assert not [sql for sql in listing if "COUNT(" in sql or "OFFSET" in sql]
        if 'rel="next"' not in page:
            break
        query = next_page(page)

    everybody = list(Citizen.objects.order_by("-pk").values_list("ref", flat=True))
    assert (pages, seen) == (3, everybody)


def test_a_list_takes_as_many_statements_for_fifty_as_for_one(wang):
    counts = []
    for number in (1, 60):
        people(number)
        wang.get(CITIZENS)
        with CaptureQueriesContext(connection) as asked:
            wang.get(CITIZENS)
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("after", ["x", "1,2", ""])
def test_a_broken_key_leads_back_to_the_first_page(wang, after):
    people(1)

    answer = wang.get(CITIZENS, {"after": after}, follow=True)

    assert answer.status_code == 200


# --- finding and revealing -----------------------------------------------------------------


def test_the_address_takes_a_reference_and_nothing_else(wang, zhang):
    assert zhang.ref in wang.get(CITIZENS, {"q": zhang.ref}).content.decode()

    for typed in (ZHANG_SAN, "13800138000", "张小三", zhang.ref[:31]):
        answer = wang.get(CITIZENS, {"q": typed})
        assert (answer.status_code, answer["Location"]) == (302, CITIZENS)


@pytest.mark.parametrize(
    ("kind", "number"),
    [("resident_id", ZHANG_SAN), ("resident_id", "110105 19491231 002x"), ("phone", "13800138000")],
)
def test_a_document_or_a_phone_finds_its_holder_for_a_purpose(wang, zhang, kind, number):
    form = {"document_type": kind, "number": number, "purpose": "窗口核对本人"}

    found = wang.post(LOOK_UP, form)

    assert found["Location"] == f"{CITIZENS}{zhang.pk}/change/"
    look = AccessEvent.objects.get()
    assert (look.citizen_id, look.actor, look.what) == (zhang.pk, "user:wang", "lookup")
    written = AuditEvent.objects.get(action="citizen.looked_up")
    assert number not in str(written.details) + written.target


def test_a_look_up_that_finds_nobody_is_written_down_too(wang):
    form = {"document_type": "passport", "number": "E00000001", "purpose": "窗口核对本人"}

    answer = wang.post(LOOK_UP, form)

    assert "没有找到" in answer.content.decode()
    assert AuditEvent.objects.get(action="citizen.looked_up").target == "citizen:none"
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize("fault", [{"purpose": "看看"}, {"number": "110105194912310020"}])
def test_a_look_up_needs_a_purpose_and_a_possible_number(wang, zhang, fault):
    form = {"document_type": "resident_id", "number": ZHANG_SAN, "purpose": "窗口核对本人"}

    answer = wang.post(LOOK_UP, form | fault)

    assert "errorlist" in answer.content.decode()
    assert not AccessEvent.objects.exists()


def test_an_auditor_looks_nobody_up_by_document(zhang):
    auditor = oversight.browser(oversight.officer(Role.AUDITOR))
    form = {"document_type": "resident_id", "number": ZHANG_SAN, "purpose": "我想知道是谁"}

    assert auditor.get(LOOK_UP).status_code == 403
    assert auditor.post(LOOK_UP, form).status_code == 403
    assert "look-up" not in auditor.get(CITIZENS).content.decode()


def test_an_identity_is_shown_on_the_answer_and_nowhere_else(wang, zhang):
    path = f"{CITIZENS}{zhang.pk}/reveal/"

    shown = wang.post(path, {"purpose": "流调核实密接身份"}).content.decode()
    again = (
        wang.get(path).content.decode() + wang.get(f"{CITIZENS}{zhang.pk}/change/").content.decode()
    )

    assert "张小三" in shown
    assert ZHANG_SAN in shown
    assert "张小三" not in again
    assert ZHANG_SAN not in again


def test_the_phone_of_a_contact_is_there_to_be_called(wang, zhang):
    path, number = f"{CITIZENS}{zhang.pk}/reveal/", oversight.PHONES["zhang"]
    unknown = wang.post(path, {"purpose": "通知密接人员"}).content.decode()
    world.sign_in(number)
    zhang.user = User.objects.get(phone_fingerprint=pii.phone_fingerprint(number))
    zhang.identity_confirmed_at = timezone.now()
    zhang.save()

    shown = wang.post(path, {"purpose": "通知密接人员"}).content.decode()

    assert "没有号码" in unknown
    assert number not in unknown
    assert f'href="tel:{number}"' in shown
    assert number not in wang.get(f"{CITIZENS}{zhang.pk}/change/").content.decode()


def test_who_saw_whom_is_listed_with_the_purpose(wang, zhang):
    by = oversight.officer()
    reveal_identity(citizen_id=zhang.pk, by=by, purpose="流调核实身份", now=timezone.now())

    ledger = wang.get("/admin/accounts/accessevent/", {"citizen": zhang.ref}).content.decode()

    assert "流调核实身份" in ledger
    assert zhang.ref in ledger


def test_the_audit_ledger_is_filtered_by_who_what_whom_and_when(wang, zhang):
    by = oversight.officer()
    reveal_identity(citizen_id=zhang.pk, by=by, purpose="流调核实身份", now=timezone.now())
    ledger = "/admin/accounts/auditevent/"

    for found in ({"actor": "user:wang"}, {"target": f"citizen:{zhang.ref}"}, {"since": "1"}):
        assert "citizen.revealed" in wang.get(ledger, found).content.decode(), found
    for empty in ({"actor": "user:li"}, {"action": "case.confirmed"}):
        assert "没有符合条件的记录" in wang.get(ledger, empty).content.decode(), empty


# --- the desk ------------------------------------------------------------------------------


@pytest.fixture
def claim() -> Claim:
    return oversight._claim()


@pytest.fixture
def desk() -> Client:
    return oversight.browser(oversight.officer(Role.DESK))


def test_a_claim_shows_masks_and_the_end_of_the_phone(desk, claim):
    page = desk.get(f"/admin/accounts/claim/{claim.pk}/change/").content.decode()

    assert "A*** S***" in page
    assert "*** 7000" in page
    assert "Anna" not in page
    assert "E12345678" not in page


@pytest.mark.parametrize("name", ["Anna Smyth", "anna"])
def test_another_name_than_the_claimed_one_is_not_confirmed(desk, claim, name):
    form = {"document_number": "E12345678", "name": name}

    answer = desk.post(f"/admin/accounts/claim/{claim.pk}/confirm/", form)

    assert "与申报的姓名不一致" in answer.content.decode()
    assert Claim.objects.exists()


def test_a_rejected_claim_is_gone(desk, claim):
    desk.post(f"/admin/accounts/claim/{claim.pk}/reject/")

    assert not Claim.objects.exists()
    assert AuditEvent.objects.filter(action="identity.rejected").exists()


# --- officers ------------------------------------------------------------------------------


def new_officer(client: Client, **fields: object):
    form = {"username": "li", "password": PASSWORD, "again": PASSWORD, "roles": ["tracer"]}
    return client.post(f"{OFFICERS}add/", form | fields)


def test_an_administrator_makes_an_officer_with_a_role(wang):
    assert new_officer(wang).status_code == 302

    li = User.objects.get(username="li")
    assert (li.is_staff, li.is_superuser) == (True, False)
    assert li.check_password(PASSWORD)
    assert [group.name for group in li.groups.all()] == ["tracer"]
    made = AuditEvent.objects.get(action="officer.made")
    assert (made.actor, made.target, made.details["roles"]) == ("user:wang", "user:li", ["tracer"])
    assert PASSWORD not in str(made.details)


@pytest.mark.parametrize(
    "fault",
    [
        {"username": "wang"},
        {"username": "Li Si"},
        {"username": "a" * 31},
        {"password": "12345678", "again": "12345678"},
        {"again": "something else"},
        {"roles": ["king"]},
    ],
)
def test_an_officer_who_cannot_be_is_not_made(wang, fault):
    answer = new_officer(wang, **fault)

    assert "errorlist" in answer.content.decode()
    assert User.objects.count() == 1


def test_a_stopped_officer_is_signed_out(wang):
    new_officer(wang)
    li = User.objects.get(username="li")
    hers = oversight.browser(li)
    assert hers.get("/admin/").status_code == 200

    wang.post(f"{OFFICERS}{li.pk}/rights/", {"roles": ["tracer"]})

    assert hers.get("/admin/").status_code == 302


def test_a_new_password_ends_what_the_old_one_opened(wang):
    new_officer(wang)
    li = User.objects.get(username="li")
    hers = oversight.browser(li)
    form = {"password": "another long password", "again": "another long password"}

    wang.post(f"{OFFICERS}{li.pk}/password/", form)

    assert hers.get("/admin/").status_code == 302
    assert AuditEvent.objects.filter(action="officer.password", target="user:li").exists()


def test_nobody_changes_their_own_rights(wang):
    me = User.objects.get(username="wang")

    answer = wang.post(f"{OFFICERS}{me.pk}/rights/", {"is_active": "on", "roles": ["auditor"]})

    assert "不能修改自己的权限" in answer.content.decode()
    me.refresh_from_db()
    assert me.is_superuser


@pytest.mark.parametrize("role", Role)
def test_officers_are_for_administrators_alone(role):
    client = oversight.browser(oversight.officer(role))
    me = User.objects.get()

    for path in (OFFICERS, f"{OFFICERS}add/", f"{OFFICERS}{me.pk}/change/"):
        assert client.get(path).status_code == 403
    rights = {"is_active": "on", "is_superuser": "on"}
    assert client.post(f"{OFFICERS}{me.pk}/rights/", rights).status_code == 403
    me.refresh_from_db()
    assert not me.is_superuser


def test_citizens_who_signed_in_are_not_among_the_officers(wang):
    world.sign_in("+8613800138000")
    citizen = User.objects.get(is_staff=False)

    assert citizen.username not in wang.get(OFFICERS).content.decode()
    assert wang.get(f"{OFFICERS}{citizen.pk}/change/").status_code == 404


def test_regions_show_what_lies_below(wang):
    oversight.regions()

    page = wang.get(reverse("admin:accounts_region_change", args=["310106"])).content.decode()

    assert "江宁路街道" in page
    assert "上海市" in page
