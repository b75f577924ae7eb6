"""Rule files: read, checked with clear errors, frozen, made ready for `decide`."""

from healthcode.policy.compiled import compile_rules
from healthcode.policy.ruleset import Validity
from healthcode.rules.errors import Fault, RuleSetInvalid, UnknownRuleSet
from healthcode.rules.loading import load_named, load_ruleset, named_rulesets

compile = compile_rules  # noqa: A001  read as `rules.compile`

__all__ = [
    "Fault",
    "RuleSetInvalid",
    "UnknownRuleSet",
    "Validity",
    "compile",
    "compile_rules",
    "load_named",
    "load_ruleset",
    "named_rulesets",
]
