"""The rule sets that properties are tried on: a set of every word, and all published ones."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthcode.policy import CompiledRules, compile_rules
from healthcode.rules import load_named, named_rulesets
from healthcode.rules.loading import FOLDER
from tests.healthcode.given import trial

W = "text: {zh-hans: 说明, en: words}, release: {zh-hans: 解除, en: release}"

EVERYTHING = f"""
rules:
  - {{id: in-care, when: {{case: {{status: [confirmed, asymptomatic, suspected]}}}},
     phases: [{{colour: red}}], {W}}}
  - {{id: single, when: {{test: {{method: pcr, result: positive, pool_size: 1}}}},
     phases: [{{colour: red}}], {W}}}
  - {{id: tube, when: {{test: {{method: pcr, result: positive, pool_size: {{above: 1}}}}}},
     phases: [{{colour: yellow}}],
     released_by: {{test: {{method: pcr, result: negative, pool_size: {{to: 1}}}}}}, {W}}}
  - {{id: close, when: {{exposure: {{grade: close}}}},
     phases: [{{colour: red, days: 3, place: central_isolation, test_days: [1, 3]}},
              {{colour: yellow, days: 2, place: home_monitoring, report: daily}},
              {{colour: none, days: 1, test_days: [1]}}],
     release_needs: {{test: {{method: pcr, result: negative}}, count: 2, within_hours: 1,
                     distinct: lab, from_day: 3, lapses_day: 12}}, {W}}}
  - {{id: secondary, when: {{exposure: {{grade: [secondary]}}}},
     phases: [{{colour: red, hours: 36}}, {{colour: yellow, hours: 36}}], {W}}}
  - {{id: casual, when: {{exposure: {{grade: {{not: [close, secondary]}}}}}},
     phases: [{{colour: yellow, days: 2}}],
     released_by: {{test: {{method: pcr, result: negative}}, count: 2, gap_hours: 24,
                   within_hours: 72}}, {W}}}
  - {{id: companion, when: {{companion: {{}}}}, phases: [{{colour: none, days: 9}}],
     released_by: {{test: {{method: pcr, result: negative}}, count: 2, gap_hours: 24,
                   within_hours: 72}},
     owes: {{what: test, text: {{zh-hans: 两次核酸, en: two tests}}}}, {W}}}
  - {{id: feverish, when: {{health_report: {{symptoms: any}}}}, phases: [{{colour: yellow}}],
     released_by: {{test: {{method: pcr, result: negative}}, count: 2, gap_hours: 24,
                   within_hours: 72}}, {W}}}
  - {{id: entry, when: {{travel: {{entry: {{into: CHN, exempt: [MAC], third_country_days: 7}}}}}},
     phases: [{{colour: red}}],
     released_by: {{health_report: {{symptoms: none}}, consecutive_days: 3}}, {W}}}
  - {{id: residents, when: {{area_stay: {{tier: [high, medium], left: false}}}},
     phases: [{{colour: yellow, place: stay_in_area}}], {W}}}
  - {{id: arrived, when: {{area_stay: {{tier: high, left: true, outside_scope: true}}}},
     phases: [{{colour: red, days: 4}}], {W}}}
  - {{id: left, when: {{area_stay: {{tier: [high, medium]}}}},
     phases: [{{colour: yellow, days: 4}}], {W}}}
  - {{id: discharged, when: {{case: {{status: discharged}}}},
     phases: [{{colour: yellow, days: 7}}], {W}}}
  - {{id: called, when: {{screening_due: {{}}}}, phases: [{{colour: yellow, days: 5}}],
     released_by: {{test: {{method: pcr}}, sampled: from_opening}},
     owes: {{what: test, text: {{zh-hans: 筛查, en: screening}}}}, {W}}}
  - {{id: quiet, absent: {{test: {{method: pcr}}, days: 5}}, phases: [{{colour: yellow}}], {W}}}
  - {{id: ordered, when: {{order: {{}}}}, phases: [{{colour: none, place: as_ordered}}], {W}}}
"""

ALL = "all"


def published() -> list[str]:
    """The sets in the folder that have a colour part; the others only grade contacts."""
    texts = {name: (FOLDER / f"{name}.yaml").read_text("utf-8") for name in named_rulesets()}
    return [name for name, text in texts.items() if re.search("^rules:", text, re.MULTILINE)]


@cache
def compiled(ruleset: str) -> CompiledRules:
    """One of the sets by its name, ready for `decide`."""
    return trial(EVERYTHING) if ruleset == ALL else compile_rules(load_named(ruleset))


def everywhere(
    examples: int = 100, **people: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a check a property of every set; `check` and `people` are kept for trying it again."""

    def make(check: Callable[..., None]) -> Callable[..., None]:
        # A busy machine is no fault.
        test = settings(deadline=None, max_examples=examples)(given(**people)(check))
        test.check, test.people = check, people
        return pytest.mark.slow(pytest.mark.parametrize("ruleset", [ALL, *published()])(test))

    return make
