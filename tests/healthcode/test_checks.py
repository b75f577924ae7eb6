"""Wrong or missing keys do not start, and the hint mends them."""

import shutil
import time
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from healthcode import keys


def found(**kwargs: object) -> dict[str, str]:
    """The ids of what is wrong, with their hints."""
    return {str(problem.id): str(problem.hint) for problem in run_checks(tags=["keys"], **kwargs)}


def test_whole_keys_are_no_problem():
    assert found() == {}


def test_without_a_signing_key_nothing_starts(settings, tmp_path):
    settings.HEALTHCODE_KEYS_DIR = tmp_path

    assert found() == {"healthcode.E001": "manage.py keys rotate --root FILE"}
    with pytest.raises(CommandError, match="No key list"):
        call_command("check", tags=["keys"])


def test_a_web_server_without_keys_starts_where_a_signer_has_them(settings, tmp_path):
    own = Path(settings.HEALTHCODE_KEYS_DIR)
    public = settings.HEALTHCODE_KEYS_DIR = tmp_path / "public"
    shutil.copytree(own, public, ignore=shutil.ignore_patterns("*.pem"))
    assert "healthcode.E001" in found()

    settings.HEALTHCODE_SIGNER = "/run/healthcode/signer.sock"
    assert found() == {}


def test_keys_that_end_within_a_week_are_told_ahead(settings, tmp_path):
    directory = settings.HEALTHCODE_KEYS_DIR = tmp_path / "keys"
    root, now = keys.new_root(tmp_path / "root.pem"), int(time.time())
    keys.rotate(directory, iss="SH", root=root, now=now - 84 * 86_400)
    assert "healthcode.W001" in found()

    keys.rotate(directory, iss="SH", root=root, now=now)
    assert found() == {}


def test_production_does_not_start_where_the_web_server_can_read_a_key(settings, tmp_path):
    directory = settings.HEALTHCODE_KEYS_DIR = tmp_path
    settings.HEALTHCODE_SIGNER = "/run/healthcode/signer.sock"
    assert "healthcode.E007" not in deployment_problems()

    (directory / "0badcafe.pem").write_text("a key")
    assert "healthcode.E007" in deployment_problems()

    (directory / "0badcafe.pem").unlink()
    settings.HEALTHCODE_SIGNER = ""
    assert "healthcode.E007" in deployment_problems()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("HEALTHCODE_LIVE_ID_KEY", "c2hvcnQ=", "healthcode.E002"),
        ("HEALTHCODE_FINGERPRINT_KEY", "not base64!", "healthcode.E003"),
        ("HEALTHCODE_SEALING_KEYS", {"1": "c2hvcnQ="}, "healthcode.E004"),
    ],
)
def test_a_key_of_the_wrong_length_is_named_with_what_makes_a_right_one(
    settings, name, value, problem
):
    setattr(settings, name, value)

    assert "/dev/urandom" in found()[problem]


def deployment_problems() -> set[object]:
    return {problem.id for problem in run_checks(tags=["security"], include_deployment_checks=True)}


def test_production_sends_codes_and_connects_as_the_service(settings, monkeypatch):
    settings.HEALTHCODE_SMS_GATEWAY_URL = "http://sms.example.org"
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "healthcode_owner")

    assert {"healthcode.E005", "healthcode.E006"} <= deployment_problems()
