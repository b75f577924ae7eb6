"""The demo's database is filled once, emptied only if it is the demo's own."""

import pytest

from config import demo_database
from config.city import City
from config.environment import EnvironmentRefused

HERE = {"MIGRATE_DATABASE_URL": "here", "HEALTHCODE_FINGERPRINT_KEY": "a"}
ELSEWHERE = HERE | {"MIGRATE_DATABASE_URL": "elsewhere"}
TOWN = City(citizens=3_000, days=7, seed=1)


class Server:
    """A database that remembers its comment, its tables and being made anew."""

    def __init__(self):
        self.record, self.tables, self.made_anew = None, False, 0

    def recreate(self):
        self.record, self.tables = None, False
        self.made_anew += 1


@pytest.fixture
def server(monkeypatch):
    """A database that is not there, behind the functions that would ask one."""
    found = Server()
    here = {"MIGRATE_DATABASE_URL": "here"}
    monkeypatch.setattr(demo_database.embedded, "instance_urls", lambda name: here)
    monkeypatch.setattr(demo_database, "_record", lambda _: found.record)
    monkeypatch.setattr(demo_database, "_holds_tables", lambda _: found.tables)
    monkeypatch.setattr(
        demo_database, "_set_record", lambda _, text: setattr(found, "record", text)
    )
    monkeypatch.setattr(demo_database, "_recreate", lambda _: found.recreate())
    monkeypatch.setattr(demo_database, "write_city", lambda *_: setattr(found, "tables", True))
    return found


def test_a_city_is_written_once(server):
    assert demo_database.make_room(HERE, anew=False)
    demo_database.fill(HERE, TOWN)
    assert not demo_database.make_room(HERE, anew=False)
    assert server.made_anew == 0


def test_half_a_city_is_thrown_away(server, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_database, "write_city", fail)
    with pytest.raises(KeyboardInterrupt):
        demo_database.fill(HERE, TOWN)
    assert demo_database.make_room(HERE, anew=False)
    assert server.made_anew == 1


def test_another_city_takes_the_place_of_the_first(server):
    demo_database.fill(HERE, TOWN)
    assert demo_database.make_room(HERE, anew=True)
    assert server.made_anew == 1


def test_a_city_whose_keys_are_lost_is_written_anew(server):
    demo_database.fill(HERE, TOWN)
    assert demo_database.make_room(HERE | {"HEALTHCODE_FINGERPRINT_KEY": "b"}, anew=False)
    assert server.made_anew == 1


@pytest.mark.parametrize("anew", [False, True])
def test_a_database_of_somebody_elses_is_never_touched(server, anew):
    server.tables = True
    with pytest.raises(EnvironmentRefused, match="not empty"):
        demo_database.make_room(ELSEWHERE, anew=anew)
    assert server.made_anew == 0


def test_an_empty_database_of_somebody_elses_may_be_used(server):
    assert demo_database.make_room(ELSEWHERE, anew=False)
    demo_database.fill(ELSEWHERE, TOWN)
    assert not demo_database.make_room(ELSEWHERE, anew=False)
