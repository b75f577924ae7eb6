"""Putting tried rules in force: one person proposes, another approves, sometimes a third."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User, region_prefix
from healthcode.errors import ProposalInvalid, TooManyWorse
from healthcode.models import Beyond, DryRun, Proposal, ProposalState
from healthcode.services.activation import put_in_force
from healthcode.services.dry_runs import DISTRICT
from healthcode.services.in_force import rules_at

#: A population changes in a day more than a report can speak for.
REPORT_LIVES = timedelta(hours=24)
#: A planned activation lies this far after its dry run at most.
FURTHEST_AHEAD = timedelta(days=7)


def propose_activation(
    *,
    dry_run_id: int,
    region: str = "",
    activate_at: datetime | None = None,
    max_worse_share: float | None = None,
    beyond: Beyond = Beyond.REFUSE,
    by: User,
    now: datetime,
) -> Proposal:
    """Propose to put the rules of a finished dry run in force in its region or a part of it.

    `region` empty: where they were tried.

    `activate_at` None: at the approval. `max_worse_share`: of the people tried, the share that
    may turn worse; beyond it the proposal is refused (TooManyWorse) or asks for a third person.
    Raises NotPermitted, or ProposalInvalid when the report does not speak for the proposal.
    """
    if not by.has_perm("healthcode.propose_rules"):
        raise NotPermitted
    dry_run = DryRun.objects.select_related("ruleset").get(pk=dry_run_id)
    region = region or dry_run.region
    worse_share = _share_for(dry_run, region, now)
    _may_be(activate_at, max_worse_share, dry_run)
    too_many = max_worse_share is not None and worse_share > max_worse_share
    if too_many and beyond != Beyond.THIRD:
        raise TooManyWorse(worse_share=worse_share, max_worse_share=max_worse_share)
    with transaction.atomic():
        proposal = Proposal.objects.create(
            dry_run=dry_run,
            region=region,
            activate_at=activate_at,
            worse_share=worse_share,
            max_worse_share=max_worse_share,
            needs_third=too_many,
            proposed_by=by,
            proposed_at=now,
        )
        _audit("rules.proposed", proposal, by, now)
    return proposal


def approve_activation(*, proposal_id: int, by: User, now: datetime) -> Proposal:
    """Approve a proposal of somebody else; with the last approval needed the rules are active.

    Raises NotPermitted for whoever proposed or approved it before, AlreadyDecided, or
    ProposalInvalid when its report has grown too old.
    """
    with transaction.atomic():
        proposal = _locked(proposal_id)
        _may_approve(proposal, by)
        _share_for(proposal.dry_run, proposal.region, now)
        if proposal.approved_by_id is None:
            proposal.approved_by, proposal.approved_at = by, now
        else:
            proposal.third_by, proposal.third_at = by, now
        _audit("rules.approved", proposal, by, now)
        if proposal.third_by_id or not proposal.needs_third:
            _activate(proposal, now)
        proposal.save()
    return proposal


def drop_proposal(*, proposal_id: int, by: User, now: datetime) -> None:
    """Give a proposal up; nothing changes. Raises NotPermitted or AlreadyDecided."""
    if not (by.has_perm("healthcode.propose_rules") or by.has_perm("healthcode.approve_rules")):
        raise NotPermitted
    with transaction.atomic():
        proposal = _locked(proposal_id)
        proposal.state = ProposalState.DROPPED
        proposal.save(update_fields=["state"])
        _audit("rules.dropped", proposal, by, now)


def _locked(proposal_id: int) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",))
    proposal = rows.select_related("dry_run__ruleset").get(pk=proposal_id)
    if proposal.state != ProposalState.OPEN:
        raise AlreadyDecided
    return proposal


def _may_approve(proposal: Proposal, by: User) -> None:
    if not by.has_perm("healthcode.approve_rules"):
        raise NotPermitted
    if by.pk in (proposal.proposed_by_id, proposal.approved_by_id):
        raise NotPermitted


def _share_for(dry_run: DryRun, region: str, now: datetime) -> float:
    """The share that turns worse in a region, by a report that speaks for it now.

    Raises ProposalInvalid: unfinished, too old, of another region, or of other rules than those
    that decide there now.
    """
    if dry_run.report is None:
        raise ProposalInvalid(problem="unfinished")
    if now - dry_run.as_of > REPORT_LIVES:
        raise ProposalInvalid(problem="too_old")
    tried = dry_run.region or dry_run.ruleset.scope
    wanted = region_prefix(region or tried)
    if len(region) > DISTRICT or not wanted.startswith(region_prefix(tried)):
        raise ProposalInvalid(problem="other_region")
    if sorted(rules_at(now).versions_in(tried)) != dry_run.report["in_force"]:
        raise ProposalInvalid(problem="other_rules")
    if not region:
        return float(dry_run.report["worse_share"])
    parts = [part for part in dry_run.report["by_region"] if part["region"].startswith(wanted)]
    people = sum(part["people"] for part in parts)
    return sum(part["worse"] for part in parts) / people if people else 0.0


def _may_be(activate_at: datetime | None, share: float | None, dry_run: DryRun) -> None:
    """Raise ProposalInvalid for a share that is none, or an instant the report cannot speak of."""
    if share is not None and not 0 <= share <= 1:
        raise ProposalInvalid(problem="share")
    if activate_at is not None and activate_at - dry_run.as_of > FURTHEST_AHEAD:
        raise ProposalInvalid(problem="too_far_ahead")


def _activate(proposal: Proposal, now: datetime) -> None:
    people = [proposal.proposed_by, proposal.approved_by, proposal.third_by]
    proposal.activation = put_in_force(
        proposal.dry_run.ruleset,
        region=proposal.region,
        at=max(proposal.activate_at or now, now),
        by=" ".join(f"user:{user.username}" for user in people if user),
        now=now,
    )
    proposal.state = ProposalState.ACTIVE


def _audit(action: str, proposal: Proposal, by: User, now: datetime) -> None:
    audit.record(
        actor=f"user:{by.username}",
        action=action,
        target=f"proposal:{proposal.pk}",
        now=now,
        rules=proposal.dry_run.ruleset.version,
        region=proposal.region,
        worse_share=proposal.worse_share,
    )
