"""Journey 2: a citizen signs in by phone, registers, and shows a signed code that explains."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Citizen, Claim, User
from accounts.services import confirm_identity
from healthcode import keys, passes
from healthcode.colours import Colour
from healthcode.models import HealthStatus
from healthcode.passes import Gate, Kind
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN, hand_in, pcr
from tests.reader import code_on

pytestmark = pytest.mark.django_db
PHONE = "+8613800138000"
OTHER_PHONE = "+8613900139000"


@pytest.fixture(autouse=True)
def _rules() -> None:
    world.rules_in_force()


@pytest.fixture
def lab() -> str:
    return world.source("lab", "test")


def _read(page: str) -> passes.Claims:
    now = int(timezone.now().timestamp())
    checked = passes.check(code_on(page), keys=keys.public_list(), gate=Gate(online=True), now=now)
    assert checked.reason is None
    assert checked.claims is not None
    return checked.claims


def test_the_code_is_a_live_pass_of_the_colour_with_a_masked_name(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1"))

    page = phone.get("/").content.decode()
    claims = _read(page)

    assert (claims.kind, claims.colour, claims.name) == (Kind.LIVE, Colour.GREEN, "张*三")
    assert claims.exp - claims.iat == 90
    assert "绿码" in page


def test_a_red_page_says_why_until_when_and_how_to_appeal(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))

    page, reasons = phone.get("/").content.decode(), phone.get("/why/").content.decode()

    assert "红码" in page
    assert "您的核酸单管检测结果为阳性" in reasons
    assert "解除" in reasons
    assert "sh-2022-09-18" in reasons
    assert "/appeal/" in reasons


def test_the_reasons_are_read_in_english_too(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))
    phone.post("/language/", {"language": "en", "next": "/"})

    reasons = phone.get("/why/").content.decode()

    assert "Your single-tube PCR test is positive" in reasons
    assert not re.search("[\u4e00-\u9fff]{6,}", reasons)


def test_the_page_decides_again_what_is_due_before_it_signs(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1", at=world.ago(days=1)))
    assert _read(phone.get("/").content.decode()).colour is Colour.GREEN

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=True):
        page = world.sign_in(PHONE).get("/").content.decode()
        status = HealthStatus.objects.get(citizen=world.citizen(ZHANG_SAN))

        assert _read(page).colour is Colour.YELLOW
        assert status.decision["reasons"][0]["release"]["zh-hans"]


def test_renewing_a_code_that_is_not_due_writes_nothing(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    phone.get("/")

    with CaptureQueriesContext(connection) as captured:
        first = code_on(phone.get("/code/fragment/").content.decode())
        second = code_on(phone.get("/code/fragment/").content.decode())

    written = [q["sql"] for q in captured if re.match(r"(?i)\s*(insert|update|delete)", q["sql"])]
    assert written == []
    assert first != second


def test_the_pulse_asks_for_a_new_code_as_soon_as_facts_changed(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    phone.get("/")
    hand_in(lab, pcr(ZHANG_SAN, "a2", result="positive", at=world.ago(hours=1)))

    answer = phone.get("/code/pulse/")

    assert (answer.status_code, answer["HX-Trigger"]) == (204, "renew")


def test_a_number_and_name_alone_open_nothing(lab):
    """Somebody else's phone with the right document and name waits for a desk, and sees no data."""
    world.resident(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))
    stranger = world.sign_in(OTHER_PHONE)

    page = world.register(stranger, ZHANG_SAN, "张小三").content.decode()

    assert "请携带证件" in page
    assert "红码" not in page
    assert Citizen.objects.get().user is None
    assert Claim.objects.count() == 1


def test_a_claim_looks_the_same_whether_the_document_was_known_or_not(lab):
    world.resident(ZHANG_SAN, "张小三", PHONE)
    pages = []
    for phone, number in ((OTHER_PHONE, ZHANG_SAN), ("+8613700137000", LI_SI)):
        client = world.sign_in(phone)
        page = world.register(client, number, "张小三").content.decode()
        pages.append(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page))

    assert pages[0] == pages[1]


def test_a_desk_confirms_a_claim_and_the_code_opens(lab):
    visitor = world.sign_in(OTHER_PHONE)
    world.register(visitor, "E12345678", "Anna Maria Smith", kind="passport")
    desk = User.objects.create_superuser("desk", "a long enough password")
    confirm_identity(claim_id=Claim.objects.get().pk, by=desk, now=timezone.now())

    claims = _read(visitor.get("/").content.decode())

    assert (claims.colour, claims.name) == (Colour.UNASSESSED, "A*** S***")


def test_a_wrong_check_digit_is_named_and_nothing_is_written():
    phone = world.sign_in(PHONE)

    page = world.register(phone, ZHANG_SAN[:-1] + "1", "张小三").content.decode()

    assert "校验" in page
    assert not Citizen.objects.exists()


def test_identity_is_sealed_from_the_first_row():
    world.phone_of(ZHANG_SAN, "张小三", PHONE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text || u::text FROM accounts_citizen c, accounts_user u")
        row = cursor.fetchone()[0]

    for secret in (ZHANG_SAN, "张小三", "13800138000"):
        assert secret not in row
        assert secret.encode().hex() not in row


@pytest.mark.parametrize("path", ["/", "/code/fragment/", "/why/", "/appeal/", "/visits/"])
def test_nobody_sees_a_page_unsigned(path):
    answer = Client().get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin/")


def test_personal_pages_are_not_kept_by_anybody(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)

    for path in ("/", "/code/fragment/", "/why/"):
        assert "no-store" in phone.get(path)["Cache-Control"]


def test_an_appeal_is_filed_once_and_gets_a_receipt_and_a_clock(lab):
    phone = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))
    phone.get("/")

    form = {"rule": "first-positive", "text": "这不是我的样本"}
    page = phone.post("/appeal/", form, follow=True).content.decode()

    appeal = world.citizen(ZHANG_SAN).appeal_set.get()
    assert appeal.ref[:8] in page
    assert appeal.answer_by - appeal.filed_at == timedelta(hours=24)
    assert "这不是我的样本".encode() not in bytes(appeal.text_sealed)
