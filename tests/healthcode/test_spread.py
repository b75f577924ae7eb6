"""Rules that came into force reach everybody in parts; an opened code does not wait for them."""

from datetime import timedelta

import pytest

from healthcode.colours import Colour, Reason
from healthcode.models import ColourChange, HealthStatus, Spread
from healthcode.services import current_status, issue_live, judge_text, recolour_due, spread_next
from healthcode.services import spread as spreading
from healthcode.tasks import sweep_due
from tests.healthcode import rules_at_work as work
from tests.healthcode.rules_at_work import CITY, DAY, HOUR, JINGAN, NOW, PUDONG, STRICT
from tests.tracing import door

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
CHUNK = 2


@pytest.fixture
def anna(monkeypatch, settings, tmp_path):
    """Anna has a fever, in Jing'an; her neighbours and two of Pudong are well. All decided."""
    monkeypatch.setattr(spreading, "CHUNK", CHUNK)
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    work.first_rules()
    anna = work.feverish(work.well(work.resident("E1")))
    for number in (2, 3):
        work.well(work.resident(f"E{number}"))
        work.well(work.resident(f"P{number}", PUDONG))
    work.spread_and_sweep(NOW)
    assert work.colour(anna) is Colour.YELLOW
    return anna


def due(now=NOW):
    return HealthStatus.objects.filter(due_at__lte=now).count()


def people_of(district):
    return HealthStatus.objects.filter(citizen__district=district)


def test_the_people_of_the_region_are_marked_due_part_after_part(anna):
    work.activated(STRICT)
    marked = []
    while looked_at := spread_next(now=NOW):
        marked.append((looked_at, due()))
    assert marked == [(2, 2), (2, 4), (1, 5)]
    assert Spread.objects.filter(done_at=NOW, begins_at=NOW).count() == 1
    assert spread_next(now=NOW + DAY) == 0


def test_nobody_is_marked_before_the_rules_begin(anna):
    proposal = work.proposed(work.tried(STRICT), activate_at=NOW + HOUR)
    work.approved(proposal)
    assert (spread_next(now=NOW + HOUR - SECOND), due(NOW + HOUR)) == (0, 0)
    assert spread_next(now=NOW + HOUR) == CHUNK


def test_a_district_stage_leaves_the_rest_of_the_city_alone(anna):
    stage = work.activated(STRICT, JINGAN)
    work.spread_and_sweep(NOW)
    assert set(people_of(JINGAN).values_list("rules", flat=True)) == {stage.ruleset.version}
    assert stage.ruleset.version not in people_of(PUDONG).values_list("rules", flat=True)
    assert work.colour(anna) is Colour.RED


def test_the_city_reaches_those_without_a_district_and_from_elsewhere(anna):
    away = [work.well(work.resident("E8", "")), work.well(work.resident("E9", "440106"))]
    work.sweep(NOW)
    new = work.activated(STRICT, CITY)
    work.spread_and_sweep(NOW)
    assert {work.status(who).rules for who in away} == {new.ruleset.version}


def test_who_was_decided_by_the_new_rules_already_is_not_due_again(anna):
    work.activated(STRICT)
    work.decided(anna)
    while spread_next(now=NOW):
        pass
    assert due() == 4
    assert work.status(anna).due_at > NOW


def test_a_district_that_had_the_rules_before_the_city_is_not_due_again(anna):
    work.activated(STRICT, JINGAN)
    work.spread_and_sweep(NOW)
    work.activated(STRICT, now=NOW + HOUR)
    while spread_next(now=NOW + HOUR):
        pass
    assert due(NOW + HOUR) == people_of(PUDONG).filter(due_at__lte=NOW + HOUR).count() == 2


def test_an_opened_code_is_decided_by_rules_that_have_not_reached_it(anna):
    new = work.activated(STRICT)
    code = issue_live(citizen_id=anna.pk, now=NOW)
    assert (code.colour, code.rules) == (Colour.RED, new.ruleset.version)
    assert Spread.objects.get(activation=new).last_citizen == 0
    assert work.colour(anna) is Colour.RED


def test_a_verdict_is_given_by_rules_that_have_not_reached_the_holder(anna):
    shown = issue_live(citizen_id=anna.pk, now=NOW).text
    work.activated(STRICT)
    verdict = judge_text(text=shown, now=NOW)
    assert (verdict.colour, verdict.reason) == (Colour.RED, Reason.RED)
    assert work.colour(anna) is Colour.RED


def test_a_code_opened_before_rules_begin_is_decided_by_the_present_ones(anna):
    before = work.status(anna).rules
    work.approved(work.proposed(work.tried(STRICT), activate_at=NOW + HOUR))
    late = NOW + HOUR
    assert current_status(citizen_id=anna.pk, now=late - SECOND).rules == before
    assert current_status(citizen_id=anna.pk, now=late).colour is Colour.RED


def test_a_code_opened_again_is_not_decided_again(anna, django_assert_num_queries):
    work.activated(STRICT)
    first = current_status(citizen_id=anna.pk, now=NOW)
    with django_assert_num_queries(1):
        assert current_status(citizen_id=anna.pk, now=NOW + SECOND) == first


def test_rules_that_are_only_planned_have_no_code_decided_again(anna, django_assert_num_queries):
    work.approved(work.proposed(work.tried(STRICT), activate_at=NOW + HOUR))
    with django_assert_num_queries(1):
        current_status(citizen_id=anna.pk, now=NOW + HOUR - SECOND)


def test_opening_a_code_asks_the_same_once_the_rules_have_spread(anna, django_assert_num_queries):
    work.activated(STRICT)
    work.spread_and_sweep(NOW)
    with django_assert_num_queries(1):
        assert current_status(citizen_id=anna.pk, now=NOW).colour is Colour.RED


def test_whoever_is_due_comes_before_a_city(anna):
    """A sweep with people due decides them, and spreads only when nobody waits."""
    work.activated(STRICT)
    work.exposed(work.resident("E7"))
    assert recolour_due(now=NOW) == 1
    assert Spread.objects.get(done_at=None).last_citizen == 0


def test_the_sweep_spreads_rules_to_everybody(anna):
    new = work.activated(STRICT)
    sweep_due()
    assert set(HealthStatus.objects.values_list("rules", flat=True)) == {new.ruleset.version}
    assert Spread.objects.get(activation=new).done_at is not None


def test_who_keeps_colour_and_reasons_gets_the_new_version_on_the_record(anna):
    new = work.activated(STRICT)
    work.spread_and_sweep(NOW)
    last = {change.citizen_id: change for change in ColourChange.objects.order_by("pk")}
    assert {change.rules for change in last.values()} == {new.ruleset.version}
    assert [change.previous != change.colour for change in last.values()].count(True) == 1
