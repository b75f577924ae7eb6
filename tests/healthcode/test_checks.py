"""Wrong or missing keys do not start, and the hint mends them."""

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command


def found(**kwargs: object) -> dict[str, str]:
    """The ids of what is wrong, with their hints."""
    return {str(problem.id): str(problem.hint) for problem in run_checks(tags=["keys"], **kwargs)}


def test_whole_keys_are_no_problem():
    assert found() == {}


def test_without_a_signing_key_nothing_starts(settings, tmp_path):
    settings.HEALTHCODE_KEYS_DIR = tmp_path

    assert found() == {"healthcode.E001": "manage.py keys new --in-hours 0"}
    with pytest.raises(CommandError, match="No active signing key"):
        call_command("check", tags=["keys"])


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


def test_production_sends_codes_and_connects_as_the_service(settings, monkeypatch):
    settings.HEALTHCODE_SMS_GATEWAY_URL = "http://sms.example.org"
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "healthcode_owner")

    problems = {
        problem.id for problem in run_checks(tags=["security"], include_deployment_checks=True)
    }

    assert {"healthcode.E005", "healthcode.E006"} <= problems
