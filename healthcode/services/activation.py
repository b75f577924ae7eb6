"""Which rules decide where: loading rule sets, activating them, finding the active one."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import region_prefix
from healthcode import policy
from healthcode.errors import NoActiveRules
from healthcode.models import Activation, RuleSet
from healthcode.policy import CompiledRules, compile_rules
from healthcode.rules import load_named, load_ruleset, named_rulesets
from healthcode.rules.loading import FOLDER


def load_rulesets(*, now: datetime, by: str) -> list[RuleSet]:
    """Store every rule set file whose content is not stored yet; return the new rows.

    A file that is not valid raises RuleSetInvalid and nothing is stored.
    """
    parsed = [(name, load_named(name)) for name in named_rulesets()]
    with transaction.atomic():
        known = set(RuleSet.objects.values_list("digest", flat=True))
        return [
            _store(name, ruleset, now, by)
            for name, ruleset in parsed
            if ruleset.digest not in known
        ]


def activate_ruleset(*, ruleset_id: str, at: datetime, by: str) -> Activation:
    """From the second of `at` on, the newest text of this rule set decides for its scope.

    Whole seconds, as everything the rules are asked about: a decision of that second has rules.
    """
    row = RuleSet.objects.filter(ruleset_id=ruleset_id).order_by("-loaded_at", "-pk").first()
    if row is None:
        raise NoActiveRules(ruleset=ruleset_id)
    with transaction.atomic():
        activation = Activation.objects.create(ruleset=row, at=at.replace(microsecond=0), by=by)
        audit.record(actor=by, action="rules.activated", target=f"rules:{row.version}", now=at)
    return activation


class InForce(NamedTuple):
    """Compiled rules and the version that decisions quote."""

    version: str
    rules: CompiledRules


def active_rules(*, region: str, now: datetime) -> InForce:
    """The compiled rules that decide for a region at an instant, or NoActiveRules.

    The narrowest scope wins, within it the latest activation. A person without a region
    belongs to the city this service runs for.
    """
    return rules_at(now).for_region(region)


def contact_rules(*, region: str, now: datetime) -> InForce:
    """The rules that grade contacts in a region, or NoActiveRules where they grade none."""
    in_force = active_rules(region=region, now=now)
    if in_force.rules.ruleset.contacts is None:
        raise NoActiveRules(region=region)
    return in_force


class RulesInForce:
    """The activations at one instant, read once for a batch."""

    def __init__(self, by_prefix: dict[str, InForce]) -> None:
        """Keep the compiled rules by the prefix of the regions they decide for."""
        self._by_prefix = by_prefix

    def for_region(self, region: str) -> InForce:
        """The rules of the longest prefix of this region, or NoActiveRules."""
        code = region or settings.HEALTHCODE_REGION
        for length in range(len(code), -1, -1):
            if code[:length] in self._by_prefix:
                return self._by_prefix[code[:length]]
        raise NoActiveRules(region=code)


def rules_at(now: datetime) -> RulesInForce:
    """Read which rules are in force everywhere at an instant."""
    rows = Activation.objects.filter(at__lte=now, ruleset__valid_from__lte=now)
    rows = rows.exclude(ruleset__valid_until__lte=now).select_related("ruleset")
    return RulesInForce(
        {
            region_prefix(row.ruleset.scope): InForce(
                row.ruleset.version, _compiled(row.ruleset.digest, row.ruleset.body)
            )
            for row in rows.order_by("at", "pk")
        }
    )


def _store(name: str, ruleset: policy.RuleSet, now: datetime, by: str) -> RuleSet:
    row = RuleSet.objects.create(
        ruleset_id=ruleset.id,
        digest=ruleset.digest,
        scope=ruleset.scope,
        valid_from=datetime.fromtimestamp(ruleset.valid_from, UTC),
        valid_until=_until(ruleset),
        body=(FOLDER / f"{name}.yaml").read_text(encoding="utf-8"),
        loaded_at=now,
    )
    audit.record(actor=by, action="rules.loaded", target=f"rules:{row.version}", now=now)
    return row


def _until(ruleset: policy.RuleSet) -> datetime | None:
    return None if ruleset.valid_to is None else datetime.fromtimestamp(ruleset.valid_to, UTC)


@lru_cache(maxsize=32)
def _compiled(digest: str, body: str) -> CompiledRules:
    """Compile once per text; `digest` makes the cache's key quick to tell apart."""
    return compile_rules(load_ruleset(body))
