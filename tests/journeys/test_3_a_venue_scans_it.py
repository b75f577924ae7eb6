"""Journey 3: staff scan the code a citizen shows; the server judges by the current status."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN, Gate, hand_in, pcr
from tests.reader import code_on
from tracing.models import Alarm, Scan, Visit
from tracing.services import make_partitions, revoke_device

pytestmark = pytest.mark.django_db
PHONE = "+8613800138000"


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
def gate() -> Gate:
    return Gate(world.venue())


def shown_by(phone: Client) -> str:
    """What a scanner reads off the phone now."""
    return code_on(phone.get("/").content.decode())


def test_green_passes_and_leaves_a_visit(phone, gate):
    answer = gate.scan(shown_by(phone)).json()

    visit = Visit.objects.get()
    assert (answer["outcome"], answer["reason"], answer["admitted"]) == ("PASS", "GREEN", True)
    assert answer["name"] == "张*三"
    assert visit.citizen_id == world.citizen(ZHANG_SAN).pk
    assert visit.left_by == "assumed"


def test_an_exit_scan_ends_the_visit(phone, gate):
    way_out = Gate(gate.venue, direction="exit")
    gate.scan(shown_by(phone))

    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=True):
        way_out.scan(shown_by(phone), direction="exit")

    visit = Visit.objects.get()
    assert visit.left_by == "scan"
    assert timedelta(minutes=19) < visit.left_at - visit.entered_at < timedelta(minutes=21)


def test_a_positive_that_came_after_the_code_was_drawn_stops_at_the_door(lab, phone, gate):
    """The server judges by the status of this moment, not by the colour inside the code."""
    text = shown_by(phone)
    hand_in(lab, pcr(ZHANG_SAN, "a2", result="positive", at=world.ago(hours=1)))

    answer = gate.scan(text).json()

    assert (answer["outcome"], answer["reason"], answer["admitted"]) == ("STOP", "RED", False)
    assert not Visit.objects.exists()


def test_yellow_asks_staff_and_the_visit_follows_their_word(phone, gate):
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=True):
        make_partitions(now=timezone.now())
        later = world.sign_in(PHONE)
        answer = gate.scan(shown_by(later)).json()
        assert (answer["outcome"], answer["admitted"]) == ("CHECK", None)
        assert not Visit.objects.exists()

        said = gate.say(answer["scan_id"], admitted=True)

    assert said.json()["admitted"] is True
    assert Visit.objects.count() == 1


def test_admitting_a_stop_raises_an_alarm_in_the_district_and_keeps_the_visit(lab, phone, gate):
    hand_in(lab, pcr(ZHANG_SAN, "a2", result="positive", at=world.ago(hours=1)))

    gate.scan(shown_by(phone), admitted=True)

    assert Alarm.objects.get().district == "310106"
    assert Visit.objects.count() == 1


def test_a_venue_may_ask_for_a_recent_negative(phone):
    strict = Gate(world.venue("养老院", "hospital", negative_within_hours=2))

    answer = strict.scan(shown_by(phone)).json()

    assert (answer["outcome"], answer["reason"]) == ("CHECK", "RULE")


def test_the_same_code_again_at_once_asks_to_compare_the_document(phone, gate):
    text = shown_by(phone)
    gate.scan(text)

    answer = gate.scan(text).json()

    assert (answer["outcome"], answer["reason"]) == ("CHECK", "REPEATED")


def test_a_scan_sent_twice_is_stored_once_and_answered_alike(phone, gate):
    scan = {"scan_id": world.scan_id(), "text": shown_by(phone)}

    first = gate.scan(**scan).json()
    again = gate.scan(**scan).json()

    assert (first["outcome"], first["admitted"]) == (again["outcome"], again["admitted"])
    assert Scan.objects.count() == 1
    assert Visit.objects.count() == 1


def test_the_same_scan_id_with_other_content_is_a_conflict(lab, phone, gate):
    scan_id = world.scan_id()
    gate.scan(shown_by(phone), scan_id=scan_id)

    answer = gate.scan("HCP:/1/OTHER", scan_id=scan_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Scan.objects.count() == 1


def _tampered(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (lambda text: "https://example.org/menu", {"FOREIGN"}),
        (lambda text: text.replace("HCP:/1/", "HCP:/2/"), {"UPDATE"}),
        (lambda text: text[:60], {"UNREADABLE"}),
        (_tampered, {"BAD_SIGNATURE", "UNREADABLE", "UNKNOWN_ISSUER", "BAD_CLAIMS"}),
    ],
)
def test_what_cannot_be_judged_is_grey_with_its_cause_and_makes_no_visit(
    phone, gate, change, reasons
):
    answer = gate.scan(change(shown_by(phone))).json()

    assert answer["outcome"] == "GREY"
    assert answer["reason"] in reasons
    assert not answer["name"]
    assert not Visit.objects.exists()
    assert Scan.objects.get().outcome == "GREY"


def test_a_code_of_two_minutes_ago_is_grey_and_never_green(phone, gate):
    text = shown_by(phone)

    with time_machine.travel(timezone.now() + timedelta(seconds=120), tick=True):
        answer = gate.scan(text).json()

    assert (answer["outcome"], answer["reason"]) == ("GREY", "EXPIRED")


def test_full_width_and_lower_case_are_read_as_a_scanner_types_them(phone, gate):
    typed = " " + shown_by(phone).lower().replace(":", "：") + "\r\n"

    assert gate.scan(typed).json()["outcome"] == "PASS"


def test_nobody_scans_without_an_enrolled_device(phone):
    scan = {"scan_id": world.scan_id(), "text": "x"}
    for headers in ({}, {"Authorization": "Device wrong"}):
        answer = Client().post("/api/v1/scans/", scan, "application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_device")


def test_a_revoked_device_scans_no_more(phone, gate):
    revoke_device(device_id=gate.device_id, by=world.officer(), now=timezone.now())

    answer = gate.scan(shown_by(phone))

    assert (answer.status_code, answer.json()["code"]) == (403, "device_revoked")
    assert not Scan.objects.exists()


def test_an_enrolment_token_works_once_and_for_ten_minutes(gate):
    late = world.enrolment(world.venue("书店", "shop"))
    used = world.enrol(gate.one_time)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        expired = world.enrol(late)

    assert (used.status_code, used.json()["code"]) == (409, "enrolment_used")
    assert (expired.status_code, expired.json()["code"]) == (410, "enrolment_expired")
    assert world.enrol("NEVER-GIVEN").status_code == 404


def test_enrolment_and_scans_hold_no_token_in_the_ledger(gate):
    ledger = "".join(str(vars(event)) for event in AuditEvent.objects.all())

    assert gate.token not in ledger
    assert gate.one_time not in ledger


def test_scanning_a_person_never_changes_their_colour(phone, gate, lab):
    before = world.status_after_the_sweep(ZHANG_SAN).decided_at
    hand_in(lab, pcr(LI_SI, "b1"))

    for _ in range(3):
        gate.scan(shown_by(phone))

    assert world.status_after_the_sweep(ZHANG_SAN).decided_at == before
