"""Who may stop the embedded servers, and whose servers are left alone."""

import pytest

from config.embedded import EmbeddedError, services
from config.embedded.locks import Users, one_at_a_time
from config.embedded.places import Place

GIVEN = {
    "DATABASE_URL": "postgresql://healthcode_app@db/healthcode",
    "MIGRATE_DATABASE_URL": "postgresql://healthcode_owner@db/healthcode",
}
BROKER = {"BROKER_URL": "amqp://broker"}


@pytest.fixture
def events(monkeypatch, tmp_path):
    """What is started and stopped, instead of starting and stopping it."""
    seen = []
    place = Place("trial", None, tmp_path, tmp_path, tmp_path)
    monkeypatch.setattr(services, "place_of", lambda instance: place)
    monkeypatch.setattr(services, "prepare", lambda place: None)
    for name, module in (("database", services.postgres), ("broker", services.valkey)):
        monkeypatch.setattr(module, "start", lambda *_, name=name, **__: seen.append(f"{name} up"))
        monkeypatch.setattr(module, "stop", lambda _, name=name: seen.append(f"{name} down"))
    for name in services.NAMES:
        monkeypatch.delenv(name, raising=False)
    return seen


def test_both_servers_run_for_a_block_and_no_longer(events):
    with services.running("trial"):
        assert events == ["database up", "broker up"]
    assert events[2:] == ["broker down", "database down"]


def test_the_last_of_several_users_switches_off(events):
    with services.running("trial"):
        with services.running("trial"):
            pass
        assert "database down" not in events
    assert "database down" in events


def test_servers_started_to_stay_stay_after_a_user_leaves(events):
    services.start("trial")
    with services.running("trial"):
        pass
    assert "database down" not in events
    services.stop("trial")
    assert "database down" in events


def test_servers_in_use_are_not_stopped(events):
    with services.running("trial"), pytest.raises(EmbeddedError, match="still uses trial"):
        services.stop("trial")
    assert events.count("database down") == 1


def test_given_servers_are_used_and_none_is_started(events, monkeypatch):
    for name, url in (GIVEN | BROKER).items():
        monkeypatch.setenv(name, url)
    with services.running("trial") as urls:
        assert urls == GIVEN | BROKER
    assert events == []


def test_a_given_database_leaves_only_the_broker_to_start(events, monkeypatch):
    for name, url in GIVEN.items():
        monkeypatch.setenv(name, url)
    with services.running("trial") as urls:
        assert urls.items() >= GIVEN.items()
        assert events == ["broker up"]


def test_one_role_of_a_database_is_not_enough(events, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", GIVEN["DATABASE_URL"])
    with pytest.raises(EmbeddedError, match="both, or neither"), services.running("trial"):
        pass
    assert events == []


def test_a_lock_that_is_held_is_waited_for_and_then_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("config.embedded.locks.PATIENCE_SECONDS", 0.2)
    path = tmp_path / "lock"
    refused = pytest.raises(EmbeddedError, match=r"keeps .* locked")
    with one_at_a_time(path), refused, one_at_a_time(path):
        pass


def test_a_user_is_alone_when_the_others_have_left(tmp_path):
    first, second = Users(tmp_path / "users"), Users(tmp_path / "users")
    first.join()
    second.join()
    assert not first.is_alone()
    second.leave()
    assert first.is_alone()
    first.leave()
