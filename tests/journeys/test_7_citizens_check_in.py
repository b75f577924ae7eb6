"""Journey 7: where no staff stands, citizens check in themselves by the poster on the wall."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from healthcode.colours import Colour
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN, Gate, hand_in, pcr
from tests.reader import code_on
from tests.tracing import paper
from tracing.models import Case, Contact, Venue, Visit, Zone
from tracing.services import trace_case

pytestmark = pytest.mark.django_db
PHONE, OTHER_PHONE = "+8613800138000", "+8613900139000"


@pytest.fixture(autouse=True)
def _rules() -> None:
    world.rules_in_force()


@pytest.fixture
def lab() -> str:
    return world.source("lab", "test")


@pytest.fixture
def phone(lab: str) -> Client:
    """Zhang San's phone, green since this morning."""
    client = world.phone_of(ZHANG_SAN, "张小三", PHONE)
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    return client


@pytest.fixture
def library() -> Venue:
    return world.venue("静安图书馆", "leisure")


def put_up(venue: Venue, zone: str = "阅览室") -> str:
    """The venues' office prints a poster; returns what a phone's camera reads off the paper."""
    room, _ = Zone.objects.get_or_create(venue=venue, name=zone, defaults={"close_quarters": True})
    form = {"zone_id": room.pk, "sure": "on"}
    answer = world.office().post(f"/admin/tracing/venue/{venue.pk}/poster/", form)
    return paper.read(answer.content).text


def scan(phone: Client, text: str) -> str:
    """The page that a phone shows after its camera has seen the text."""
    return phone.post("/checkin/", {"text": text}, follow=True).content.decode()


def in_minutes(count: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=count), tick=True)


def test_scanning_the_poster_shows_the_code_under_the_name_of_the_place(phone, library):
    page = scan(phone, put_up(library))

    assert "静安图书馆" in page
    assert "阅览室" in page
    assert 'data-colour="green"' in page
    assert code_on(page).startswith("HCP:/1/")
    visit = Visit.objects.get()
    assert (visit.source, visit.left_by) == ("self", "assumed")
    assert visit.citizen_id == world.citizen(ZHANG_SAN).pk


def test_the_same_poster_twice_is_one_stay_and_leaving_ends_it(phone, library):
    text = put_up(library)
    scan(phone, text)
    with in_minutes(10):
        assert "静安图书馆" in scan(phone, text)
    with in_minutes(30):
        page = phone.post("/checkin/leave/", follow=True).content.decode()

    assert "已结束在 静安图书馆 的停留" in page
    assert 'id="code"' in page
    visit = Visit.objects.get()
    assert visit.left_by == "person"
    assert timedelta(minutes=29) < visit.left_at - visit.entered_at < timedelta(minutes=31)
    with in_minutes(31):
        assert phone.get("/checkin/here/")["Location"] == "/checkin/"


def test_the_citizens_own_list_says_who_told_of_it(phone, library):
    scan(phone, put_up(library))

    page = phone.get("/visits/").content.decode()

    assert "自助登记" in page
    assert "静安图书馆" not in page


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        (lambda phone: code_on(phone.get("/").content.decode()), "这是健康码，不是登记海报"),
        (lambda phone: "HCV:/1/" + "A" * 26, "这张海报不能用了"),
        (lambda phone: "https://example.org/", "这不是登记海报上的编号"),
    ],
)
def test_what_is_no_poster_in_use_is_told_apart_and_stores_nothing(phone, shown, answer):
    page = scan(phone, shown(phone))

    assert answer in page
    assert "HCP:/" not in page
    assert not Visit.objects.exists()


def test_a_poster_that_was_printed_anew_works_no_longer(phone, library):
    old = put_up(library)
    put_up(library)

    assert "这张海报不能用了" in scan(phone, old)
    assert not Visit.objects.exists()


def test_a_venue_out_of_service_is_said_to_be(phone, library):
    text = put_up(library)
    Venue.objects.update(is_active=False)

    assert "这个场所已停用" in scan(phone, text)


def test_the_thirteenth_of_a_day_is_refused_with_a_way_on(phone, library):
    noon = timezone.localtime().replace(hour=12, minute=0) + timedelta(days=1)
    with time_machine.travel(noon, tick=True):
        phone = world.sign_in(PHONE)
        texts = put_up(library), put_up(library, "报告厅")
        for number in range(12):
            scan(phone, texts[number % 2])
        assert "请工作人员扫您的健康码" in scan(phone, texts[0])


def test_a_gate_takes_a_poster_for_no_health_code(library):
    answer = Gate(library).scan(put_up(library)).json()

    assert (answer["outcome"], answer["reason"]) == ("GREY", "FOREIGN")


def test_the_gate_at_the_exit_ends_what_the_poster_began(phone, library):
    way_out = Gate(library, zone="阅览室", direction="exit")
    scan(phone, put_up(library))
    with in_minutes(20):
        way_out.scan(code_on(phone.get("/").content.decode()), direction="exit")

    assert Visit.objects.get().left_by == "scan"


def test_the_page_says_that_it_uses_the_camera_and_keeps_its_strict_policy(phone):
    answer = phone.get("/checkin/")

    assert answer["Permissions-Policy"] == "camera=(self)"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_nobody_checks_in_who_has_not_signed_in(library):
    text = put_up(library)
    for answer in (Client().get("/checkin/"), Client().post("/checkin/", {"text": text})):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/signin/")
    assert not Visit.objects.exists()


def test_a_form_from_elsewhere_checks_nobody_in(phone, library):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = phone.cookies
    answer = strict.post("/checkin/", {"text": put_up(library)})

    assert answer.status_code == 403
    assert not Visit.objects.exists()


def test_who_only_checked_in_beside_a_case_stays_green(lab, phone, library):
    """Both scanned the poster and stayed for an hour: a lead for tracers, no more."""
    ill = world.phone_of(LI_SI, "李四", OTHER_PHONE)
    text = put_up(library)
    with in_minutes(-180):
        both = [world.sign_in(PHONE), world.sign_in(OTHER_PHONE)]
        for one in both:
            scan(one, text)
    hand_in(lab, pcr(LI_SI, "ill", result="positive", at=world.ago(minutes=30)))
    assert ill
    form = {"citizen_ref": world.citizen(LI_SI).ref, "sampled_at": _local(world.ago(minutes=30))}
    world.office().post("/admin/tracing/case/add/", form)
    case = Case.objects.get()
    world.office().post(f"/admin/tracing/case/{case.pk}/confirm/", {})
    trace_case(case_id=case.pk, now=timezone.now())

    contact = Contact.objects.get(citizen=world.citizen(ZHANG_SAN))
    assert (contact.grade, contact.setting) == ("casual", "check_in")
    assert world.colour_of(ZHANG_SAN) is Colour.GREEN
    page = world.office().get(f"/admin/tracing/contact/{contact.pk}/change/").content.decode()
    assert "自助登记" in page


def _local(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
