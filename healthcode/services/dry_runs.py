"""Trying rules on the population before they act: decided under old and new, nothing changed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import Citizen, User, region_prefix
from healthcode import sql
from healthcode.errors import DryRunInvalid
from healthcode.models import DryRun, RuleSet
from healthcode.policy import Comparison, CompiledRules, compile_rules, decide
from healthcode.policy import RuleSet as Rules
from healthcode.services.in_force import InForce, part_of_the_city, rules_at
from healthcode.services.joined import joined_at
from healthcode.services.recolour import facts_of
from healthcode.services.rulesets import compiled, read_beside

#: People per transaction of a dry run: a second's work.
CHUNK = 5_000
#: Fewer people say nothing about a share of them.
SMALLEST_SAMPLE = 100
#: Digits of a district's code.
DISTRICT = 6


class Trial:
    """New rules beside those in force, person after person."""

    def __init__(
        self, rules: CompiledRules, *, region: str, stride: int, as_of: datetime, known: Any = None
    ) -> None:
        """Raises DryRunInvalid for rules without colours or a region outside their scope."""
        self._now = int(as_of.timestamp())
        _see_to_it(rules.ruleset, region, self._now)
        self._rules, self._scope = rules, region_prefix(rules.ruleset.scope)
        self._region = region or rules.ruleset.scope
        self._stride, self._as_of = stride, as_of
        self._old, self._joined = rules_at(as_of), joined_at(as_of)
        known = known or {}
        self._comparison = Comparison.from_json(known)
        self._against: set[str] = set(known.get("against", ()))

    def go_on(self, after: int, limit: int | None = None) -> int | None:
        """Decide the next people after a number; the number of the last, None at the end."""
        prefix = part_of_the_city(self._region)
        people = sql.people_of(prefix, after=after, limit=limit or CHUNK, stride=self._stride)
        facts = facts_of([person.citizen_id for person in people], as_at=self._as_of)
        for person in people:
            stored = facts.get(person.citizen_id, [])
            joined, _ = self._joined.join(stored, person.community or person.district)
            self._compare(person.district, joined)
        return people[-1].citizen_id if people else None

    def report(self) -> dict[str, Any]:
        """What was found: `Comparison.report`, and which rules it was compared with.

        `in_force`: all that decided in the region, also where nobody lives.
        """
        in_force = sorted(self._old.versions_in(self._region))
        found = self._comparison.report()
        return {"against": sorted(self._against), "in_force": in_force, **found}

    def to_json(self) -> dict[str, Any]:
        """Everything found so far, to go on from in another transaction."""
        return {"against": sorted(self._against), **self._comparison.to_json()}

    def _compare(self, district: str, facts: list[Any]) -> None:
        old = self._old.for_region(district)
        self._against.add(old.version)
        before = decide(facts, old.rules, self._now)
        new = self._would_decide(district, old)
        after = decide(facts, self._rules, self._now) if new else before
        self._comparison.add(district, before, after, facts, self._now)

    def _would_decide(self, district: str, old: InForce) -> bool:
        """Whether these rules go before the old ones: those of a narrower scope stay.

        Somebody of elsewhere is decided by the city's rules only where no others are in force.
        """
        at_home = self._old.covering(district) or district.startswith(self._scope)
        code = district if at_home else settings.HEALTHCODE_REGION
        narrower = len(region_prefix(old.rules.ruleset.scope)) > len(self._scope)
        return code.startswith(self._scope) and not narrower


def _see_to_it(ruleset: Rules, region: str, now: int) -> None:
    """Raise DryRunInvalid for what cannot be tried.

    Rules are looked up by district: nothing smaller can have its own.
    """
    scope = region_prefix(ruleset.scope)
    inside = region_prefix(region or ruleset.scope).startswith(scope)
    too_small = max(len(region), len(scope)) > DISTRICT
    over = ruleset.valid_to is not None and ruleset.valid_to <= now
    if not ruleset.rules or not inside or too_small or over:
        raise DryRunInvalid(ruleset=ruleset.id, region=region)


def simulate_rules(
    *, text: str, file: str, region: str = "", sample: int | None = None, now: datetime
) -> dict[str, Any]:
    """Try a text on everybody of its scope or of a part, or on a sample; write nothing.

    Raises RuleSetInvalid or DryRunInvalid. Reads the facts as they are now.
    """
    ruleset = read_beside(text, file)
    stride = stride_for(region or ruleset.scope, sample)
    trial = Trial(compile_rules(ruleset), region=region, stride=stride, as_of=now)
    last: int | None = 0
    while last is not None:
        last = trial.go_on(last)
    return _head(ruleset, region, sample, now) | trial.report()


def request_dry_run(
    *, ruleset: RuleSet, region: str = "", sample: int | None = None, by: User, now: datetime
) -> DryRun:
    """Ask for a stored text to be tried; the sweep works it off. NotPermitted, DryRunInvalid."""
    if not by.has_perm("healthcode.propose_rules"):
        raise NotPermitted
    if sample is not None and sample < SMALLEST_SAMPLE:
        raise DryRunInvalid(sample=sample, least=SMALLEST_SAMPLE)
    Trial(compiled(ruleset.digest), region=region, stride=1, as_of=now)
    actor = f"user:{by.username}"
    with transaction.atomic():
        run = DryRun.objects.create(
            ruleset=ruleset, region=region, sample=sample, as_of=now, requested_by=actor
        )
        target = f"rules:{ruleset.version}"
        audit.record(actor=actor, action="rules.tried", target=target, now=now, region=region)
    return run


def advance_dry_run(*, now: datetime) -> int:
    """Decide the next people of the oldest unfinished dry run; how many slices that were, 0 or 1.

    One transaction; another worker takes another dry run.
    """
    with transaction.atomic():
        waiting = DryRun.objects.filter(finished_at__isnull=True).order_by("pk")
        rows = waiting.select_for_update(of=("self",), skip_locked=True)
        run = rows.select_related("ruleset").first()
        if run is None:
            return 0
        _advance(run, now)
    return 1


def _advance(run: DryRun, now: datetime) -> None:
    rules = compiled(run.ruleset.digest)
    stride = run.tally.get("stride") or stride_for(run.region or run.ruleset.scope, run.sample)
    trial = Trial(rules, region=run.region, stride=stride, as_of=run.as_of, known=run.tally)
    last = trial.go_on(run.last_citizen)
    if last is None:
        head = _head(rules.ruleset, run.region, run.sample, run.as_of)
        run.report, run.tally, run.finished_at = head | trial.report(), {}, now
    else:
        run.last_citizen, run.tally = last, trial.to_json() | {"stride": stride}
    run.save(update_fields=["last_citizen", "tally", "report", "finished_at"])


def stride_for(region: str, sample: int | None) -> int:
    """Of how many people one is looked at."""
    if sample is None:
        return 1
    people = Citizen.objects.filter(district__startswith=part_of_the_city(region)).count()
    return max(1, people // sample)


def _head(ruleset: Rules, region: str, sample: int | None, now: datetime) -> dict[str, Any]:
    return {
        "ruleset": ruleset.id,
        "version": f"{ruleset.id}@{ruleset.digest[:12]}",
        "region": region or ruleset.scope,
        "sample": sample,
        "as_of": now.isoformat(timespec="seconds"),
    }
