"""Putting rules in force: the first ones, those that people approved, and back again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import User, region_prefix
from healthcode.errors import NoActiveRules, NothingToRollBack, RulesAlreadyActive
from healthcode.models import Activation, RuleSet, Spread
from healthcode.services.in_force import covered, rules_at


def activate_first_ruleset(*, ruleset_id: str, at: datetime, by: str) -> Activation:
    """Put the newest text of a rule set in force where no rules ever were.

    For a new city, where nobody has a colour that could turn worse. Any other activation is
    proposed and approved. Raises NoActiveRules for an unknown set, RulesAlreadyActive.
    """
    row = RuleSet.objects.filter(ruleset_id=ruleset_id).order_by("-loaded_at", "-pk").first()
    if row is None:
        raise NoActiveRules(ruleset=ruleset_id)
    if any(_meet(covered(earlier), region_prefix(row.scope)) for earlier in _activations()):
        raise RulesAlreadyActive(scope=row.scope)
    return put_in_force(row, at=at, by=by, now=at)


def put_in_force(
    ruleset: RuleSet,
    *,
    region: str = "",
    at: datetime,
    by: str,
    now: datetime,
    undoes: Activation | None = None,
) -> Activation:
    """From the second of `at` on, a text decides in a region; everybody there is decided anew.

    Whole seconds, as everything the rules are asked about: a decision of that second has rules.
    For services that saw to it that this may be; `by` names everybody who answers for it.
    """
    at = at.replace(microsecond=0)
    with transaction.atomic():
        activation = Activation.objects.create(
            ruleset=ruleset, region=region, at=at, by=by, undoes=undoes
        )
        Spread.objects.create(activation=activation, begins_at=max(at, ruleset.valid_from))
        audit.record(
            actor=by.split()[-1],
            action="rules.rolled_back" if undoes else "rules.activated",
            target=f"rules:{ruleset.version}",
            now=now,
            region=region,
            people=by,
        )
    return activation


def roll_back_rules(*, activation_id: int, by: User, now: datetime) -> Activation:
    """Undo an activation in one step, or call off a planned one: the rules before it decide.

    One person may: it leads back to rules that others approved. Raises NotPermitted,
    NothingToRollBack when it is not in force, is a rollback itself or had nothing before it,
    AlreadyDecided when somebody was quicker.
    """
    if not by.has_perm("healthcode.roll_back_rules"):
        raise NotPermitted
    rows = Activation.objects.select_related("ruleset").filter(undoes__isnull=True)
    activation = rows.filter(pk=activation_id, undone_by__isnull=True).first()
    before = None if activation is None else _before(activation, now)
    if activation is None or before is None:
        raise NothingToRollBack
    try:
        return _undo(activation, before, by, now)
    except IntegrityError:
        raise AlreadyDecided from None


def _before(activation: Activation, now: datetime) -> Activation | None:
    """What decides in its region without it; None unless it does so now, or is yet to."""
    region = covered(activation)
    if activation.at <= now and rules_at(now).activation_for(region) != activation:
        return None
    return rules_at(now, without=activation.pk).activation_for(region)


def _undo(activation: Activation, before: Activation, by: User, now: datetime) -> Activation:
    with transaction.atomic():
        Spread.objects.filter(activation=activation, done_at__isnull=True).update(done_at=now)
        return put_in_force(
            before.ruleset,
            region=activation.region or activation.ruleset.scope,
            at=now,
            by=f"user:{by.username}",
            now=now,
            undoes=activation,
        )


def _activations() -> Iterable[Activation]:
    return Activation.objects.select_related("ruleset").defer("ruleset__body")


def _meet(one: str, other: str) -> bool:
    """Whether two regions share anybody: one lies in the other."""
    return one.startswith(other) or other.startswith(one)
