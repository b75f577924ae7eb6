"""What a rule file would change is seen before it acts, and nothing changes meanwhile."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Max
from pytest_django import DjangoDbBlocker

from accounts.models import AuditEvent, Citizen
from healthcode.colours import Colour
from healthcode.models import Activation, ColourChange, DryRun, Evidence, HealthStatus, RuleSet
from healthcode.rules.loading import FOLDER
from healthcode.tasks import sweep_due
from tests.fixtures import own_copy

pytestmark = [pytest.mark.slow, pytest.mark.serial]
ACTIVE = "sh-2022-09-18"
SECONDARY = "{colour: red, place: home_isolation, days: 7, test_days: [1, 4, 7]}"
ENTRY = "{colour: red, place: central_isolation, days: 7}"
MISSED = "{colour: yellow, days: 14, verified: false}"
ABSENT = "absent: {test: {method: pcr}, days: 7}"
SHANGHAI = ZoneInfo("Asia/Shanghai")
PEOPLE = 3_000


@pytest.fixture(scope="module", autouse=True)
def _city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One city for all these tests: a simulation leaves no trace."""
    with own_copy("city", django_db_blocker):
        sweep_due()
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The text in force, to be changed."""
    copy = tmp_path / f"{ACTIVE}.yaml"
    copy.write_text((FOLDER / copy.name).read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def rewritten(file: Path, old: str, new: str) -> Path:
    """The file with one line changed."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def simulated(file: Path, *options: str) -> dict[str, Any]:
    """The command's whole report."""
    out = StringIO()
    call_command("simulate_rules", str(file), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def refused(file: Path, *options: str) -> dict[str, Any]:
    """The error on stderr, with exit code 1."""
    err = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("simulate_rules", str(file), "--json", *options, stdout=StringIO(), stderr=err)
    assert end.value.code == 1
    return json.loads(err.getvalue())


def totals(matrix: dict[str, dict[str, int]]) -> int:
    return sum(people for row in matrix.values() for people in row.values())


def moved(report: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Who changes colour, from which to which."""
    return {
        (before, after): people
        for before, row in report["matrix"].items()
        for after, people in row.items()
        if before != after and people
    }


def under(rule: str, colour: Colour) -> int:
    """People of a colour with nothing but one reason for it."""
    decisions = HealthStatus.objects.filter(colour=colour).values_list("decision", flat=True)
    return sum({reason["rule"] for reason in made["reasons"]} == {rule} for made in decisions)


def test_the_rules_in_force_change_nobody(file):
    report = simulated(file)

    assert moved(report) == {}
    assert (report["worse"], report["better"], report["reasons_only"]) == (0, 0, 0)
    assert report["worse_share"] == 0
    assert (report["by_reason"], report["largest"], report["examples"]) == ([], [], [])
    assert report["against"] == [report["version"]]


def test_the_totals_are_the_population_and_the_colours_it_has(file):
    report = simulated(file)

    stored = Counter(Colour(c).word for c in HealthStatus.objects.values_list("colour", flat=True))
    assert report["people"] == totals(report["matrix"]) == Citizen.objects.count() == PEOPLE
    assert sum(region["people"] for region in report["by_region"]) == PEOPLE
    assert sum(totals(region["matrix"]) for region in report["by_region"]) == PEOPLE
    assert {word: row[word] for word, row in report["matrix"].items() if row[word]} == stored


def test_a_worse_colour_for_a_missed_screening_moves_all_whom_it_holds_and_nobody_else(file):
    report = simulated(rewritten(file, MISSED, MISSED.replace("yellow", "red")))

    held = under("screening-missed", Colour.YELLOW)
    assert held > 0
    assert moved(report) == {("yellow", "red"): held}
    assert (report["worse"], report["better"]) == (held, 0)


def test_a_milder_colour_for_entries_moves_all_whom_it_holds_and_nobody_else(file):
    report = simulated(rewritten(file, ENTRY, ENTRY.replace("red", "yellow")))

    held = under("entry", Colour.RED)
    assert held > 0
    assert moved(report) == {("red", "yellow"): held}
    assert (report["worse"], report["better"]) == (0, held)


def test_fewer_days_without_a_test_turn_exactly_those_yellow_who_waited_longer(file):
    report = simulated(rewritten(file, ABSENT, ABSENT.replace("7", "1")))

    late = last_sampled_before_yesterday(datetime.fromisoformat(report["as_of"]))
    assert late > 0
    assert moved(report) == {("green", "yellow"): late}
    assert report["worse_share"] == late / PEOPLE
    assert sum(region["worse"] for region in report["by_region"]) == late
    assert report["by_reason"] == [
        {"rule": "no-test-for-7-days", "before": "green", "after": "yellow", "people": late}
    ]


def last_sampled_before_yesterday(now: datetime) -> int:
    """Green people whose last PCR sample is of the day before yesterday or older."""
    tests = Evidence.objects.filter(kind="test", details__method="pcr")
    green = tests.filter(citizen__status__colour=Colour.GREEN, occurred_at__lte=now)
    last = green.values("citizen").annotate(at=Max("occurred_at")).values_list("at", flat=True)
    today = now.astimezone(SHANGHAI).date()
    return sum((today - at.astimezone(SHANGHAI).date()).days > 1 for at in last)


def test_nothing_is_written(file):
    kept = [HealthStatus, ColourChange, RuleSet, Activation, DryRun, AuditEvent]
    before = [list(model.objects.order_by("pk").values()) for model in kept]

    simulated(rewritten(file, SECONDARY, SECONDARY.replace("days: 7", "days: 14")))

    assert [list(model.objects.order_by("pk").values()) for model in kept] == before


def test_examples_name_nobody(file):
    report = simulated(rewritten(file, ABSENT, ABSENT.replace("7", "1")))

    said = json.dumps(report["examples"], ensure_ascii=False)
    assert report["examples"]
    assert not any(ref in said for ref in Citizen.objects.values_list("ref", flat=True))
    assert all(set(fact) <= {"kind", "days_ago", "ended_days_ago", "details"}
               for example in report["examples"] for fact in example["evidence"])  # fmt: skip


def test_a_part_and_the_other_parts_are_the_whole(file):
    regions = {region["region"] for region in simulated(file)["by_region"]}
    parts = [simulated(file, "--region", region)["people"] for region in sorted(regions)]

    assert sum(parts) == PEOPLE


def test_a_sample_is_the_same_each_time_and_about_as_large_as_asked(file):
    first, second = (simulated(file, "--sample", "300") for _ in range(2))

    assert first["people"] == second["people"]
    assert 200 < first["people"] < 400
    assert first["sample"] == 300


def test_without_json_an_official_reads_a_table(file):
    out = StringIO()
    call_command("simulate_rules", str(file), stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0].startswith(f"{ACTIVE}@")
    assert "3,000 people looked at (everybody)" in lines[1]
    assert any(line.split()[:1] == ["green"] for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "rule", "field", "reason"),
    [
        ("{grade: close}", "{grade: closest}", "contact-close", "grade", "can never be"),
        ("from_day: 7", "from_day: seven", "contact-close", "from_day", ""),
        (ABSENT, "absent: {debt: {}, days: 7}", "no-test-for-7-days", "absent", ""),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_file_line_and_reason(file, old, new, rule, field, reason):
    bad = rewritten(file, old, new)
    line = next(n for n, text in enumerate(bad.read_text("utf-8").splitlines(), 1) if new in text)

    answer = refused(bad)

    assert (set(answer), answer["code"]) == ({"code", "message", "details"}, "ruleset_invalid")
    problem = answer["details"]["problems"][0]
    assert (problem["file"], problem["line"]) == (file.name, line)
    assert problem["rule"] == rule
    assert field in problem["field"]
    assert reason in problem["problem"]
    assert problem["problem"]


def test_what_is_no_yaml_or_no_file_is_refused(file, tmp_path):
    file.write_text("rules: [", encoding="utf-8")
    assert refused(file)["code"] == "ruleset_invalid"
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    for unreadable in (tmp_path / "missing.yaml", tmp_path / "bytes.yaml", tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            simulated(unreadable)


def test_a_region_outside_the_scope_is_refused(file):
    assert refused(file, "--region", "440100")["code"] == "dry_run_invalid"


@pytest.mark.parametrize("sample", ["0", "-5"])
def test_a_sample_of_nobody_is_refused(file, sample):
    with pytest.raises(CommandError, match="number of people"):
        simulated(file, "--sample", sample)
