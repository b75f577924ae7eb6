"""Tried rules are put in force by two different people, or three; nobody does it alone."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent
from healthcode.colours import Colour
from healthcode.errors import DryRunInvalid, ProposalInvalid, TooManyWorse
from healthcode.models import Activation, Beyond, DryRun, Proposal, Spread
from healthcode.services import active_rules, drop_proposal, request_dry_run
from tests.healthcode import rules_at_work as work
from tests.healthcode.rules_at_work import CITY, DAY, HOUR, JINGAN, NOW, PUDONG, STRICT

SECOND = timedelta(seconds=1)


def two_people():
    """Anna has a fever and would turn worse; Zhang San is well. Half of the people."""
    work.first_rules()
    anna = work.feverish(work.well(work.resident("E10000001")))
    work.well(work.resident("E10000002", PUDONG))
    return anna


@pytest.fixture
def anna(db):
    return two_people()


def refused(problem, run, now=NOW, **how):
    with pytest.raises(ProposalInvalid) as said:
        work.proposed(run, now, **how)
    assert said.value.details == {"problem": problem}
    assert not Proposal.objects.exists()


def version(now=NOW, region=CITY):
    return active_rules(region=region, now=now).version


def test_two_people_put_tried_rules_in_force(anna):
    proposal = work.proposed(work.tried(STRICT))
    assert (proposal.state, proposal.worse_share, proposal.activation) == ("open", 0.5, None)
    assert version() != proposal.dry_run.ruleset.version
    proposal = work.approved(proposal, now=NOW + HOUR)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.approved_by.username) == ("active", "zhao")
    assert (proposal.activation.by, proposal.activation.at) == ("user:wang user:zhao", NOW + HOUR)
    assert version(NOW + HOUR) == proposal.dry_run.ruleset.version
    assert work.decided(anna, NOW + HOUR) is Colour.RED


def test_whoever_proposes_does_not_approve(anna):
    proposal = work.proposed(work.tried(STRICT))
    with pytest.raises(NotPermitted):
        work.approved(proposal, "wang")
    assert Activation.objects.count() == 1


def test_each_step_needs_its_own_leave(anna):
    run = work.tried(STRICT)
    sun, zhou = work.officer("sun", "approve_rules"), work.officer("zhou", "propose_rules")
    with pytest.raises(NotPermitted):
        request_dry_run(ruleset=run.ruleset, by=sun, now=NOW)
    with pytest.raises(NotPermitted):
        work.propose_activation(dry_run_id=run.pk, by=sun, now=NOW)
    proposal = work.propose_activation(dry_run_id=run.pk, by=zhou, now=NOW)
    with pytest.raises(NotPermitted):
        work.approved(work.proposed(run), "zhou")
    assert work.approved(proposal, "sun").state == "active"


def test_an_unfinished_dry_run_is_nothing_to_propose(anna):
    refused("unfinished", work.requested(STRICT))


def test_a_report_speaks_for_a_day(anna):
    run = work.tried(STRICT)
    refused("too_old", run, NOW + DAY + SECOND)
    assert work.proposed(run, NOW + DAY).state == "open"


def test_a_report_too_old_at_the_approval_puts_nothing_in_force(anna):
    proposal = work.proposed(work.tried(STRICT))
    with pytest.raises(ProposalInvalid):
        work.approved(proposal, now=NOW + DAY + SECOND)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.approved_by) == ("open", None)


def test_a_report_speaks_only_of_the_rules_it_was_compared_with(anna):
    late = work.tried(work.rules("none, place: home_monitoring"))
    waiting = work.proposed(late)
    work.activated(STRICT)
    with pytest.raises(ProposalInvalid) as said:
        work.approved(waiting)
    assert said.value.details == {"problem": "other_rules"}
    with pytest.raises(ProposalInvalid):
        work.proposed(late)


def test_a_report_of_a_district_proposes_for_that_district(anna):
    assert work.proposed(work.tried(STRICT, region=JINGAN)).region == JINGAN


@pytest.mark.parametrize("region", [CITY, PUDONG])
def test_a_report_of_a_district_speaks_for_no_more_than_it(anna, region):
    refused("other_region", work.tried(STRICT, region=JINGAN), region=region)


def test_a_report_of_the_city_speaks_for_a_district(anna):
    proposal = work.approved(work.proposed(work.tried(STRICT), region=JINGAN))
    assert proposal.activation.region == JINGAN
    assert version(region=JINGAN) == proposal.dry_run.ruleset.version != version(region=PUDONG)


def test_too_many_worse_is_refused(anna):
    run = work.tried(STRICT)
    with pytest.raises(TooManyWorse) as said:
        work.proposed(run, max_worse_share=0.49)
    assert said.value.details == {"worse_share": 0.5, "max_worse_share": 0.49}
    assert not Proposal.objects.exists()


def test_as_many_worse_as_allowed_need_no_third_person(anna):
    proposal = work.proposed(work.tried(STRICT), max_worse_share=0.5, beyond=Beyond.THIRD)
    assert work.approved(proposal).state == "active"


def test_nobody_worse_may_be_asked_for(anna):
    with pytest.raises(TooManyWorse):
        work.proposed(work.tried(STRICT), max_worse_share=0.0)


def test_too_many_worse_may_need_a_third_person(anna):
    proposal = work.proposed(work.tried(STRICT), max_worse_share=0.1, beyond=Beyond.THIRD)
    assert work.approved(proposal).state == "open"
    assert Activation.objects.count() == 1
    for name in ("wang", "zhao"):
        with pytest.raises(NotPermitted):
            work.approved(proposal, name)
    proposal = work.approved(proposal, "qian")
    assert (proposal.state, proposal.third_by.username) == ("active", "qian")
    assert proposal.activation.by == "user:wang user:zhao user:qian"


def test_a_proposal_is_approved_once(anna):
    proposal = work.approved(work.proposed(work.tried(STRICT)))
    with pytest.raises(AlreadyDecided):
        work.approved(proposal, "qian")
    with pytest.raises(AlreadyDecided):
        drop_proposal(proposal_id=proposal.pk, by=work.officer("wang"), now=NOW)
    assert Activation.objects.count() == 2


def test_a_dropped_proposal_is_not_approved(anna):
    proposal = work.proposed(work.tried(STRICT))
    with pytest.raises(NotPermitted):
        drop_proposal(proposal_id=proposal.pk, by=work.officer("li", "clear_brake"), now=NOW)
    drop_proposal(proposal_id=proposal.pk, by=work.officer("wang"), now=NOW)
    with pytest.raises(AlreadyDecided):
        work.approved(proposal)
    assert AuditEvent.objects.filter(action="rules.dropped", actor="user:wang").exists()


def test_a_planned_activation_begins_at_its_second(anna):
    planned = NOW + 2 * HOUR
    proposal = work.proposed(work.tried(STRICT), activate_at=planned + timedelta(milliseconds=700))
    work.approved(proposal, now=NOW + HOUR)
    assert work.decided(anna, planned - SECOND) is Colour.YELLOW
    assert work.decided(anna, planned) is Colour.RED


def test_an_activation_planned_before_its_approval_begins_with_it(anna):
    proposal = work.proposed(work.tried(STRICT), activate_at=NOW + HOUR)
    assert work.approved(proposal, now=NOW + 3 * HOUR).activation.at == NOW + 3 * HOUR


def test_an_approval_without_its_record_puts_nothing_in_force(anna, monkeypatch):
    proposal = work.proposed(work.tried(STRICT))

    def fail(**what):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        work.approved(proposal)
    proposal.refresh_from_db()
    assert proposal.state == "open"
    assert (Activation.objects.count(), Spread.objects.count()) == (1, 1)


def test_two_who_approve_at_once_put_rules_in_force_once(committed):
    two_people()
    proposal = work.proposed(work.tried(STRICT))
    officers, together, said = ["zhao", "qian"], Barrier(2), []
    for name in officers:
        work.officer(name)

    def approve(name):
        together.wait()
        try:
            said.append(work.approved(proposal, name).state)
        except AlreadyDecided:
            said.append("late")
        finally:
            connection.close()

    threads = [Thread(target=approve, args=[name]) for name in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["active", "late"]
    assert Activation.objects.count() == 2


def written(**fields):
    """Write a proposal past the services."""
    run = work.requested(STRICT)
    fields = {"dry_run": run, "worse_share": 0, "proposed_by": work.officer("wang")} | fields
    with transaction.atomic():
        return Proposal.objects.create(proposed_at=NOW, **fields)


def in_force():
    return {"activation": Activation.objects.get(), "state": "active"}


def test_the_database_knows_that_two_people_are_needed(anna):
    with pytest.raises(IntegrityError, match="proposal_needs_two_people"):
        written(approved_by=work.officer("wang"))
    assert written(approved_by=work.officer("zhao"), **in_force()).pk


def test_the_database_knows_that_the_third_person_is_another(anna):
    zhao = work.officer("zhao")
    for third in ("wang", "zhao"):
        with pytest.raises(IntegrityError, match="proposal_needs_a_third_person"):
            written(approved_by=zhao, third_by=work.officer(third))
    assert written(approved_by=zhao, third_by=work.officer("qian")).pk


def test_the_database_puts_nothing_in_force_without_all_approvals(anna):
    zhao = work.officer("zhao")
    for lacking in [
        in_force(),
        {"state": "active", "approved_by": zhao},
        in_force() | {"approved_by": zhao, "needs_third": True},
    ]:
        with pytest.raises(IntegrityError, match="proposal_active_when_approved"):
            written(**lacking)


def test_the_database_keeps_a_report_and_its_end_together(anna):
    run = work.requested(STRICT)
    for half in ({"report": {}}, {"finished_at": NOW}):
        with pytest.raises(IntegrityError, match="dry_run_ends"), transaction.atomic():
            DryRun.objects.filter(pk=run.pk).update(**half)


def test_a_sample_of_a_few_says_nothing(anna):
    with pytest.raises(DryRunInvalid):
        work.requested(STRICT, sample=99)
    assert work.requested(STRICT, sample=100).sample == 100
