"""Rules come into force in a region, from a second on, and go back in one step."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.errors import NotPermitted
from accounts.models import AuditEvent
from healthcode.colours import Colour
from healthcode.errors import NoActiveRules, NothingToRollBack, RulesAlreadyActive
from healthcode.models import Activation, RuleSet, Spread
from healthcode.rules import RuleSetInvalid
from healthcode.services import (
    activate_first_ruleset,
    active_rules,
    contact_rules,
    load_rulesets,
    roll_back_rules,
    store_ruleset,
)
from tests.healthcode import rules_at_work as work
from tests.healthcode.rules_at_work import CITY, DAY, HOUR, JINGAN, MILD, NOW, PUDONG, STRICT

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def anna():
    """She has a fever, in Jing'an, under mild rules."""
    work.first_rules()
    return work.feverish(work.well(work.resident("E10000001")))


def version_in(region, now=NOW):
    return active_rules(region=region, now=now).version


def roll_back(activation, now=NOW, name="zhao"):
    return roll_back_rules(activation_id=activation.pk, by=work.officer(name), now=now)


def test_before_any_activation_no_rules_decide():
    work.stored(MILD)
    with pytest.raises(NoActiveRules):
        active_rules(region=JINGAN, now=NOW)


def test_the_first_rules_of_a_city_need_no_proposal():
    activation = work.first_rules(at=NOW)
    assert version_in(JINGAN) == activation.ruleset.version
    with pytest.raises(NoActiveRules):
        active_rules(region=JINGAN, now=NOW - SECOND)


def test_the_second_rules_of_a_city_need_one_whatever_their_scope():
    work.first_rules()
    for scope, name in [(CITY, "trial"), (JINGAN, "jingan"), ("", "country")]:
        work.stored(work.rules("red", scope=scope, id=name))
        with pytest.raises(RulesAlreadyActive):
            activate_first_ruleset(ruleset_id=name, at=NOW, by="system:test")
    assert Activation.objects.count() == 1


def test_rules_that_were_rolled_back_leave_no_room_for_first_ones(anna):
    roll_back(work.activated(STRICT))
    with pytest.raises(RulesAlreadyActive):
        activate_first_ruleset(ruleset_id="trial", at=NOW, by="system:test")


def test_first_rules_elsewhere_are_first_rules():
    work.first_rules()
    elsewhere = work.first_rules(work.rules("red", scope="440000", id="south"))
    assert version_in("440106") == elsewhere.ruleset.version
    assert version_in(JINGAN) != elsewhere.ruleset.version


def test_an_unknown_set_cannot_be_activated():
    with pytest.raises(NoActiveRules):
        activate_first_ruleset(ruleset_id="nothing", at=NOW, by="system:test")


def test_who_has_no_region_or_one_without_rules_belongs_to_the_city():
    work.first_rules()
    assert version_in("") == version_in("440106") == version_in(JINGAN)


def test_rules_without_a_part_for_contacts_grade_none():
    work.first_rules()
    with pytest.raises(NoActiveRules):
        contact_rules(region=JINGAN, now=NOW)


def test_a_district_goes_first_and_the_city_follows(anna):
    before = version_in(CITY)
    stage = work.activated(STRICT, JINGAN)
    assert version_in(JINGAN) == stage.ruleset.version
    assert version_in(PUDONG) == version_in(CITY) == version_in("") == before
    work.well(work.resident("E2", PUDONG))
    work.activated(STRICT, now=NOW + HOUR)
    assert version_in(PUDONG, NOW + HOUR) == version_in(CITY, NOW + HOUR) == stage.ruleset.version


def test_a_later_activation_of_the_city_supersedes_a_district_stage(anna):
    work.well(work.resident("E2", PUDONG))
    work.activated(STRICT, JINGAN)
    later = work.activated(work.rules("none, place: home_monitoring"), now=NOW + HOUR)
    assert version_in(JINGAN, NOW + HOUR) == later.ruleset.version
    assert work.decided(anna, NOW + HOUR) is Colour.GREEN


def test_rules_of_a_narrower_scope_stay_when_the_city_gets_later_ones(anna):
    work.well(work.resident("E2", PUDONG))
    narrow = work.activated(work.rules("red", scope=JINGAN, id="jingan"))
    assert work.decided(anna) is Colour.RED
    work.activated(STRICT, now=NOW + HOUR)
    assert version_in(JINGAN, NOW + HOUR) == narrow.ruleset.version
    assert version_in(PUDONG, NOW + HOUR).startswith("trial@")


def test_a_set_that_holds_later_decides_from_then_on_and_spreads_then(anna):
    begins = NOW + 2 * HOUR
    later = work.rules("red", valid_from=begins.isoformat())
    activation = work.activated(later)
    assert version_in(JINGAN, begins - SECOND) != activation.ruleset.version
    assert version_in(JINGAN, begins) == activation.ruleset.version
    assert Spread.objects.get(activation=activation).begins_at == begins


def test_who_is_decided_by_rules_that_end_is_due_when_they_do():
    ends = NOW + HOUR
    work.first_rules(work.rules("yellow", scope="", id="country"))
    zhang = work.well(work.resident("E2"))
    work.activated(work.rules("red", valid_to=ends.isoformat()))
    assert work.decided(zhang) is Colour.GREEN
    assert work.status(zhang).due_at == ends
    work.sweep(ends - SECOND)
    assert work.status(zhang).rules.startswith("trial@")
    work.sweep(ends)
    assert work.status(zhang).rules.startswith("country@")


def test_one_person_leads_back_to_the_rules_before(anna):
    before = version_in(JINGAN)
    activation = work.activated(STRICT)
    back = roll_back(activation, NOW + HOUR)
    assert (back.undoes, back.by) == (activation, "user:zhao")
    assert version_in(JINGAN, NOW + HOUR - SECOND) == activation.ruleset.version
    assert version_in(JINGAN, NOW + HOUR) == before


def test_everybody_is_decided_anew_after_a_rollback(anna):
    activation = work.activated(STRICT)
    work.spread_and_sweep(NOW)
    assert work.colour(anna) is Colour.RED
    roll_back(activation, NOW + HOUR)
    work.spread_and_sweep(NOW + HOUR)
    assert work.colour(anna) is Colour.YELLOW


def test_what_was_rolled_back_does_not_return_when_the_rules_before_it_end():
    ends = NOW + DAY
    work.first_rules(work.rules("yellow", scope="", id="country"))
    work.well(work.resident("E2"))
    work.activated(work.rules("yellow", valid_to=ends.isoformat()), now=NOW - HOUR)
    roll_back(work.activated(STRICT), NOW + HOUR)
    assert version_in(JINGAN, ends - SECOND).startswith("trial@")
    assert version_in(JINGAN, ends).startswith("country@")


def test_a_district_stage_is_rolled_back_in_the_district_alone(anna):
    before = version_in(CITY)
    back = roll_back(work.activated(STRICT, JINGAN), NOW + HOUR)
    assert back.region == JINGAN
    assert version_in(JINGAN, NOW + HOUR) == version_in(PUDONG, NOW + HOUR) == before


def test_nobody_rolls_back_without_leave(anna):
    activation = work.activated(STRICT)
    for name, may in [("sun", "approve_rules"), ("zhou", "propose_rules")]:
        work.officer(name, may)
        with pytest.raises(NotPermitted):
            roll_back(activation, name=name)


def test_the_first_rules_cannot_be_rolled_back():
    with pytest.raises(NothingToRollBack):
        roll_back(work.first_rules())


def test_a_rollback_is_not_rolled_back_nor_is_anything_twice(anna):
    activation = work.activated(STRICT)
    back = roll_back(activation, NOW + HOUR)
    for gone in (back, activation):
        with pytest.raises(NothingToRollBack):
            roll_back(gone, NOW + HOUR)


def test_what_another_activation_overtook_is_not_rolled_back(anna):
    work.well(work.resident("E2", PUDONG))
    stage = work.activated(STRICT, JINGAN)
    work.activated(STRICT, now=NOW + HOUR)
    with pytest.raises(NothingToRollBack):
        roll_back(stage, NOW + HOUR)


def test_an_unknown_activation_is_not_rolled_back(anna):
    with pytest.raises(NothingToRollBack):
        roll_back_rules(activation_id=0, by=work.officer("zhao"), now=NOW)


def test_an_activation_is_undone_once_and_never_changed(anna):
    activation = work.activated(STRICT)
    back = roll_back(activation, NOW + HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.create(ruleset=back.ruleset, at=NOW, by="x", undoes=activation)
    for deed in (lambda rows: rows.update(region=PUDONG), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed(Activation.objects.filter(pk=back.pk))


def test_every_step_is_on_the_record(anna):
    roll_back(work.activated(STRICT), NOW + HOUR)
    told = AuditEvent.objects.filter(action__startswith="rules.").order_by("pk")
    actions = [(event.action, event.actor) for event in told]
    assert actions[-5:] == [
        ("rules.tried", "user:wang"),
        ("rules.proposed", "user:wang"),
        ("rules.approved", "user:zhao"),
        ("rules.activated", "user:zhao"),
        ("rules.rolled_back", "user:zhao"),
    ]
    assert told.get(action="rules.activated", actor="user:zhao").details["people"] == (
        "user:wang user:zhao"
    )


def test_a_text_that_holds_beside_another_of_its_scope_is_refused_and_not_stored(anna):
    before = version_in(JINGAN)
    rival = work.rules("red", id="rival", valid_from="2022-09-10T00:00:00+08:00")
    with pytest.raises(RuleSetInvalid) as refused:
        store_ruleset(text=rival, file="rival.yaml", now=NOW, by="system:test")
    [problem] = refused.value.details["problems"]
    line = 1 + next(i for i, row in enumerate(rival.splitlines()) if row.startswith("valid_from"))
    assert (problem["file"], problem["line"]) == ("rival.yaml", line)
    assert "trial" in problem["problem"]
    assert not RuleSet.objects.filter(ruleset_id="rival").exists()
    assert version_in(JINGAN) == before


def test_a_text_that_holds_elsewhere_or_afterwards_is_stored():
    work.stored(work.rules("red", valid_to="2022-10-01T00:00:00+08:00"))
    work.stored(work.rules("red", id="next", valid_from="2022-10-01T00:00:00+08:00"))
    work.stored(work.rules("red", id="jingan", scope=JINGAN))
    assert RuleSet.objects.count() == 3


def test_a_mended_text_stands_beside_its_older_one_and_the_same_one_is_stored_once():
    first = work.stored(MILD)
    assert work.stored(f"# a comment\n{MILD}", NOW + DAY) == first
    assert work.stored(STRICT, NOW + DAY) != first
    assert RuleSet.objects.count() == 2


def test_the_files_of_the_service_are_stored_all_or_none():
    work.stored(work.rules("red", id="rival", valid_from="2022-09-20T00:00:00+08:00"))
    with pytest.raises(RuleSetInvalid) as refused:
        load_rulesets(now=NOW, by="system:test")
    [problem] = refused.value.details["problems"]
    assert problem["file"] == "sh-2022-09-18.yaml"
    assert problem["line"] > 1
    assert [row.ruleset_id for row in RuleSet.objects.all()] == ["rival"]
