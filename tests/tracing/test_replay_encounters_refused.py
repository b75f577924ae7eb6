"""Files of measured contact that are no such files: refused by file and line, nothing kept."""

import gzip
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.tracing.face_to_face import left_behind, refused, together, write

pytestmark = pytest.mark.django_db

GOOD = b"20 1467 1513\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (GOOD + b"40 1467\n", 2, "not `t i j`"),
        (GOOD + b"40 1467 1513 DISQ DMCT\n", 2, "not `t i j`"),
        (GOOD + b"40 Anna Ben\n", 2, "not `t i j`"),
        (GOOD + b"40.5 1467 1513\n", 2, "not `t i j`"),
        (GOOD + b"\n" + GOOD, 2, "not `t i j`"),
        (GOOD + "40 １４６７ 1513\n".encode(), 2, "not `t i j`"),
        (GOOD + b"40 -1467 1513\n", 2, "not `t i j`"),
        (GOOD + GOOD + b"40 1467 1467\n", 3, "themselves"),
        (GOOD + b"40 7 007\n", 2, "themselves"),
        (b"-20 1467 1513\n", 1, "a negative time"),
        (b"4102444801 1467 1513\n", 1, "after the year 2100"),
        (b"", 1, "holds no contact"),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path, text, line, reason):
    file = tmp_path / "tij.dat"
    file.write_bytes(text)
    _names(refused(file), file, line, reason)


def test_a_bad_line_in_an_archive_is_named_too(tmp_path):
    file = tmp_path / "tij.dat.gz"
    file.write_bytes(gzip.compress(GOOD + b"bad\n"))
    _names(refused(file), file, 2, "not `t i j`")


@pytest.mark.parametrize("name", ["missing.dat", "missing.dat.gz", "missing.zip", ""])
def test_what_is_no_file_is_unreadable(tmp_path, name):
    _names(refused(tmp_path / name), tmp_path / name, 1, "cannot be read")


@pytest.mark.parametrize("name", ["tij.gz", "tij.zip"])
def test_what_is_not_packed_is_no_archive(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(GOOD)
    _names(refused(file), file, 1, "cannot be read")


@pytest.mark.parametrize("name", ["tij.gz", "tij.zip"])
def test_an_archive_that_breaks_off_is_unreadable(tmp_path, name):
    file = write(tmp_path / name, together(1467, 1513, since=0))
    file.write_bytes(file.read_bytes()[:-9])
    assert "cannot be read" in refused(file)["details"]["reason"]


def test_an_encrypted_archive_is_unreadable(tmp_path):
    file = write(tmp_path / "tij.zip", together(1467, 1513, since=0))
    packed = bytearray(file.read_bytes())
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(packed)
    _names(refused(file), file, 1, "cannot be read: RuntimeError")


@pytest.mark.parametrize("names", [[], ["one.dat", "other.dat"]])
def test_an_archive_holds_one_file(tmp_path, names):
    file = tmp_path / "tij.zip"
    with ZipFile(file, "w") as archive:
        archive.mkdir("tij") if hasattr(archive, "mkdir") else archive.writestr("tij/", b"")
        for name in names:
            archive.writestr(name, GOOD)
    _names(refused(file), file, 1, f"an archive of {len(names)} files")


def test_an_unknown_rule_set_is_refused_with_those_that_are_known(tmp_path):
    error = refused(write(tmp_path / "tij.dat", together(1, 2, since=0)), rule="../secret")
    assert error["code"] == "unknown_ruleset"
    assert "us-cdc-2020-10" in error["details"]["known"]


def test_rules_without_a_contacts_part_grade_nothing(tmp_path):
    file = write(tmp_path / "tij.dat", together(1, 2, since=0))
    error = refused(file, rule="chengdu-2021")
    assert error["code"] == "ruleset_without_contacts"


@pytest.mark.parametrize("step", [0, -20, 86_401])
def test_a_step_is_a_stay_that_a_row_can_hold(tmp_path, step):
    error = refused(write(tmp_path / "tij.dat", together(1, 2, since=0)), step=step)
    assert (error["code"], error["details"]["step"]) == ("replay_refused", step)


def _names(error: dict, file: Path, line: int, reason: str) -> None:
    assert error["code"] == "contact_file_invalid"
    assert (error["details"]["file"], error["details"]["line"]) == (str(file), line)
    assert reason in error["details"]["reason"]
    assert left_behind() == []
