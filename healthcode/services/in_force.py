"""Which rules decide where, at an instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import region_prefix
from healthcode.errors import NoActiveRules
from healthcode.models import Activation
from healthcode.policy import CompiledRules
from healthcode.services.rulesets import compiled


class InForce(NamedTuple):
    """Compiled rules, the version that decisions quote, and when they end; None: no day known."""

    version: str
    rules: CompiledRules
    until: datetime | None = None


def active_rules(*, region: str, now: datetime) -> InForce:
    """The compiled rules that decide for a region at an instant, or NoActiveRules.

    Of the sets with the narrowest scope, the latest activation that covers the region wins. A
    person without a region, or from where no rules are in force, belongs to the city this
    service runs for.
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

    def __init__(self, activations: Sequence[Activation]) -> None:
        """Take them weakest first: whatever stands later goes before it."""
        self._activations = activations
        self._found: dict[str, InForce] = {}

    def for_region(self, region: str) -> InForce:
        """The rules of a region, or NoActiveRules."""
        if region not in self._found:
            activation = self.activation_for(region)
            if activation is None:
                raise NoActiveRules(region=region)
            row = activation.ruleset
            self._found[region] = InForce(row.version, compiled(row.digest), row.valid_until)
        return self._found[region]

    def activation_for(self, region: str) -> Activation | None:
        """The activation that counts in a region, else in the city this service runs for."""
        return self.covering(region) or self.covering(settings.HEALTHCODE_REGION)

    def covering(self, region: str) -> Activation | None:
        """The strongest activation in whose region a region lies."""
        if not region:
            return None
        found = (one for one in reversed(self._activations) if region.startswith(covered(one)))
        return next(found, None)

    def versions_in(self, region: str) -> set[str]:
        """The versions of all that decides in a region or in a part of it."""
        prefix = region_prefix(region)
        inside = [one for one in self._activations if covered(one).startswith(prefix)]
        counting = [one for one in inside if self.covering(covered(one)) == one]
        around = self.activation_for(prefix or settings.HEALTHCODE_REGION)
        return {one.ruleset.version for one in (*counting, around) if one is not None}


def rules_at(now: datetime, *, without: int | None = None) -> RulesInForce:
    """Read which rules are in force everywhere at an instant.

    `without`: as if the activation of this number had never been.
    """
    rows = valid_at(now).select_related("ruleset").defer("ruleset__body")
    return RulesInForce(sorted((row for row in rows if row.pk != without), key=_strength))


def valid_at(now: datetime) -> QuerySet[Activation]:
    """The activations begun and not undone, of rule sets that hold at an instant.

    What undoes another is no activation of its own: without the undone one, whatever stood
    beside and before it counts again.
    """
    rows = Activation.objects.filter(undoes__isnull=True, at__lte=now, ruleset__valid_from__lte=now)
    return rows.exclude(ruleset__valid_until__lte=now).exclude(undone_by__at__lte=now)


def covered(activation: Activation) -> str:
    """What the codes of all regions begin with for which an activation counts."""
    return region_prefix(activation.region or activation.ruleset.scope)


def part_of_the_city(region: str) -> str:
    """What the districts of everybody in a region begin with; empty where that is everybody.

    People without a district, or of one elsewhere, belong to the city this service runs for.
    """
    prefix = region_prefix(region)
    return "" if settings.HEALTHCODE_REGION.startswith(prefix) else prefix[:6]


def _strength(activation: Activation) -> tuple[int, datetime, int]:
    """A narrower rule set goes before a wider one, then the later activation."""
    return len(region_prefix(activation.ruleset.scope)), activation.at, activation.pk
