"""Rules are tried on everybody before they act: counted, explained, nobody named."""

import json
from datetime import UTC, timedelta

import pytest

from accounts.models import Citizen
from healthcode.errors import DryRunInvalid
from healthcode.models import ColourChange, HealthStatus, RuleSet
from healthcode.rules import RuleSetInvalid
from healthcode.services import advance_dry_run, dry_runs, simulate_rules
from healthcode.services.dry_runs import stride_for
from healthcode.sql import people_of
from healthcode.tasks import sweep_dry_runs
from tests.healthcode import rules_at_work as work
from tests.healthcode.rules_at_work import CITY, DAY, HOUR, JINGAN, MILD, NOW, PUDONG, STRICT
from tests.healthcode.test_rules import CONTACTS

pytestmark = pytest.mark.django_db

MILDER = work.rules("none, place: home_monitoring")


@pytest.fixture
def city(db):
    """Anna has a fever, Li Si met a case, Zhang San is well; of Wu of Pudong nothing is known."""
    work.first_rules()
    people = {
        "anna": work.feverish(work.well(work.resident("E10000001"))),
        "li": work.exposed(work.well(work.resident("E10000002"))),
        "zhang": work.well(work.resident("E10000003", PUDONG)),
        "wu": work.resident("E10000004", PUDONG),
        "zhao": work.feverish(work.well(work.resident("E10000005", PUDONG))),
    }
    work.sweep(NOW)
    return people


def simulated(text, **how):
    return simulate_rules(text=text, file="trial.yaml", now=NOW.astimezone(UTC), **how)


def matrix(report):
    """Only the changes that somebody makes."""
    return {
        (before, after): people
        for before, row in report["matrix"].items()
        for after, people in row.items()
        if people
    }


def test_the_matrix_counts_everybody_by_colour_before_and_after(city):
    report = simulated(STRICT)
    assert matrix(report) == {
        ("yellow", "red"): 2,
        ("red", "red"): 1,
        ("green", "green"): 1,
        ("unassessed", "unassessed"): 1,
    }
    assert (report["people"], report["worse"], report["better"]) == (5, 2, 0)
    assert report["worse_share"] == 0.4


def test_the_matrix_counts_who_turns_better(city):
    report = simulated(MILDER)
    assert matrix(report)["yellow", "green"] == 2
    assert (report["worse"], report["better"], report["worse_share"]) == (0, 2, 0.0)


def test_the_same_rules_change_nothing(city):
    report = simulated(MILD)
    assert (report["worse"], report["better"], report["reasons_only"]) == (0, 0, 0)
    assert report["largest"] == report["examples"] == report["by_reason"] == []


def test_the_report_tells_regions_and_reasons_apart(city):
    report = simulated(STRICT)
    counted = [(row["region"], row["people"], row["worse"]) for row in report["by_region"]]
    assert counted == [(JINGAN, 2, 1), (PUDONG, 3, 1)]
    assert matrix(report["by_region"][1])["yellow", "red"] == 1
    assert report["by_reason"] == [
        {"rule": "fever", "before": "yellow", "after": "red", "people": 2}
    ]
    assert [row["region"] for row in report["largest"]] == [JINGAN, PUDONG]


def test_a_dry_run_of_a_district_asks_nobody_else(city):
    report = simulated(STRICT, region=JINGAN)
    assert (report["region"], report["people"], report["worse_share"]) == (JINGAN, 2, 0.5)


def test_people_without_a_district_are_the_city_s(city):
    work.feverish(work.resident("E10000006", ""))
    assert simulated(STRICT)["worse"] == 3
    assert simulated(STRICT, region=JINGAN)["worse"] == 1


def test_who_stands_under_rules_of_a_narrower_scope_keeps_them(city):
    work.activated(work.rules("yellow", scope=JINGAN, id="jingan"))
    report = simulated(STRICT)
    assert [(row["region"], row["worse"]) for row in report["by_region"]] == [
        (JINGAN, 0),
        (PUDONG, 1),
    ]
    assert [version.split("@")[0] for version in report["against"]] == ["jingan", "trial"]


def test_trying_rules_changes_nothing(city):
    before = list(HealthStatus.objects.order_by("pk").values())
    counts = (ColourChange.objects.count(), RuleSet.objects.count())
    simulated(STRICT)
    work.tried(MILDER)
    assert list(HealthStatus.objects.order_by("pk").values()) == before
    assert (ColourChange.objects.count(), RuleSet.objects.count() - 1) == counts


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 100])
def test_in_slices_a_dry_run_finds_what_it_finds_in_one_go(city, monkeypatch, chunk):
    whole = simulated(STRICT)
    monkeypatch.setattr(dry_runs.Trial.go_on, "__defaults__", (chunk,))
    run = work.requested(STRICT)
    slices = 0
    while advance_dry_run(now=NOW + HOUR):
        slices += 1
    run.refresh_from_db()
    assert slices == -(-5 // chunk) + 1
    assert run.report == json.loads(json.dumps(whole))
    assert (run.tally, run.finished_at) == ({}, NOW + HOUR)


def test_the_oldest_dry_run_is_worked_off_first_by_the_sweep(city, monkeypatch):
    monkeypatch.setattr(dry_runs.Trial.go_on, "__defaults__", (2,))
    first, second = work.requested(STRICT), work.requested(MILDER)
    advance_dry_run(now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.last_citizen > second.last_citizen == 0
    assert sweep_dry_runs() == 3 + 4
    second.refresh_from_db()
    assert second.report["better"] == 2
    assert sweep_dry_runs() == 0


def test_a_dry_run_decides_as_of_its_request_whenever_it_is_worked_off(city):
    run = work.requested(STRICT)
    while advance_dry_run(now=NOW + 30 * DAY):
        pass
    run.refresh_from_db()
    assert run.report["worse"] == 2
    assert run.report["as_of"] == NOW.astimezone(UTC).isoformat(timespec="seconds")


def secrets_of(people):
    """What tells who somebody is, or where and when they were."""
    for who in people:
        yield from (who.ref, f"T{who.pk}", who.community)
    yield from ("E1000000", "L7", "case-1", "310115001002", "grid-9", "clinic")
    for at in (NOW - HOUR, NOW - DAY):
        yield from (str(int(at.timestamp())), at.isoformat(), at.isoformat()[:13])


def test_examples_tell_what_happened_but_not_to_whom_where_or_when(city):
    anna = city["anna"]
    work.told(anna, "area_stay", NOW - 3 * DAY, NOW - 2 * DAY, region="310115001002")
    work.told(anna, "companion", NOW - DAY, NOW - DAY + HOUR, grid="grid-9")
    work.exposed(anna, NOW - 9 * DAY)
    report = work.tried(STRICT).report
    words = json.dumps(report, ensure_ascii=False)
    assert [secret for secret in secrets_of(Citizen.objects.all()) if secret in words] == []
    [example] = [each for each in report["examples"] if each["region"] == JINGAN]
    told = {fact["kind"]: fact for fact in example["evidence"]}
    assert set(told) == {"test", "health_report", "area_stay", "companion", "exposure"}
    assert told["exposure"]["details"] == {"grade": "close", "setting": "zone"}
    assert told["area_stay"] == {
        "kind": "area_stay",
        "days_ago": 3,
        "ended_days_ago": 2,
        "details": {},
    }
    assert (example["reasons_before"], example["reasons_after"]) == (["fever"], ["fever"])


def test_a_region_outside_the_scope_is_not_tried(city):
    for region in ("440000", "440106", "110000"):
        with pytest.raises(DryRunInvalid):
            simulated(STRICT, region=region)
        with pytest.raises(DryRunInvalid):
            work.requested(STRICT, region=region)
    with pytest.raises(DryRunInvalid):
        simulated(work.rules("red", scope=JINGAN, id="jingan"), region=CITY)


def test_rules_that_only_grade_contacts_are_not_tried(city):
    grading = MILD.split("rules:\n")[0] + CONTACTS
    with pytest.raises(DryRunInvalid):
        simulated(grading)
    with pytest.raises(DryRunInvalid):
        work.requested(grading)


def test_a_text_that_could_not_be_stored_is_not_tried(city):
    with pytest.raises(RuleSetInvalid):
        simulated(work.rules("red", id="rival"))


def chosen(stride):
    """Who is asked when one of so many is."""
    people, after = [], 0
    while part := people_of("", after=after, limit=7, stride=stride):
        people += [person.citizen_id for person in part]
        after = people[-1]
    return people


def test_a_sample_is_the_same_every_time_and_about_as_large_as_asked_for(db):
    work.first_rules()
    everybody = [work.resident(f"E{number:08}").pk for number in range(200)]
    sample = chosen(4)
    assert sample == chosen(4)
    assert set(sample) < set(everybody)
    assert 25 <= len(sample) <= 75
    assert {number % 4 for number in sample} == {0, 1, 2, 3}
    assert simulated(STRICT, sample=50)["people"] == len(sample)


def test_a_sample_larger_than_the_population_asks_everybody(city):
    assert stride_for(CITY, 100) == 1
    assert simulated(STRICT, sample=100)["people"] == 5


def test_a_sample_keeps_its_stride_while_people_come(city, monkeypatch):
    monkeypatch.setattr(dry_runs.Trial.go_on, "__defaults__", (1,))
    monkeypatch.setattr(dry_runs, "SMALLEST_SAMPLE", 1)
    run = work.requested(STRICT, sample=5)
    advance_dry_run(now=NOW)
    for number in range(10):
        work.resident(f"P{number}")
    advance_dry_run(now=NOW + timedelta(minutes=1))
    run.refresh_from_db()
    assert run.tally["stride"] == 1


def test_a_dry_run_of_nobody_has_no_share_and_speaks_for_nobody(db):
    work.first_rules()
    report = simulated(STRICT)
    assert (report["people"], report["worse_share"], report["against"]) == (0, 0.0, [])
