"""Rule files from text to frozen rule sets, with a digest of their content."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from healthcode.policy.instants import Calendar
from healthcode.policy.ruleset import Contacts, Rule, RuleSet, Text, Validity
from healthcode.policy.vocabulary.fields import COUNTRY, REGION
from healthcode.rules.checks import check_rule
from healthcode.rules.contacts import read_contacts
from healthcode.rules.errors import UnknownRuleSet
from healthcode.rules.parsing import RULE_FIELDS, read_obligations, read_rule
from healthcode.rules.reading import Document
from healthcode.rules.sections import Section

FOLDER = Path(__file__).resolve().parent.parent / "rulesets"
FIELDS = (
    "id",
    "title",
    "scope",
    "valid_from",
    "valid_to",
    "calendar",
    "lookahead_days",
    "sources",
    "not_encoded",
    "obligations",
    "rules",
    "contacts",
)


def load_ruleset(
    path_or_text: Path | str, *, file: str = "text", beside: Iterable[Validity] = ()
) -> RuleSet:
    """Read a rule file or its text; raise `RuleSetInvalid` naming every fault and its line.

    `beside`: other sets that are known; one of the same scope must not hold at the same time.
    """
    if isinstance(path_or_text, Path):
        return _load(path_or_text.read_text(encoding="utf-8"), path_or_text.name, beside)
    if "\n" not in path_or_text and path_or_text.endswith((".yaml", ".yml")):
        return load_ruleset(Path(path_or_text), beside=beside)
    return _load(path_or_text, file, beside)


def load_named(ruleset_id: str) -> RuleSet:
    """Read a rule set that comes with the service; raise `UnknownRuleSet`."""
    if ruleset_id not in named_rulesets():
        raise UnknownRuleSet(known=named_rulesets())
    return load_ruleset(FOLDER / f"{ruleset_id}.yaml")


def named_rulesets() -> list[str]:
    """The ids of the rule sets that come with the service."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def _load(text: str, file: str, beside: Iterable[Validity]) -> RuleSet:
    document = Document(text, file)
    section = Section(document, document.data, (), FIELDS)
    ruleset = _ruleset(section)
    _check(section, ruleset)
    for other in beside:
        if ruleset.validity.overlaps(other):
            section.fault("valid_from", f"{other.id} holds for this scope at the same time.")
    document.raise_faults()
    return ruleset


def _ruleset(section: Section) -> RuleSet:
    obligations = read_obligations(section)
    return RuleSet(
        id=section.string("id"),
        title=section.text("title"),
        scope=_scope(section),
        valid_from=section.instant("valid_from"),
        valid_to=section.instant("valid_to") if section.has("valid_to") else None,
        calendar=_calendar(section),
        lookahead_days=section.integer("lookahead_days", 0, 60, 0),
        sources=tuple(str(source) for source in section.items("sources")),
        not_encoded=_not_encoded(section),
        obligations=obligations,
        rules=tuple(_rules(section, obligations)),
        contacts=_contacts(section),
        digest=digest(section.data),
    )


def _rules(section: Section, obligations: dict[str, Text]) -> list[Rule]:
    rules = []
    for inner in section.sections("rules", RULE_FIELDS):
        rule = read_rule(inner)
        check_rule(inner, rule, obligations)
        rules.append(rule)
    return rules


def _contacts(section: Section) -> Contacts | None:
    return read_contacts(section) if section.has("contacts") else None


def _scope(section: Section) -> str:
    scope = section.string("scope", required=False)
    if scope and not REGION.fullmatch(scope) and not COUNTRY.fullmatch(scope):
        section.fault(
            "scope", "A region code or another country's three letters, or nothing for this one."
        )
    return scope


def _calendar(section: Section) -> str:
    name = section.string("calendar")
    try:
        Calendar(name)
    except ValueError as error:
        section.fault("calendar", f"{error}.")
    return name


def _not_encoded(section: Section) -> tuple[tuple[str, str], ...]:
    left_out = section.sections("not_encoded", ("text", "why"))
    return tuple((inner.string("text"), inner.string("why")) for inner in left_out)


def _check(section: Section, ruleset: RuleSet) -> None:
    if not ruleset.rules and ruleset.contacts is None:
        section.fault("", "A rule set has a colour part (`rules`), a `contacts` part or both.")
    if not ruleset.sources:
        section.fault("sources", "Say where the rules were published.")
    if ruleset.valid_to is not None and ruleset.valid_to <= ruleset.valid_from:
        section.fault("valid_to", "Impossible window: it ends before it starts.")
    ids = [rule.id for rule in ruleset.rules]
    for i, rule_id in enumerate(ids):
        if rule_id in ids[:i]:
            section.document.fault(("rules", i, "id"), "Another rule has this id.")


def digest(data: Any) -> str:
    """A SHA-256 over the content: comments, order of names and layout do not matter."""
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
