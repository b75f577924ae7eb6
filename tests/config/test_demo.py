"""What stops a demo before it starts anything."""

import socket

import pytest

from config import demo


@pytest.fixture(autouse=True)
def signals(monkeypatch):
    """Leave the signals of the test run alone."""
    monkeypatch.setattr(demo, "unwind_on_signals", lambda: None)


def test_it_does_not_start_with_production_settings(monkeypatch, capsys):
    monkeypatch.setenv("HEALTHCODE_ENV", "production")
    assert demo.main([]) == 1
    assert "HEALTHCODE_ENV is production" in capsys.readouterr().err


def test_only_one_runs_in_a_folder(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HEALTHCODE_ENV", "demo")
    monkeypatch.setattr(demo, "make_var", lambda: tmp_path)
    with demo._the_only_demo():
        assert demo.main([]) == 1
    assert "already runs" in capsys.readouterr().err


def test_a_taken_port_is_named_with_the_way_out(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(
            demo.EnvironmentRefused, match=f"port {port}: .*PORT={port + 1} make demo"
        ):
            demo._free_port()


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1"])
def test_a_port_must_be_one(text, monkeypatch):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(demo.EnvironmentRefused, match="no port"):
        demo._free_port()
