"""`manage.py decide FILE.json` answers in the published shape and refuses in one error shape."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from accounts.errors import DomainError
from healthcode.management.commands.decide import Command, decide_file

CONTACT = {
    "kind": "exposure",
    "occurred_at": "2022-09-18T12:00:00+08:00",
    "ended_at": "2022-09-18T13:10:00+08:00",
    "details": {"level": 1, "grade": "close", "case": "c1", "setting": "zone"},
}
TEST = {
    "kind": "test",
    "occurred_at": "2022-09-19T09:00:00+08:00",
    "ended_at": None,
    "details": {"method": "pcr", "result": "negative", "pool_size": 10, "tube": "T1"},
}
FILE = {
    "ruleset": "sh-2022-09-18",
    "now": "2022-09-20T08:00:00+08:00",
    "evidence": [CONTACT, TEST],
}


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Write a file and return its name."""

    def write(data: Any) -> str:
        path = tmp_path / "facts.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return str(path)

    return write


def run(name: str) -> tuple[str, str, int]:
    """The command's stdout, stderr and exit code."""
    out, err = StringIO(), StringIO()
    command = Command(stdout=out, stderr=err, no_color=True)
    try:
        command.handle(file=name)
    except SystemExit as stopped:
        return out.getvalue(), err.getvalue(), int(stopped.code or 0)
    return out.getvalue(), err.getvalue(), 0


def test_the_answer_has_the_published_shape(written: Any) -> None:
    out, err, code = run(written(FILE))
    answer = json.loads(out)
    assert (err, code) == ("", 0)
    assert set(answer) == {"colour", "reasons", "obligations", "review_at"}
    assert answer["colour"] == "red"
    assert answer["review_at"] == "2022-09-21T00:00:00+08:00"
    [reason] = answer["reasons"]
    assert {key: reason[key] for key in ("rule", "evidence", "since", "until", "earliest")} == {
        "rule": "contact-close",
        "evidence": 0,
        "since": "2022-09-18T13:10:00+08:00",
        "until": "2022-10-10T00:00:00+08:00",
        "earliest": "2022-09-26T00:00:00+08:00",
    }
    assert set(reason["text"]) == set(reason["release"]) == {"zh-hans", "en"}
    assert set(answer["obligations"][0]) == {"rule", "evidence", "from", "by", "text"}


def test_an_index_names_the_first_of_equal_items(written: Any) -> None:
    answer = decide_file(written({**FILE, "evidence": [TEST, CONTACT, CONTACT]}))
    assert [reason["evidence"] for reason in answer["reasons"]] == [1]


def test_nothing_known_is_unassessed(written: Any) -> None:
    assert decide_file(written({**FILE, "evidence": []})) == {
        "colour": "unassessed",
        "reasons": [],
        "obligations": [],
        "review_at": None,
    }


def test_optional_details_may_be_left_out(written: Any) -> None:
    stay = {
        "kind": "area_stay",
        "occurred_at": "2022-09-10T08:00:00+08:00",
        "ended_at": "2022-09-18T20:00:00+08:00",
        "details": {"region": "310101", "tier": "high"},
    }
    [reason] = decide_file(written({**FILE, "evidence": [stay]}))["reasons"]
    assert (reason["rule"], reason["until"]) == ("outflow", "2022-09-26T00:00:00+08:00")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FILE), encoding="utf-8-sig")
    assert decide_file(str(path))["colour"] == "red"


def changed(item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A file with one changed item."""
    return {**FILE, "evidence": [TEST, {**item, **changes}]}


BAD: list[tuple[str, Any, str, str]] = [
    ("no JSON", "{", "facts_invalid", ""),
    ("a list", [], "facts_invalid", "invalid_value"),
    ("an unknown rule set", {**FILE, "ruleset": "sh-1999"}, "unknown_ruleset", ""),
    ("no rule set", {**FILE, "ruleset": None}, "facts_invalid", "required"),
    ("an unknown field", {**FILE, "colour": "green"}, "facts_invalid", "unknown_field"),
    ("no instant", {**FILE, "now": "now"}, "facts_invalid", "invalid_value"),
    (
        "an instant without offset",
        {**FILE, "now": "2022-09-20T08:00:00"},
        "facts_invalid",
        "invalid_value",
    ),
    ("no evidence", {**FILE, "evidence": None}, "facts_invalid", "required"),
    ("an item that is none", {**FILE, "evidence": ["x"]}, "facts_invalid", "invalid_value"),
    ("an unknown kind", changed(CONTACT, kind="debt"), "facts_invalid", "unknown_kind"),
    ("an unknown item field", changed(CONTACT, name="x"), "facts_invalid", "unknown_field"),
    (
        "an unknown detail",
        changed(TEST, details={**TEST["details"], "mood": 1}),
        "facts_invalid",
        "unknown_field",
    ),
    (
        "an unknown value",
        changed(TEST, details={**TEST["details"], "result": "maybe"}),
        "facts_invalid",
        "invalid_value",
    ),
    (
        "a time without offset",
        changed(TEST, occurred_at="2022-09-19T09:00:00"),
        "facts_invalid",
        "invalid_value",
    ),
    (
        "an end before the start",
        changed(CONTACT, ended_at="2022-09-18T11:00:00+08:00"),
        "facts_invalid",
        "ends_before_start",
    ),
    (
        "a test with an end",
        changed(TEST, ended_at="2022-09-19T10:00:00+08:00"),
        "facts_invalid",
        "not_allowed",
    ),
    ("details that are a list", changed(TEST, details=[1]), "facts_invalid", "invalid_value"),
]


@pytest.mark.parametrize(
    ("data", "code", "problem"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_a_bad_file_is_refused_in_the_one_error_shape(
    written: Any, data: Any, code: str, problem: str
) -> None:
    out, err, exit_code = run(written(data))
    refusal = json.loads(err)
    assert (out, exit_code) == ("", 1)
    assert set(refusal) == {"code", "message", "details"}
    assert refusal["code"] == code
    assert problem in json.dumps(refusal["details"])


def test_every_bad_item_is_named_by_its_index(written: Any) -> None:
    bad = {**TEST, "details": {}}
    with pytest.raises(DomainError) as refused:
        decide_file(written({**FILE, "evidence": [bad, CONTACT, {**CONTACT, "kind": "debt"}]}))
    problems = refused.value.details["problems"]
    assert {problem["evidence"] for problem in problems} == {0, 2}


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    _, err, code = run(str(tmp_path / "none.json"))
    assert (json.loads(err)["code"], code) == ("facts_invalid", 1)
