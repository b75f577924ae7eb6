"""Printed codes: without a colour, one a person, ended by the next and by a phone."""

import time
from datetime import timedelta
from io import StringIO

import pytest
import zxingcpp
from django.core.management import call_command

from accounts.errors import NotPermitted, UnknownCitizen
from accounts.models import AuditEvent, User
from healthcode import keys, passes
from healthcode.colours import Outcome, Reason
from healthcode.models import PaperPass
from healthcode.passes import Gate, Kind
from healthcode.passes.text import read_text
from healthcode.services import issue_paper, issue_specimen, judge_text
from tests.healthcode.pockets import Pocket
from tests.reader import raster
from tests.tracing import door
from tests.tracing.door import NOW, minutes

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _stage(tmp_path, settings):
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    door.rules_in_force()


@pytest.fixture
def chen():
    """Green, eighty-one years old, without a phone."""
    return door.after_test(door.person("E40000001"), "negative", NOW - DAY)


def printed(who, now=NOW) -> str:
    return issue_paper(citizen_id=who.pk, by=door.officer(), now=now)[0]


def test_a_printed_code_says_a_masked_name_and_no_colour(chen):
    text, until = issue_paper(citizen_id=chen.pk, by=door.officer(), now=NOW)
    claims = passes.claims_of(read_text(text))

    assert (claims.kind, claims.colour, claims.hour, claims.slot) == (Kind.PAPER, None, None, None)
    assert until == NOW + 90 * DAY


def test_online_and_green_it_is_for_staff_to_compare_the_id(chen):
    verdict = judge_text(text=printed(chen), now=NOW)

    assert (verdict.outcome, verdict.reason) == (Outcome.CHECK, Reason.GREEN)
    assert verdict.citizen_id == chen.pk


def test_online_and_red_it_stops(chen):
    text = printed(chen)
    door.after_test(chen, "positive", NOW + minutes(1), now=NOW + minutes(1))

    assert judge_text(text=text, now=NOW + minutes(2)).reason is Reason.RED


def test_a_gate_without_network_cannot_decide(chen):
    text, now = printed(chen), int(NOW.timestamp())
    found = passes.judge(text, keys=keys.public_list(), gate=Gate(), now=now)

    assert (found.outcome, found.reason) == (Outcome.GREY, Reason.ASK_SERVER)


def test_printing_another_ends_the_first_at_once(chen):
    first, second = printed(chen), printed(chen, NOW + minutes(1))

    assert judge_text(text=first, now=NOW + minutes(1)).reason is Reason.WITHDRAWN
    assert judge_text(text=second, now=NOW + minutes(1)).outcome is Outcome.CHECK
    assert PaperPass.objects.filter(citizen=chen, ended_at__isnull=True).count() == 1


def test_binding_a_phone_ends_it(chen):
    text = printed(chen)
    Pocket(chen).bind(NOW + minutes(1))

    assert judge_text(text=text, now=NOW + minutes(1)).reason is Reason.WITHDRAWN


def test_a_phone_that_is_the_citizen_s_already_ends_nothing(chen):
    pocket = Pocket(chen)
    pocket.bind(NOW)
    text = printed(chen, NOW + minutes(1))
    pocket.bind(NOW + minutes(2))

    assert judge_text(text=text, now=NOW + minutes(2)).outcome is Outcome.CHECK


def test_only_an_officer_of_the_desk_prints_and_it_is_written_down(chen):
    stranger = User.objects.create(username="zhao")
    with pytest.raises(NotPermitted):
        issue_paper(citizen_id=chen.pk, by=stranger, now=NOW)
    with pytest.raises(UnknownCitizen):
        issue_paper(citizen_id=0, by=door.officer(), now=NOW)
    printed(chen)

    event = AuditEvent.objects.get(action="paper.issued")
    assert (event.actor, event.target) == ("user:wang", f"citizen:{chen.ref}")


def test_a_specimen_verifies_and_is_grey_everywhere():
    verdict = judge_text(text=issue_specimen(now=NOW), now=NOW + DAY)

    assert (verdict.outcome, verdict.reason) == (Outcome.GREY, Reason.SPECIMEN)
    assert verdict.citizen_id is None


def test_the_command_draws_a_specimen_that_a_camera_reads(tmp_path, settings):
    directory = settings.HEALTHCODE_KEYS_DIR = tmp_path / "keys of today"
    root = keys.new_root(tmp_path / "root of today.pem")
    keys.rotate(directory, iss="SH", root=root, now=int(time.time()))
    out, file = StringIO(), tmp_path / "demo.svg"
    call_command("specimen", svg=file, stdout=out)

    [found] = zxingcpp.read_barcodes(raster(file.read_text()))
    assert found.text == out.getvalue().strip()
