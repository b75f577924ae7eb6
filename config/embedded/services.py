"""Starting and stopping the two servers of an instance together."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.embedded import postgres, valkey
from config.embedded.errors import EmbeddedError
from config.embedded.locks import Users, one_at_a_time
from config.embedded.places import Place, clear, place_of, prepare

NAMES = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "BROKER_URL")


def instance_urls(instance: str) -> dict[str, str]:
    """The three addresses of an instance under the names the settings read."""
    place = place_of(instance)
    return {
        "DATABASE_URL": postgres.url(place, postgres.APP),
        "MIGRATE_DATABASE_URL": postgres.url(place, postgres.OWNER),
        "BROKER_URL": valkey.url(place),
    }


def start(instance: str, *, fsync: bool = True) -> dict[str, str]:
    """Start both servers to stay until `stop` is said; their addresses."""
    place = place_of(instance)
    with one_at_a_time(place.state / "lock"):
        _start_servers(place, {}, fsync=fsync)
        (place.state / "keep").touch()
    return instance_urls(instance)


def stop(instance: str) -> None:
    """Stop both servers; EmbeddedError while a demo or a test run uses them."""
    place = place_of(instance)
    with _unused(place):
        _stop_servers(place)


def wipe(instance: str) -> None:
    """Stop both servers and delete what they stored; EmbeddedError while they are used."""
    place = place_of(instance)
    with _unused(place):
        _stop_servers(place)
        clear(place)


def status(instance: str) -> dict[str, bool]:
    """Which of the two servers is up."""
    place = place_of(instance)
    return {"PostgreSQL": postgres.is_up(place), "Valkey": valkey.is_up(place)}


@contextmanager
def running(instance: str, *, fsync: bool = True) -> Iterator[dict[str, str]]:
    """Both servers for the length of a block; yields the three addresses.

    A server whose address is in the environment is the caller's own: it is neither
    started nor stopped. Several users may share an instance: the last one stops it,
    unless it was started to stay.
    """
    given = _given_urls(os.environ)
    if len(given) == len(NAMES):
        yield given
        return
    place = place_of(instance)
    with _joined(place, given, fsync=fsync):
        yield instance_urls(instance) | given


@contextmanager
def _joined(place: Place, given: Mapping[str, str], *, fsync: bool) -> Iterator[None]:
    """Count as a user of the instance; the last user switches it off."""
    users = Users(place.state / "users")
    try:
        with one_at_a_time(place.state / "lock"):
            users.join()
            _start_servers(place, given, fsync=fsync)
        yield
    finally:
        with one_at_a_time(place.state / "lock"):
            if users.is_alone() and not (place.state / "keep").exists():
                _stop_servers(place)
            users.leave()


@contextmanager
def _unused(place: Place) -> Iterator[None]:
    """Hold the instance alone; EmbeddedError if somebody uses it."""
    users = Users(place.state / "users")
    try:
        with one_at_a_time(place.state / "lock"):
            if not users.is_alone():
                raise EmbeddedError(f"a program still uses {place.instance}: end that one first")
            yield
    finally:
        users.leave()


def _given_urls(environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's own servers; a database needs the addresses of both its roles."""
    given = {name: environment[name] for name in NAMES if environment.get(name)}
    if ("DATABASE_URL" in given) != ("MIGRATE_DATABASE_URL" in given):
        raise EmbeddedError("set DATABASE_URL and MIGRATE_DATABASE_URL both, or neither")
    return given


def _start_servers(place: Place, given: Mapping[str, str], *, fsync: bool) -> None:
    prepare(place)
    if "DATABASE_URL" not in given:
        postgres.start(place, fsync=fsync)
    if "BROKER_URL" not in given:
        valkey.start(place)


def _stop_servers(place: Place) -> None:
    (place.state / "keep").unlink(missing_ok=True)
    valkey.stop(place)
    postgres.stop(place)
