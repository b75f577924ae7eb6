"""Scans: every attempt is stored, judged once, and becomes a visit only by admission."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from healthcode.colours import Outcome
from healthcode.models import HealthStatus
from tests.tracing import door
from tests.tracing.door import NOW, code, minutes, scan, scan_id, tampered
from tracing.errors import ScanConflict, ScanInvalid, UnknownScan
from tracing.models import Alarm, Case, CaseState, Direction, Scan, Visit
from tracing.services import admit, count_today, record_scans

pytestmark = pytest.mark.django_db

DAYS_AGO = NOW - timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _rules(tmp_path, settings):
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    door.rules_in_force()


@pytest.fixture
def gate():
    return door.device()


@pytest.fixture
def li():
    """Green: tested negative yesterday."""
    return door.after_test(door.person("E10000001"), "negative", DAYS_AGO)


@pytest.fixture
def wu():
    """Red: a single tube came out positive."""
    return door.after_test(door.person("E10000002"), "positive", DAYS_AGO)


@pytest.fixture
def qian():
    """Yellow: nobody has tested them for a long time."""
    month_ago = NOW - timedelta(days=20)
    return door.after_test(door.person("E10000003"), "negative", month_ago)


def one(gate, scanned, now=None):
    [result] = record_scans(device=gate, scans=[scanned], now=now or _time_of(scanned))
    return result


def _time_of(scanned):
    return NOW + timedelta(milliseconds=(scanned.scan_id.int >> 80) - NOW.timestamp() * 1000)


def stays(of):
    rows = Visit.objects.filter(citizen_id=of.pk).order_by("entered_at")
    return [((row.entered_at - NOW) / minutes(1), row.left_by) for row in rows]


def test_green_passes_and_the_visit_is_stored(gate, li):
    result = one(gate, scan(code(li)))
    assert (result.status, result.outcome, result.reason) == ("stored", "PASS", "GREEN")
    assert (result.admitted, result.negative_hours) == (True, 24)
    assert stays(li) == [(0, "assumed")]


def test_red_stops_and_no_visit_is_stored(gate, wu):
    result = one(gate, scan(code(wu)))
    assert (result.outcome, result.reason, result.admitted) == ("STOP", "RED", False)
    assert stays(wu) == []
    assert not Alarm.objects.exists()


def test_yellow_waits_for_staff(gate, qian):
    result = one(gate, scan(code(qian)))
    assert (result.outcome, result.reason, result.admitted) == ("CHECK", "YELLOW", None)
    assert stays(qian) == []


def test_yellow_stays_out_where_nobody_watches(qian):
    turnstile = door.device(name="闸机", attended=False)
    result = one(turnstile, scan(code(qian)))
    assert (result.outcome, result.admitted) == ("CHECK", False)
    assert stays(qian) == []


def test_staff_admit_after_checking(gate, qian):
    scanned = scan(code(qian))
    one(gate, scanned)
    stored = admit(device=gate, scan_id=scanned.scan_id, admitted=True, now=NOW + minutes(1))
    assert stored.admitted is True
    assert stays(qian) == [(0, "assumed")]


def test_staff_refuse_after_checking(gate, qian):
    scanned = scan(code(qian))
    one(gate, scanned)
    admit(device=gate, scan_id=scanned.scan_id, admitted=False, now=NOW + minutes(1))
    assert stays(qian) == []


def test_the_same_word_again_is_harmless_and_another_is_a_conflict(gate, qian):
    scanned = scan(code(qian))
    one(gate, scanned)
    for _ in range(2):
        admit(device=gate, scan_id=scanned.scan_id, admitted=True, now=NOW)
    with pytest.raises(ScanConflict):
        admit(device=gate, scan_id=scanned.scan_id, admitted=False, now=NOW)
    assert stays(qian) == [(0, "assumed")]


def test_only_its_own_device_speaks_about_a_scan(gate, qian):
    scanned = scan(code(qian))
    one(gate, scanned)
    other = door.device(name="3号口")
    with pytest.raises(UnknownScan):
        admit(device=other, scan_id=scanned.scan_id, admitted=True, now=NOW)
    with pytest.raises(UnknownScan):
        admit(device=gate, scan_id=scan_id(NOW, 99), admitted=True, now=NOW)
    assert Scan.objects.get(pk=scanned.scan_id).admitted is None


def test_letting_a_stopped_person_in_alarms_the_district(gate, wu):
    scanned = scan(code(wu), admitted=True)
    result = one(gate, scanned)
    assert (result.outcome, result.admitted) == ("STOP", True)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.district) == ("admitted_despite_stop", "310106")
    assert alarm.target == f"scan:{scanned.scan_id}"
    assert stays(wu) == [(0, "assumed")]


def test_a_stopped_person_who_leaves_alarms_nobody(wu):
    gate_out = door.device(name="出口", direction="exit")
    one(gate_out, scan(code(wu), direction=Direction.EXIT))
    assert not Alarm.objects.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("HC1:6BF+70790T9WJWG.FKY*4GO0", "FOREIGN"),
        ("https://example.org/", "FOREIGN"),
        ("", "FOREIGN"),
        ("HCP:/2/AAAA", "UPDATE"),
        ("HCP:/1/A0A0", "UNREADABLE"),
        ("HCP:/1/" + "A" * 900, "UNREADABLE"),
    ],
)
def test_what_is_no_code_is_grey_with_its_cause(gate, text, reason):
    result = one(gate, scan(text))
    assert (result.outcome, result.reason, result.admitted) == ("GREY", reason, False)
    stored = Scan.objects.get()
    assert (stored.outcome, stored.reason, stored.citizen_id) == ("GREY", reason, None)


def test_a_tampered_code_is_grey_and_names_nobody(gate, li):
    result = one(gate, scan(tampered(code(li))))
    assert (result.outcome, result.reason, result.name) == ("GREY", "BAD_SIGNATURE", "")
    assert Scan.objects.get().citizen_id is None
    assert stays(li) == []


def test_an_expired_code_is_grey_and_makes_no_visit_even_when_admitted(gate, li):
    old = code(li, NOW - timedelta(seconds=91))
    result = one(gate, scan(old, admitted=True))
    assert (result.outcome, result.reason, result.admitted) == ("GREY", "EXPIRED", True)
    assert Scan.objects.get().citizen_id is None
    assert stays(li) == []


def test_nobody_assessed_is_grey_and_may_be_let_in_by_staff(gate):
    sun = door.person("E10000009")
    scanned = scan(code(sun))
    result = one(gate, scanned)
    assert (result.outcome, result.reason, result.admitted) == ("GREY", "UNASSESSED", False)
    one(gate, scan(code(sun, NOW + minutes(5)), NOW + minutes(5), admitted=True))
    assert stays(sun) == [(5, "assumed")]


def test_the_current_colour_counts_not_the_one_in_the_code(gate, li):
    shown = code(li)
    door.after_test(li, "positive", NOW + SECOND, now=NOW + 2 * SECOND)
    assert one(gate, scan(shown, NOW + 5 * SECOND)).reason == "RED"


def test_a_venue_may_ask_for_a_recent_negative(li):
    strict = door.device(door.venue("瑞金医院", "hospital", negative_within_hours=12))
    result = one(strict, scan(code(li)))
    assert (result.outcome, result.reason, result.admitted) == ("CHECK", "RULE", None)
    lenient = door.device(door.venue("华东医院", "hospital", negative_within_hours=24))
    assert one(lenient, scan(code(li, NOW + minutes(5)), NOW + minutes(5))).reason == "RULE"
    daily = door.device(door.venue("中山医院", "hospital", negative_within_hours=48))
    assert one(daily, scan(code(li, NOW + minutes(9)), NOW + minutes(9))).reason == "GREEN"


def test_the_same_code_again_at_the_door_is_not_passed_blindly(gate, li):
    shown = code(li)
    one(gate, scan(shown))
    result = one(gate, scan(shown, NOW + 35 * SECOND))
    assert (result.outcome, result.reason, result.admitted) == ("CHECK", "REPEATED", None)
    assert result.shown_before == 35


def test_the_same_code_elsewhere_within_a_minute_is_not_passed_blindly(gate, li):
    other = door.device(door.venue("南京西路商场", "mall"))
    shown = code(li)
    one(gate, scan(shown))
    assert one(other, scan(shown, NOW + 59 * SECOND)).reason == "REPEATED"


def test_the_same_code_elsewhere_after_a_minute_passes(gate, li):
    other = door.device(door.venue("南京西路商场", "mall"))
    shown = code(li)
    one(gate, scan(shown))
    assert one(other, scan(shown, NOW + 61 * SECOND)).reason == "GREEN"


def test_whoever_was_not_let_in_may_come_again(gate, li):
    shown = code(li)
    one(gate, scan(shown, admitted=False))
    assert one(gate, scan(shown, NOW + 35 * SECOND)).reason == "GREEN"


def test_going_out_and_in_again_is_not_suspicious(gate, li):
    gate_out = door.device(name="出口", direction="exit")
    shown = code(li)
    one(gate, scan(shown))
    assert one(gate_out, scan(shown, NOW + 20 * SECOND, direction=Direction.EXIT)).reason == "GREEN"
    assert one(gate, scan(shown, NOW + 40 * SECOND)).reason == "GREEN"
    assert one(gate, scan(shown, NOW + 60 * SECOND)).reason == "REPEATED"


def test_two_people_with_codes_of_their_own_pass_one_after_the_other(gate, li):
    zhou = door.after_test(door.person("E10000004"), "negative", DAYS_AGO)
    assert one(gate, scan(code(li))).reason == "GREEN"
    assert one(gate, scan(code(zhou), serial=1)).reason == "GREEN"


def test_an_exit_ends_the_visit_whatever_the_colour_has_become(gate, li):
    gate_out = door.device(name="出口", direction="exit")
    one(gate, scan(code(li)))
    later = NOW + minutes(12)
    door.after_test(li, "positive", NOW + minutes(10), now=later)
    result = one(gate_out, scan(code(li, later), later, direction=Direction.EXIT))
    assert (result.outcome, result.admitted) == ("STOP", True)
    stay = Visit.objects.get(citizen_id=li.pk)
    assert (stay.left_at, stay.left_by) == (later, "scan")


def test_sent_twice_is_answered_the_same_and_stored_once(gate, li):
    scanned = scan(code(li))
    first = one(gate, scanned)
    again = one(gate, scanned, NOW + minutes(20))
    assert (first.status, again.status) == ("stored", "repeated")
    for name in ("outcome", "reason", "admitted", "name", "negative_hours"):
        assert getattr(again, name) == getattr(first, name)
    assert Scan.objects.count() == 1
    assert stays(li) == [(0, "assumed")]


def test_a_repeated_code_sent_twice_is_answered_the_same(gate, li):
    shown = code(li)
    one(gate, scan(shown))
    second = scan(shown, NOW + 35 * SECOND)
    first_answer = one(gate, second)
    assert one(gate, second, NOW + 40 * SECOND).shown_before == first_answer.shown_before == 35


def test_what_a_keyboard_did_to_the_text_does_not_make_it_another_scan(gate, li):
    shown = code(li)
    one(gate, scan(shown))
    assert one(gate, scan(f" {shown.lower()}\n")).status == "repeated"


def test_the_same_id_with_other_content_is_a_conflict(gate, li):
    one(gate, scan(code(li)))
    for other in (scan("HCP:/1/AAAA"), scan(code(li), direction=Direction.EXIT)):
        result = one(gate, other)
        assert result.status == "refused"
        assert isinstance(result.error, ScanConflict)
    assert Scan.objects.count() == 1


def test_another_devices_id_is_a_conflict(gate, li):
    scanned = scan(code(li))
    one(gate, scanned)
    assert isinstance(one(door.device(name="3号口"), scanned).error, ScanConflict)
    assert Scan.objects.get().device_id == gate.pk


@pytest.mark.parametrize(
    "wrong",
    [
        uuid4(),
        scan_id(NOW + timedelta(seconds=61)),
        scan_id(NOW - timedelta(hours=72, seconds=1)),
        UUID(int=(2**48 - 1) << 80 | 7 << 76 | 2 << 62),
        UUID(int=7 << 76 | 2 << 62),
    ],
)
def test_an_impossible_time_is_refused(gate, wrong):
    [result] = record_scans(
        device=gate,
        scans=[door.NewScan(scan_id=wrong, text="x", direction=Direction.ENTRY)],
        now=NOW,
    )
    assert isinstance(result.error, ScanInvalid)
    assert not Scan.objects.exists()


@pytest.mark.parametrize("off", [timedelta(seconds=60), -timedelta(hours=72)])
def test_the_limits_of_the_time_are_still_accepted(gate, off):
    assert one(gate, scan("x", NOW + off), NOW).status == "stored"


def test_one_bad_scan_does_not_spoil_a_batch(gate, li):
    zhou = door.after_test(door.person("E10000004"), "negative", DAYS_AGO)
    batch = [scan(code(li)), scan("x", NOW + minutes(9)), scan(code(zhou), serial=1)]
    results = record_scans(device=gate, scans=batch, now=NOW)
    assert [result.status for result in results] == ["stored", "refused", "stored"]
    assert (stays(li), stays(zhou)) == ([(0, "assumed")], [(0, "assumed")])


def test_a_late_upload_is_judged_as_at_the_scan(gate, li):
    shown = code(li)
    door.after_test(li, "positive", NOW + minutes(30), now=NOW + minutes(40))
    result = one(gate, scan(shown, admitted=True), NOW + minutes(60))
    assert (result.outcome, result.reason) == ("PASS", "GREEN")
    assert stays(li) == [(0, "assumed")]
    assert not Alarm.objects.exists()


def test_a_late_upload_of_what_was_too_old_then_is_grey(gate, li):
    shown = code(li)
    result = one(gate, scan(shown, NOW + minutes(2)), NOW + minutes(60))
    assert (result.outcome, result.reason) == ("GREY", "EXPIRED")


def test_what_expired_on_its_way_is_judged_as_at_the_scan(gate, li):
    shown = code(li)
    scanned = scan(shown, NOW + 80 * SECOND)
    assert one(gate, scanned, NOW + 100 * SECOND).reason == "GREEN"


def test_a_gate_whose_clock_is_slow_is_judged_by_the_servers(gate, li):
    shown = code(li)
    assert one(gate, scan(shown, NOW - 50 * SECOND), NOW + SECOND).reason == "GREEN"


def test_an_entry_that_arrives_after_its_exit_still_ends_there(gate, li):
    gate_out = door.device(name="出口", direction="exit")
    shown, left = code(li), NOW + minutes(100)
    one(gate_out, scan(code(li, left), left, direction=Direction.EXIT))
    one(gate, scan(shown, admitted=True), NOW + minutes(120))
    stay = Visit.objects.get(citizen_id=li.pk)
    assert (stay.left_at, stay.left_by) == (left, "scan")


def test_a_late_upload_makes_the_open_case_due_whose_trace_it_could_change(gate, li, wu):
    met = NOW + minutes(5)
    one(gate, scan(code(wu), admitted=True))
    case = Case.objects.create(
        citizen=wu,
        state=CaseState.CONFIRMED,
        sampled_at=DAYS_AGO,
        proposed_at=NOW,
        window_from=DAYS_AGO,
        window_until=NOW + minutes(30),
        traced_until=NOW + minutes(30),
    )
    one(gate, scan(code(li, met), met, admitted=True), NOW + minutes(60))
    case.refresh_from_db()
    assert case.trace_due_at == NOW + minutes(60)


def unanswered(text, at=NOW, **fields):
    """The scan as a device sends it again that never saw the answer."""
    return scan(text, at, device_outcome="GREY", device_reason="OFFLINE", **fields)


def test_a_device_that_never_saw_the_answer_says_that_nobody_went_in(gate, li):
    mall = door.device(door.venue("南京西路商场", "mall"))
    one(mall, scan(code(li, NOW - minutes(30)), NOW - minutes(30)))
    shown = code(li)
    one(gate, scan(shown))
    assert stays(li) == [(-30, "next"), (0, "assumed")]
    result = one(gate, unanswered(shown, admitted=False), NOW + SECOND)
    assert (result.outcome, result.reason, result.admitted) == ("PASS", "GREEN", False)
    assert stays(li) == [(-30, "assumed")]
    stored = Scan.objects.get(scan_id=scan_id(NOW))
    assert (stored.outcome, stored.device_outcome, stored.device_reason) == (
        "PASS",
        "GREY",
        "OFFLINE",
    )


def test_a_device_that_never_saw_the_stop_let_the_person_in(gate, wu):
    shown = code(wu)
    one(gate, scan(shown))
    result = one(gate, unanswered(shown, admitted=True), NOW + SECOND)
    assert (result.outcome, result.admitted) == ("STOP", True)
    assert stays(wu) == [(0, "assumed")]
    assert Alarm.objects.count() == 1


def test_a_devices_word_replaces_a_presumption_once(gate, li):
    shown = code(li)
    one(gate, scan(shown))
    one(gate, unanswered(shown, admitted=False), NOW + SECOND)
    assert one(gate, unanswered(shown, admitted=False), NOW + SECOND).status == "repeated"
    assert isinstance(one(gate, unanswered(shown, admitted=True)).error, ScanConflict)
    assert isinstance(one(gate, scan(shown, admitted=True)).error, ScanConflict)
    assert stays(li) == []


def test_a_word_without_a_verdict_does_not_replace_a_presumption(gate, li):
    shown = code(li)
    one(gate, scan(shown))
    assert isinstance(one(gate, scan(shown, admitted=False)).error, ScanConflict)
    assert stays(li) == [(0, "assumed")]


def test_what_staff_said_may_come_with_the_scan_sent_again(gate, qian):
    shown = code(qian)
    one(gate, scan(shown))
    assert one(gate, scan(shown, admitted=True)).admitted is True
    assert stays(qian) == [(0, "assumed")]


def test_the_devices_verdict_is_kept_beside_the_servers(gate, wu):
    one(gate, scan(code(wu), device_outcome="PASS", device_reason="GREEN", admitted=True))
    stored = Scan.objects.get()
    assert (stored.device_outcome, stored.outcome) == ("PASS", "STOP")
    assert Alarm.objects.count() == 1


def test_the_scanned_text_is_not_kept(gate, li):
    shown = code(li)
    one(gate, scan(shown))
    kept = Scan.objects.values().get()
    assert shown[:40] not in str(kept)
    assert len(bytes(kept["digest"])) == 32


def test_the_days_scans_are_counted_without_names(gate, li, wu, qian):
    one(gate, scan(code(li, NOW - minutes(700)), NOW - minutes(700)))
    one(gate, scan(code(li)))
    one(gate, scan(code(wu), serial=1))
    one(gate, scan(code(qian), serial=2))
    one(gate, scan("x", serial=3))
    one(door.device(name="3号口"), scan("x", serial=4))
    assert count_today(device=gate, now=NOW + minutes(1)) == {
        "PASS": 1,
        "CHECK": 1,
        "STOP": 1,
        "GREY": 1,
    }
    assert set(count_today(device=gate, now=NOW)) == {outcome.value for outcome in Outcome}


def test_nobody_unknown_is_admitted_unless_grey(gate, li):
    one(gate, scan(code(li)))
    with (
        pytest.raises(IntegrityError, match="scan_admitted_is_known"),
        transaction.atomic(),
    ):
        Scan.objects.update(citizen_id=None)


def test_a_venue_never_changes_a_colour(gate, li):
    status = HealthStatus.objects.filter(citizen=li)
    before = status.values().get()
    for lap in range(5):
        one(gate, scan(code(li, NOW + minutes(5 * lap)), NOW + minutes(5 * lap)))
    assert status.values().get() == before
