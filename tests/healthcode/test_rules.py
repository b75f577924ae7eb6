"""A rule file is refused with file, line, rule and field, or loaded whole."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from healthcode.policy.ruleset import RuleSet
from healthcode.rules import (
    RuleSetInvalid,
    UnknownRuleSet,
    load_named,
    load_ruleset,
    named_rulesets,
)
from healthcode.rules.loading import FOLDER
from tests.healthcode.given import HEAD
from tests.healthcode.language import EVERYTHING

WORDS = "text: {zh-hans: 说明, en: words}, release: {zh-hans: 解除, en: release}"
CONTACTS = """
contacts:
  lookback: {onset: {days: 2}, sampling: {hours: 48}}
  lookforward: {days: 10}
  window_hours: 24
  minimum_minutes: 5
  second_hop: {grounds: [near], minimum_minutes: 15}
  rules:
    - {id: near, when: {setting: zone, minutes: {from: 15}, distance_m: {to: 1}}, grade: close}
"""


def rules(*bodies: str) -> str:
    """A file with these rules; each gets its words."""
    lines = "".join(f"  - {{id: r{i}, {body}, {WORDS}}}\n" for i, body in enumerate(bodies))
    return f"{HEAD}rules:\n{lines}"


def faults(text: str) -> list[dict[str, object]]:
    """What is wrong with a file."""
    with pytest.raises(RuleSetInvalid) as refused:
        load_ruleset(text)
    problems: list[dict[str, object]] = refused.value.details["problems"]
    return problems


RED = "phases: [{colour: red, days: 7}]"
CLOSE = "when: {exposure: {grade: close}}"

BAD_RULES: list[tuple[str, str, str, str]] = [
    ("an unknown field", f"{CLOSE}, {RED}, colour: red", "colour", "Unknown field"),
    ("an unknown kind", f"when: {{debt: {{}}}}, {RED}", "when", "Exactly one of"),
    ("two kinds", f"when: {{test: {{}}, case: {{}}}}, {RED}", "when", "Exactly one kind"),
    (
        "an unknown evidence field",
        f"when: {{exposure: {{mood: bad}}}}, {RED}",
        "mood",
        "Unknown field",
    ),
    ("an unknown value", f"when: {{exposure: {{grade: closest}}}}, {RED}", "grade", "can never be"),
    *[
        (
            f"the opaque {field}",
            f"when: {{{kind}: {{{field}: x1}}}}, {RED}",
            field,
            "cannot be compared with a constant",
        )
        for kind, field in [
            ("test", "tube"),
            ("test", "lab"),
            ("test", "site"),
            ("exposure", "case"),
            ("companion", "grid"),
            ("screening_due", "campaign"),
            ("order", "issued_by"),
            ("travel", "service"),
        ]
    ],
    (
        "a list of a tube's names",
        f"when: {{test: {{tube: [a, b]}}}}, {RED}",
        "tube",
        "cannot be compared",
    ),
    ("a region", f"when: {{area_stay: {{region: '310101'}}}}, {RED}", "region", "cannot match"),
    ("the level", f"when: {{exposure: {{level: 1}}}}, {RED}", "level", "cannot match"),
    ("a seat", f"when: {{travel: {{seat: 12A}}}}, {RED}", "seat", "cannot match"),
    (
        "an onset",
        f"when: {{case: {{status: confirmed, onset: x}}}}, {RED}",
        "onset",
        "cannot match",
    ),
    (
        "no colour of that name",
        f"{CLOSE}, phases: [{{colour: orange, days: 7}}]",
        "colour",
        "Not one of",
    ),
    ("no days", f"{CLOSE}, phases: [{{colour: red, days: 0}}]", "days", "whole number"),
    ("no phase", f"{CLOSE}, phases: []", "phases", "at least one"),
    (
        "a phase without end",
        "when: {travel: {entry: {into: CHN}}}, phases: [{colour: red}]",
        "phases",
        "never end",
    ),
    (
        "a discharge without end",
        "when: {case: {status: discharged}}, phases: [{colour: yellow}]",
        "phases",
        "never end",
    ),
    (
        "a phase without length before another",
        f"{CLOSE}, phases: [{{colour: red}}, {{colour: yellow, days: 3}}]",
        "phases",
        "Only the last",
    ),
    (
        "days and hours",
        f"{CLOSE}, phases: [{{colour: red, days: 1}}, {{colour: red, hours: 2}}]",
        "phases",
        "not both",
    ),
    (
        "a test day outside its phase",
        f"{CLOSE}, phases: [{{colour: red, days: 3, test_days: [4]}}]",
        "test_days",
        "inside the phase",
    ),
    (
        "a rule that does nothing",
        f"{CLOSE}, phases: [{{colour: none, days: 3}}]",
        "phases",
        "does nothing",
    ),
    ("an order with a colour", f"when: {{order: {{}}}}, {RED}", "phases", "never gives a colour"),
    (
        "a companion with a colour",
        f"when: {{companion: {{}}}}, {RED}",
        "phases",
        "never gives a colour",
    ),
    (
        "a vaccination with a colour",
        f"when: {{vaccination: {{}}}}, {RED}",
        "phases",
        "never gives a colour",
    ),
    (
        "a test that ends a case",
        "when: {case: {status: confirmed}}, phases: [{colour: red}], "
        "released_by: {test: {result: negative}}",
        "released_by",
        "No test ends a case",
    ),
    (
        "a test that ends a single positive",
        "when: {test: {result: positive}}, phases: [{colour: red}], "
        "released_by: {test: {result: negative}}",
        "phases",
        "case record alone",
    ),
    (
        "days that end a single positive",
        "when: {test: {result: positive, method: pcr, pool_size: 1}}, "
        "phases: [{colour: red, days: 7}]",
        "phases",
        "case record alone",
    ),
    (
        "open and closed states together",
        f"when: {{case: {{status: [confirmed, discharged]}}}}, {RED}",
        "when",
        "clocks differ",
    ),
    ("another clock", f"{CLOSE}, clock: occurred_at, {RED}", "clock", "ended_at"),
    ("an empty list", f"when: {{exposure: {{grade: []}}}}, {RED}", "grade", "Nothing can match"),
    (
        "a range turned round",
        "when: {test: {result: positive, pool_size: {from: 5, to: 2}}}, phases: [{colour: red}]",
        "pool_size",
        "Nothing can match",
    ),
    (
        "a range outside the vocabulary",
        "when: {test: {result: positive, pool_size: {above: 20}}}, phases: [{colour: red}]",
        "pool_size",
        "Nothing can match",
    ),
    (
        "every value refused",
        f"when: {{exposure: {{grade: {{not: [close, secondary, casual]}}}}}}, {RED}",
        "not",
        "Nothing can match",
    ),
    (
        "a pooled antigen test",
        "when: {test: {method: antigen, result: positive, "
        "pool_size: {from: 2}}}, phases: [{colour: red}]",
        "when",
        "never pooled",
    ),
    (
        "entry from the exempt country itself",
        f"when: {{travel: {{entry: {{into: CHN, exempt: [CHN]}}}}}}, {RED}",
        "exempt",
        "Nothing can match",
    ),
    (
        "a gap that does not fit",
        f"{CLOSE}, {RED}, released_by: {{test: {{result: negative}}, "
        "count: 3, gap_hours: 24, within_hours: 47}",
        "within_hours",
        "Impossible",
    ),
    (
        "a gap for a single test",
        f"{CLOSE}, {RED}, released_by: {{test: {{result: negative}}, gap_hours: 24}}",
        "count",
        "two or more",
    ),
    (
        "a release after the last phase",
        f"{CLOSE}, {RED}, release_needs: "
        "{test: {result: negative}, from_day: 8, lapses_day: 21}",
        "release_needs",
        "after the last",
    ),
    (
        "a release that lapses too soon",
        f"{CLOSE}, {RED}, release_needs: "
        "{test: {result: negative}, from_day: 7, lapses_day: 7}",
        "release_needs",
        "lapses before",
    ),
    (
        "an exposure as a release",
        f"{CLOSE}, {RED}, released_by: {{exposure: {{}}}}",
        "released_by",
        "Exactly one of",
    ),
    ("neither when nor absent", RED, "", "either"),
    (
        "an absence with a release",
        "absent: {test: {}, days: 7}, phases: [{colour: yellow}], released_by: {test: {}}",
        "released_by",
        "ends by itself",
    ),
    (
        "an absence with days",
        "absent: {test: {}, days: 7}, phases: [{colour: yellow, days: 3}]",
        "phases",
        "one phase",
    ),
    (
        "residents with days",
        f"when: {{area_stay: {{tier: high, left: false}}}}, {RED}",
        "phases",
        "without days",
    ),
    (
        "a place of its own without an order",
        f"{CLOSE}, phases: [{{colour: red, days: 3, place: as_ordered}}]",
        "phases",
        "its own place",
    ),
]


@pytest.mark.parametrize(
    ("body", "field", "problem"), [row[1:] for row in BAD_RULES], ids=[row[0] for row in BAD_RULES]
)
def test_a_rule_that_cannot_be_meant_is_refused(body: str, field: str, problem: str) -> None:
    found = faults(rules(f"{CLOSE}, {RED}", body))
    assert any(
        field in str(fault["field"]) and problem in str(fault["problem"]) for fault in found
    ), found
    assert {fault["rule"] for fault in found} == {"r1"}
    line = 1 + rules(f"{CLOSE}, {RED}", body).splitlines().index(f"  - {{id: r1, {body}, {WORDS}}}")
    assert {fault["line"] for fault in found} == {line}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["text", "release"])
def test_a_missing_translation_is_refused(name: str, language: str) -> None:
    other = {"zh-hans": "en", "en": "zh-hans"}[language]
    whole = {"text": "{zh-hans: 一, en: one}", "release": "{zh-hans: 二, en: two}"}
    whole[name] = f"{{{other}: words}}"
    words = ", ".join(f"{key}: {value}" for key, value in whole.items())
    [fault] = faults(f"{HEAD}rules:\n  - {{id: r, {CLOSE}, {RED}, {words}}}\n")
    assert fault["field"] == f"rules[0].{name}.{language}"


def test_a_colour_needs_words_for_what_ends_it() -> None:
    body = f"rules:\n  - {{id: r, {CLOSE}, {RED}, text: {{zh-hans: 一, en: one}}}}\n"
    [fault] = faults(HEAD + body)
    assert fault["field"] == "rules[0].release"


def test_what_is_owed_needs_words() -> None:
    head = HEAD.replace("  test: {zh-hans: 核酸, en: a test}\n", "")
    body = rules(f"{CLOSE}, phases: [{{colour: red, days: 3, test_days: [1]}}]")
    [fault] = faults(body.replace(HEAD, head))
    assert "no words for test" in str(fault["problem"])


def test_all_faults_are_named_at_once_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "city.yaml"
    path.write_text(
        "id: city\ntitle: {zh-hans: 城, en: City}\nvalid_from: yesterday\n"
        "calendar: Asia/Nowhere\nsources: [s]\nrules:\n  - id: a\n    when: {case: {}}\n"
        "    phases:\n      - colour: mauve\n        days: 3\n"
        "    text: {zh-hans: 一, en: one}\n    release: {zh-hans: 一, en: one}\n",
        encoding="utf-8",
    )
    with pytest.raises(RuleSetInvalid) as refused:
        load_ruleset(path)
    places = [(f["line"], f["field"]) for f in refused.value.details["problems"]]
    assert places == [
        (3, "valid_from"),
        (4, "calendar"),
        (8, "rules[0].when"),
        (10, "rules[0].phases[0].colour"),
    ]
    assert "city.yaml, line 10: rule a: rules[0].phases[0].colour" in refused.value.message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rules: [", "not YAML"),
        ("", "mapping"),
        ("- a\n- b\n", "mapping"),
        (HEAD, "colour part"),
        (HEAD + "id: again\n" + EVERYTHING, "twice"),
        (HEAD + 'valid_to: "2022-08-01T00:00:00+08:00"' + EVERYTHING, "Impossible window"),
        (HEAD.replace('"310000"', "shanghai") + EVERYTHING, "region code"),
        (HEAD.replace('["a test"]', "[]") + EVERYTHING, "published"),
        (HEAD + EVERYTHING.replace("id: secondary", "id: close"), "Another rule"),
        (HEAD + EVERYTHING.replace("days: 3", "days: 3.5"), "whole number"),
    ],
)
def test_a_file_that_makes_no_rule_set_is_refused(text: str, problem: str) -> None:
    assert any(problem in str(fault["problem"]) for fault in faults(text))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("grade: close", "grade: red", "Not one of"),
        ("setting: zone", "setting: prison", "can never be"),
        ("setting: zone", "mood: bad", "Unknown field"),
        ("{to: 1}", "{to: 1, unknown: true}", "not measured"),
        ("grounds: [near]", "grounds: [far]", "no contact rule"),
        ("grounds: [near]", "grounds: []", "Nothing can match"),
        ("minimum_minutes: 15", "minimum_minutes: 16", "would be missed"),
        ("minimum_minutes: 5", "minimum_minutes: 20", "would be missed"),
        ("lookforward: {days: 10}", "lookforward: {}", "A length"),
        ("onset: {days: 2}", "onset: {days: 2, hours: 48}", "A length"),
        (
            "when: {setting: zone, minutes: {from: 15}, distance_m: {to: 1}}",
            "when: {}",
            "at least one condition",
        ),
    ],
)
def test_a_contacts_part_that_cannot_be_meant_is_refused(old: str, new: str, problem: str) -> None:
    text = HEAD + CONTACTS
    assert load_ruleset(text).contacts
    assert old in text
    assert any(problem in str(fault["problem"]) for fault in faults(text.replace(old, new)))


@pytest.mark.parametrize("name", named_rulesets())
def test_every_set_that_comes_with_the_service_is_whole(name: str) -> None:
    ruleset = load_named(name)
    assert ruleset.id == name
    assert ruleset.sources
    for rule in ruleset.rules:
        assert all(rule.text)
        assert rule.release is None or all(rule.release)


def test_an_unknown_set_is_refused_by_name() -> None:
    with pytest.raises(UnknownRuleSet) as refused:
        load_named("../secrets")
    assert "sh-2022-09-18" in refused.value.details["known"]


def test_a_rule_set_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        load_named("sh-2022-09-18").scope = ""  # type: ignore[misc]


def test_the_digest_follows_the_content_not_the_layout() -> None:
    path = FOLDER / "sh-2022-09-18.yaml"
    text = path.read_text(encoding="utf-8")
    digest = load_ruleset(path).digest
    assert load_ruleset("# a note\n" + text).digest == digest
    assert load_ruleset(text.replace("days: 14", "days: 13")).digest != digest


def test_what_is_left_out_says_why() -> None:
    ruleset: RuleSet = load_named("sh-2022-09-18")
    assert any("区域协查" in text and why for text, why in ruleset.not_encoded)


def test_unverified_numbers_say_so() -> None:
    ruleset = load_named("sh-2022-09-18")
    assert {rule.id for rule in ruleset.rules if not rule.verified} == {
        "antigen-positive",
        "no-test-for-7-days",
    }
    unverified = {r.id for r in ruleset.rules for phase in r.phases if not phase.verified}
    assert unverified == {"contact-close", "entry", "discharged", "screening-missed"}
