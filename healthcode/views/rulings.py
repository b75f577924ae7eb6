"""The name by which people know the rules that decided."""

from functools import lru_cache

from healthcode.models import RuleSet
from healthcode.rules import load_ruleset
from healthcode.views.words import in_language


def title_of(version: str) -> str:
    """The title of the rules a decision quotes (`id@digest`), or its id if they are gone."""
    return in_language(_titles(version)) if version else ""


@lru_cache(maxsize=32)
def _titles(version: str) -> dict[str, str]:
    """Rule sets are immutable, so their titles may be kept."""
    ruleset_id, _, digest = version.partition("@")
    row = RuleSet.objects.filter(ruleset_id=ruleset_id, digest__startswith=digest).first()
    if row is None:
        return {"zh-hans": ruleset_id, "en": ruleset_id}
    title = load_ruleset(row.body).title
    return {"zh-hans": title.zh_hans, "en": title.en}
