"""Secrets are made once, kept for their owner only, and never mixed with production."""

import stat

import pytest

from config import environment
from config.environment import EnvironmentRefused, kept_secrets, refuse_production


@pytest.fixture(autouse=True)
def var(tmp_path, monkeypatch):
    """A var/ of the test's own."""
    monkeypatch.setattr(environment, "VAR", tmp_path / "var")
    monkeypatch.delenv("HEALTHCODE_ENV_FILE", raising=False)
    return tmp_path / "var"


def test_secrets_are_made_once_and_then_kept(var):
    assert kept_secrets("demo") == kept_secrets("demo")
    assert kept_secrets("demo")["SECRET_KEY"] != kept_secrets("test")["SECRET_KEY"]


def test_nobody_else_may_read_the_secrets(var):
    kept_secrets("demo")
    assert stat.S_IMODE((var / "demo.env").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["demo.env"]


@pytest.mark.parametrize("found", ["production", "test", ""])
def test_a_demo_refuses_any_other_environment(found, monkeypatch):
    monkeypatch.setenv("HEALTHCODE_ENV", found)
    with pytest.raises(EnvironmentRefused, match="for demo only"):
        refuse_production("demo")


def test_a_demo_reads_no_file_of_settings(monkeypatch):
    monkeypatch.setenv("HEALTHCODE_ENV", "demo")
    monkeypatch.setenv("HEALTHCODE_ENV_FILE", "/etc/healthcode.env")
    with pytest.raises(EnvironmentRefused, match="unset HEALTHCODE_ENV_FILE"):
        refuse_production("demo")


def test_a_demo_starts_where_nothing_is_said(monkeypatch):
    monkeypatch.delenv("HEALTHCODE_ENV", raising=False)
    refuse_production("demo")
