"""Which rules decide where: loading rule sets, activating them, finding the active one."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import region_prefix
from healthcode.errors import NoActiveRules
from healthcode.models import Activation, RuleSet
from healthcode.policy import CompiledRules, compile_rules
from healthcode.rules import RULESETS_DIR, load_ruleset


def load_rulesets(*, now: datetime, by: str, directory: Path = RULESETS_DIR) -> list[RuleSet]:
    """Store every rule set file whose content is not stored yet; return the new rows.

    A file that is not valid raises RuleSetInvalid and nothing is stored.
    """
    parsed = [(load_ruleset(path), path) for path in sorted(directory.glob("*.yaml"))]
    new = []
    with transaction.atomic():
        for ruleset, path in parsed:
            row, created = RuleSet.objects.get_or_create(
                digest=ruleset.digest,
                defaults={
                    "ruleset_id": ruleset.id,
                    "scope": ruleset.scope,
                    "valid_from": ruleset.valid_from,
                    "valid_until": ruleset.valid_until,
                    "body": path.read_text(encoding="utf-8"),
                    "loaded_at": now,
                },
            )
            if created:
                new.append(row)
                audit.record(
                    actor=by, action="rules.loaded", target=f"rules:{row.version}", now=now
                )
    return new


def activate_ruleset(*, ruleset_id: str, at: datetime, by: str) -> Activation:
    """From `at` on, the newest text of this rule set decides for its scope."""
    row = RuleSet.objects.filter(ruleset_id=ruleset_id).order_by("-loaded_at", "-pk").first()
    if row is None:
        raise NoActiveRules(ruleset=ruleset_id)
    with transaction.atomic():
        activation = Activation.objects.create(ruleset=row, at=at, by=by)
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


@lru_cache(maxsize=32)
def _compiled(digest: str, body: str) -> CompiledRules:
    """Compile once per text; `digest` makes the cache's key quick to tell apart."""
    return compile_rules(load_ruleset(body))
