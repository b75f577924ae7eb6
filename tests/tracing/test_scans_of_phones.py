"""Phones and printed codes at the door: judged as at the scan, one visit, the ID compared."""

from datetime import timedelta

import pytest

from healthcode.colours import Colour, Outcome, Reason
from healthcode.models import HealthStatus
from healthcode.services import issue_paper
from tests.healthcode.pockets import pocket_with_a_pass
from tests.tracing import door
from tests.tracing.door import NOW, minutes, scan
from tracing.errors import ScanConflict
from tracing.models import Alarm, Direction, Scan, Visit
from tracing.services import admit, record_scans

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
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
    """Green, with a phone that fetched its pass in the morning."""
    who = door.after_test(door.person("E10000001"), "negative", NOW - DAY)
    return pocket_with_a_pass(who, NOW - 2 * timedelta(hours=1))


def paper(who) -> str:
    return issue_paper(citizen_id=who.pk, by=door.officer(), now=NOW - DAY)[0]


def one(gate, scanned, *, after=timedelta(0)):
    at = NOW + timedelta(milliseconds=(scanned.scan_id.int >> 80) - NOW.timestamp() * 1000)
    [result] = record_scans(device=gate, scans=[scanned], now=at + after)
    return result


def test_a_phone_is_admitted_and_has_a_visit(gate, li):
    result = one(gate, scan(li.show(NOW)))

    assert (result.outcome, result.reason, result.admitted) == ("PASS", "GREEN", True)
    assert Visit.objects.get().citizen_id == li.citizen.pk


@pytest.mark.parametrize("late", [timedelta(hours=1), timedelta(hours=71)])
def test_a_presentation_that_comes_late_is_judged_as_at_the_scan(gate, li, late):
    scanned = scan(li.show(NOW), admitted=True, device_outcome="PASS", device_reason="GREEN")
    result = one(gate, scanned, after=late)

    assert (result.outcome, result.reason) == ("PASS", "GREEN")
    stored = Scan.objects.get()
    assert (stored.device_outcome, stored.device_reason) == ("PASS", "GREEN")
    assert Visit.objects.get().entered_at == NOW


@pytest.mark.parametrize(
    ("shown", "reason"),
    [(-60, Reason.GREEN), (-61, Reason.CLOCK), (30, Reason.GREEN), (31, Reason.CLOCK)],
)
def test_a_scan_lies_within_a_minute_of_its_presentation(gate, li, shown, reason):
    """Else a text that was kept could be uploaded under any instant of the pass's life."""
    scanned = scan(li.show(NOW + shown * SECOND), admitted=True)
    result = one(gate, scanned, after=timedelta(hours=2))

    assert result.reason == reason
    assert Visit.objects.exists() == (reason is Reason.GREEN)


def test_the_same_presentation_under_two_ids_makes_one_visit(gate, li):
    text = li.show(NOW)
    one(gate, scan(text, admitted=True), after=timedelta(hours=1))
    one(gate, scan(text, NOW + 20 * SECOND, admitted=True), after=timedelta(hours=1))

    assert Scan.objects.count() == 2
    assert Visit.objects.count() == 1


def test_the_same_pass_in_two_presentations_is_the_same_pass_again(gate, li):
    """By the pass's id, whatever its bytes."""
    one(gate, scan(li.show(NOW)))
    again = one(gate, scan(li.show(NOW + 90 * SECOND), NOW + 90 * SECOND))

    assert (again.outcome, again.reason, again.shown_before) == ("CHECK", "REPEATED", 90)


def test_whoever_went_out_may_come_in_again_at_once(gate, li):
    out = door.device(name="出口", direction="exit")
    one(gate, scan(li.show(NOW)))
    leaving = scan(li.show(NOW + 60 * SECOND), NOW + 60 * SECOND, direction=Direction.EXIT)
    one(out, leaving)
    again = one(gate, scan(li.show(NOW + 100 * SECOND), NOW + 100 * SECOND))

    assert again.reason == "GREEN"


def test_a_pass_withdrawn_since_is_grey_now_and_was_good_then(gate, li):
    then = scan(li.show(NOW), admitted=True)
    door.after_test(li.citizen, "positive", NOW + minutes(5), now=NOW + minutes(6))
    now = one(gate, scan(li.show(NOW + minutes(7)), NOW + minutes(7)))

    assert (now.outcome, now.reason) == ("GREY", "WITHDRAWN")
    assert one(gate, then, after=timedelta(hours=1)).reason == "GREEN"


def test_a_printed_code_passes_only_after_the_id_was_compared(gate, li):
    result = one(gate, scan(paper(li.citizen)))
    assert (result.outcome, result.reason, result.admitted) == ("CHECK", "GREEN", None)
    assert not Visit.objects.exists()

    stored = admit(
        device=gate, scan_id=result.scan_id, admitted=True, compared=True, now=NOW + SECOND
    )

    assert (stored.outcome, stored.admitted, stored.compared) == (Outcome.PASS, True, True)
    assert Visit.objects.count() == 1


def test_a_printed_code_is_admitted_uncompared_as_what_it_is(gate, li):
    result = one(gate, scan(paper(li.citizen)))
    stored = admit(device=gate, scan_id=result.scan_id, admitted=True, now=NOW + SECOND)

    assert (stored.outcome, stored.compared) == (Outcome.CHECK, False)


def test_a_printed_code_never_passes_where_no_staff_is(li):
    turnstile = door.device(attended=False)
    result = one(turnstile, scan(paper(li.citizen)))

    assert (result.outcome, result.admitted) == ("CHECK", False)
    assert not Visit.objects.exists()


def test_comparing_makes_no_yellow_code_pass(gate):
    who = door.after_test(door.person("E10000009"), "negative", NOW - 20 * DAY)
    result = one(gate, scan(paper(who)))
    stored = admit(
        device=gate, scan_id=result.scan_id, admitted=True, compared=True, now=NOW + SECOND
    )

    assert (stored.outcome, stored.reason, stored.compared) == ("CHECK", "YELLOW", True)


def test_staff_who_acted_before_the_server_said_stop_are_heard_and_an_alarm_is_raised(gate, li):
    """A tick was shown, the person went in, and then the server knew better."""
    door.after_test(li.citizen, "positive", NOW - minutes(1), now=NOW - minutes(1))
    text = door.code(li.citizen)
    told = {"device_outcome": "PASS", "device_reason": "GREEN"}
    assert one(gate, scan(text, **told)).admitted is False

    again = one(gate, scan(text, admitted=True, **told), after=2 * SECOND)

    assert (again.status, again.admitted) == ("repeated", True)
    assert Visit.objects.get().citizen_id == li.citizen.pk
    assert Alarm.objects.get().kind == "admitted_despite_stop"


def test_a_person_who_went_in_is_not_unsaid(gate, li):
    text, told = li.show(NOW), {"device_outcome": "PASS", "device_reason": "GREEN"}
    one(gate, scan(text, **told))

    with pytest.raises(ScanConflict):
        raise one(gate, scan(text, admitted=False, **told), after=2 * SECOND).error
    assert Visit.objects.count() == 1


def test_five_codes_of_one_person_let_in_one(gate, li):
    """Each page that is opened has a pass of its own; the person is the same."""
    texts = [door.code(li.citizen, NOW + 5 * serial * SECOND) for serial in range(5)]
    results = [
        one(gate, scan(text, NOW + 5 * serial * SECOND)) for serial, text in enumerate(texts)
    ]

    assert [result.reason for result in results] == ["GREEN", *["REPEATED"] * 4]


def test_a_scan_that_is_sent_again_decides_nobody_in_the_past(gate, li):
    """A person turned red since, and is due: whoever is due is decided as of now, never then."""
    text = door.code(li.citizen)
    one(gate, scan(text))
    door.after_test(li.citizen, "positive", NOW + minutes(5), now=NOW + minutes(6))
    HealthStatus.objects.filter(pk=li.citizen.pk).update(due_at=NOW)
    again = one(gate, scan(text), after=minutes(20))

    assert (again.status, again.reason) == ("repeated", "GREEN")
    assert HealthStatus.objects.get(pk=li.citizen.pk).colour == Colour.RED


def test_not_letting_somebody_in_makes_no_paper_pass(gate, li):
    result = one(gate, scan(paper(li.citizen)))
    stored = admit(
        device=gate, scan_id=result.scan_id, admitted=False, compared=True, now=NOW + SECOND
    )

    assert (stored.outcome, stored.admitted, stored.compared) == ("CHECK", False, False)
