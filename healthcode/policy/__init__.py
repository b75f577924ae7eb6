"""The policy: facts, rules and an instant go in, a decision comes out. Pure throughout."""

from healthcode.policy.comparing import Comparison
from healthcode.policy.compiled import CompiledRules, compile_rules
from healthcode.policy.deciding import decide
from healthcode.policy.decision import Decision, Obligation, Reason
from healthcode.policy.facts import Fact, fact_from_item
from healthcode.policy.grading import Edge, Grade, Grader, grade, grader
from healthcode.policy.outlook import Outlook, outlook
from healthcode.policy.presenting import decision_to_json, outlook_to_json
from healthcode.policy.ruleset import RuleSet
from healthcode.policy.vocabulary import Problem, validate_item

__all__ = [
    "Comparison",
    "CompiledRules",
    "Decision",
    "Edge",
    "Fact",
    "Grade",
    "Grader",
    "Obligation",
    "Outlook",
    "Problem",
    "Reason",
    "RuleSet",
    "compile_rules",
    "decide",
    "decision_to_json",
    "fact_from_item",
    "grade",
    "grader",
    "outlook",
    "outlook_to_json",
    "validate_item",
]
