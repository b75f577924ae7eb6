"""Journey 1: a laboratory hands in results; colours follow, explained and ending."""

import stat

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEvent, Citizen
from healthcode.colours import Colour
from healthcode.models import ColourChange, Evidence
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN, colour_of, hand_in, pcr

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    world.rules_in_force()


@pytest.fixture
def lab() -> str:
    return world.source("lab", "test")


def test_a_negative_sample_turns_a_stranger_green(lab):
    answer = hand_in(lab, pcr(ZHANG_SAN, "a1"))

    assert answer.status_code == 200
    assert answer.json()["results"][0]["status"] == "stored"
    assert colour_of(ZHANG_SAN) is Colour.GREEN


def test_a_single_tube_positive_turns_red_with_its_reason_and_release_in_both_languages(lab):
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))

    status = world.status_after_the_sweep(ZHANG_SAN)

    [reason] = status.decision["reasons"]
    assert status.colour == Colour.RED
    assert reason["rule"] == "first-positive"
    assert reason["until"] is None
    assert all(reason[part][tongue] for part in ("text", "release") for tongue in ("zh-hans", "en"))


def test_a_whole_tube_is_red_until_each_single_retest(lab):
    for number, ref in ((ZHANG_SAN, "t1"), (LI_SI, "t2")):
        tube = pcr(number, ref, result="positive", pool_size=2)
        tube["details"]["tube"] = "T7"
        hand_in(lab, tube)
    assert [colour_of(ZHANG_SAN), colour_of(LI_SI)] == [Colour.RED, Colour.RED]

    hand_in(lab, pcr(ZHANG_SAN, "retest", at=world.ago(hours=1)))

    assert [colour_of(ZHANG_SAN), colour_of(LI_SI)] == [Colour.GREEN, Colour.RED]


def test_saying_it_twice_stores_it_once(lab):
    item = pcr(ZHANG_SAN, "a1")

    first, second = hand_in(lab, item), hand_in(lab, item)

    assert second.status_code == 200
    assert second.json()["results"] == [
        {"status": "duplicate", "evidence_id": first.json()["results"][0]["evidence_id"]}
    ]
    assert Evidence.objects.count() == 1


def test_the_same_name_with_other_content_is_a_conflict_and_changes_nothing(lab):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))

    answer = hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))

    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert colour_of(ZHANG_SAN) is Colour.GREEN


def test_a_mended_document_number_moves_the_result_to_the_right_person(lab):
    at = world.ago(hours=6)
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive", at=at))
    assert colour_of(ZHANG_SAN) is Colour.RED

    hand_in(lab, pcr(LI_SI, "a1", result="positive", at=at, version=2))

    assert colour_of(ZHANG_SAN) is Colour.UNASSESSED
    assert colour_of(LI_SI) is Colour.RED


def test_a_retracted_result_counts_no_longer(lab):
    at = world.ago(hours=6)
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive", at=at))
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive", at=at, version=2, retracted=True))

    assert colour_of(ZHANG_SAN) is Colour.UNASSESSED


def test_history_keeps_each_colour_with_the_evidence_it_rests_on(lab):
    hand_in(lab, pcr(ZHANG_SAN, "a1", at=world.ago(hours=30)))
    colour_of(ZHANG_SAN)
    hand_in(lab, pcr(ZHANG_SAN, "a2", result="positive"))
    colour_of(ZHANG_SAN)

    history = list(ColourChange.objects.order_by("id"))

    assert [change.colour for change in history] == [Colour.GREEN, Colour.RED]
    assert [len(change.facts) for change in history] == [1, 2]
    assert {change.rules.split("@")[0] for change in history} == {world.RULES}


def test_every_batch_leaves_an_audit_record_without_personal_data(lab):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))

    event = AuditEvent.objects.get(action="evidence.recorded")

    assert event.actor == "source:lab"
    assert event.details == {"test": 1}
    assert ZHANG_SAN not in str(vars(event))


def test_good_items_are_stored_whatever_the_others_are(lab):
    answer = hand_in(lab, pcr(ZHANG_SAN, "a1"), pcr(ZHANG_SAN[:-1] + "1", "a2"), pcr(LI_SI, "a3"))

    statuses = [result["status"] for result in answer.json()["results"]]
    assert answer.status_code == 207
    assert statuses == ["stored", "refused", "stored"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"document_number": ZHANG_SAN[:-1] + "1"}, "invalid_document", None),
        ({"kind": "opinion"}, "evidence_invalid", "kind"),
        ({"occurred_at": "2022-02-30T10:00:00+08:00"}, "evidence_invalid", "occurred_at"),
        ({"occurred_at": "2022-02-20T10:00:00"}, "evidence_invalid", "occurred_at"),
        ({"occurred_at": "2999-01-01T00:00:00+08:00"}, "evidence_invalid", "occurred_at"),
        ({"occurred_at": "0022-09-18T00:00:00+08:00"}, "evidence_invalid", "occurred_at"),
        ({"details": {"method": "pcr", "result": "perhaps"}}, "evidence_invalid", None),
        ({"details": {"method": "pcr", "mood": "bad"}}, "evidence_invalid", None),
        ({"colour": "red"}, "evidence_invalid", "colour"),
        ({"version": 0}, "evidence_invalid", "version"),
        ({"source_ref": ""}, "evidence_invalid", "source_ref"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name_and_nothing_is_written(lab, change, code, field):
    answer = hand_in(lab, pcr(ZHANG_SAN, "a1") | change)

    body = answer.json()
    assert answer.status_code == 400
    assert set(body) == {"code", "message", "details"}
    assert body["code"] == code
    if field:
        assert body["details"]["problems"][0]["field"] == field
    assert not Evidence.objects.exists()
    assert not Citizen.objects.exists()


def test_a_kind_the_source_may_not_hand_in_is_refused(lab):
    answer = hand_in(
        lab, pcr(ZHANG_SAN, "a1") | {"kind": "case", "details": {"status": "confirmed"}}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "kind_not_allowed")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Source wrong"}, {"Authorization": "x"}])
def test_an_unknown_source_is_refused(header):
    answer = Client().post(
        "/api/v1/evidence/", "[]", content_type="application/json", headers=header
    )

    assert answer.status_code == 401
    assert answer.json() == {
        "code": "unknown_source",
        "message": "This source is not known.",
        "details": {},
    }


def test_what_is_not_a_list_of_items_is_refused_in_the_one_error_shape(lab):
    for body in ("{}", "[]", "not json", "[1]"):
        answer = Client().post(
            "/api/v1/evidence/",
            body,
            content_type="application/json",
            headers={"Authorization": f"Source {lab}"},
        )
        assert answer.status_code == 400
        assert set(answer.json()) == {"code", "message", "details"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_keeps_good_rows_and_names_the_bad_ones(lab, tmp_path, encoding, capsys):
    file = world.results_file(
        tmp_path / "results.csv",
        world.csv_row(ZHANG_SAN, "r1", lab="静安实验室"),
        world.csv_row(LI_SI[:-1] + "9", "r2"),
        world.csv_row(LI_SI, "r3", pool_size="many"),
        world.csv_row(LI_SI, "r4"),
        encoding=encoding,
    )

    call_command("import_evidence", str(file), source="lab")

    rejects = tmp_path / "results.csv.rejects.csv"
    lines = rejects.read_text(encoding="utf-8").splitlines()
    assert capsys.readouterr().out == "2 stored, 0 known before, 2 refused\n"
    assert [line.split(",")[0] for line in lines] == ["line", "3", "4"]
    assert "invalid_document" in lines[1]
    assert "pool_size" in lines[2]
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    assert [colour_of(ZHANG_SAN), colour_of(LI_SI)] == [Colour.GREEN, Colour.GREEN]


def test_importing_a_file_twice_stores_it_once(lab, tmp_path, capsys):
    file = world.results_file(tmp_path / "results.csv", world.csv_row(ZHANG_SAN, "r1"))

    call_command("import_evidence", str(file), source="lab")
    call_command("import_evidence", str(file), source="lab")

    assert capsys.readouterr().out.splitlines()[1] == "0 stored, 1 known before, 0 refused"
    assert not (tmp_path / "results.csv.rejects.csv").exists()


def test_a_file_of_an_unknown_source_or_shape_is_refused_whole(lab, tmp_path):
    file = world.results_file(tmp_path / "results.csv", world.csv_row(ZHANG_SAN, "r1"))
    other = tmp_path / "other.csv"
    other.write_text("name,opinion\n张三,bad\n", encoding="utf-8")

    with pytest.raises(CommandError, match="unknown_source"):
        call_command("import_evidence", str(file), source="nobody")
    with pytest.raises(CommandError, match="csv_invalid"):
        call_command("import_evidence", str(other), source="lab")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_evidence", str(tmp_path / "missing.csv"), source="lab")
