"""Rule set texts into the database: checked, dated, kept for ever."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from django.db import transaction

from accounts import audit
from healthcode.models import RuleSet
from healthcode.policy import CompiledRules, compile_rules
from healthcode.policy import RuleSet as Rules
from healthcode.rules import Validity, load_ruleset, named_rulesets
from healthcode.rules.loading import FOLDER


def load_rulesets(*, now: datetime, by: str) -> list[RuleSet]:
    """Store every rule set file that comes with the service and is new; return the new rows.

    A file that is not valid, or overlaps another of its scope, raises RuleSetInvalid and
    nothing is stored.
    """
    names = named_rulesets()
    with transaction.atomic():
        beside = [stored for stored in _newest() if stored.id not in names]
        texts = [(FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in names]
        parsed: list[Rules] = []
        for name, text in zip(names, texts, strict=True):
            parsed.append(load_ruleset(text, file=f"{name}.yaml", beside=beside))
            beside.append(parsed[-1].validity)
        return _store_new(list(zip(parsed, texts, strict=True)), now, by)


def store_ruleset(*, text: str, file: str, now: datetime, by: str) -> RuleSet:
    """Store one text, or find it stored. Raises RuleSetInvalid; nothing becomes active."""
    ruleset = read_beside(text, file)
    with transaction.atomic():
        _store_new([(ruleset, text)], now, by)
        return RuleSet.objects.get(digest=ruleset.digest)


def read_beside(text: str, file: str) -> Rules:
    """Read a text and refuse it when its validity overlaps that of a stored set of its scope."""
    return load_ruleset(text, file=file, beside=_newest())


@lru_cache(maxsize=64)
def compiled(digest: str) -> CompiledRules:
    """The rules of a stored text, compiled once per process."""
    return compile_rules(load_ruleset(RuleSet.objects.values_list("body").get(digest=digest)[0]))


def _newest() -> list[Validity]:
    """When the newest text of every stored rule set holds, and where."""
    rows = RuleSet.objects.order_by("ruleset_id", "-loaded_at", "-pk").distinct("ruleset_id")
    return [
        Validity(row.ruleset_id, row.scope, int(row.valid_from.timestamp()), _until(row))
        for row in rows.defer("body")
    ]


def _store_new(texts: Sequence[tuple[Rules, str]], now: datetime, by: str) -> list[RuleSet]:
    known = set(RuleSet.objects.values_list("digest", flat=True))
    return [_store(rules, text, now, by) for rules, text in texts if rules.digest not in known]


def _store(rules: Rules, text: str, now: datetime, by: str) -> RuleSet:
    row = RuleSet.objects.create(
        ruleset_id=rules.id,
        digest=rules.digest,
        scope=rules.scope,
        valid_from=datetime.fromtimestamp(rules.valid_from, UTC),
        valid_until=_instant(rules.valid_to),
        body=text,
        loaded_at=now,
    )
    audit.record(actor=by, action="rules.loaded", target=f"rules:{row.version}", now=now)
    return row


def _until(row: RuleSet) -> int | None:
    return None if row.valid_until is None else int(row.valid_until.timestamp())


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
