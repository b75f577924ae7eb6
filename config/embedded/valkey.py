"""Valkey, the broker: a Unix socket, nothing on disk, no port."""

import os
import signal
import socket
from pathlib import Path

from config.embedded.binaries import broker_program
from config.embedded.errors import EmbeddedError
from config.embedded.places import Place, private_folder
from config.embedded.processes import run, wait_until, workers_in

START_SECONDS = 30
STOP_SECONDS = 10


def url(place: Place) -> str:
    """The broker's address as Celery reads it."""
    return f"redis+socket://{_socket(place)}"


def is_up(place: Place) -> bool:
    """Whether the instance's own server answers."""
    return _ask(place, "PING") == "+PONG"


def start(place: Place) -> bool:
    """Start the server; False if it was already up.

    Messages are nudges that a sweep replaces, so none are written to disk.
    """
    if is_up(place):
        return False
    private_folder(place.broker, place.account)
    _end(place, signal.SIGKILL)
    run(_command(place), account=place.account, folder=place.broker)
    if not wait_until(lambda: is_up(place), seconds=START_SECONDS):
        raise EmbeddedError(f"Valkey did not start; see {place.home / 'valkey.log'}")
    return True


def stop(place: Place) -> bool:
    """Stop the server, at once if it does not end politely; False if none was up."""
    if not workers_in(place.broker):
        return False
    _end(place, signal.SIGTERM)
    if not wait_until(lambda: not workers_in(place.broker), seconds=STOP_SECONDS):
        _end(place, signal.SIGKILL)
    return True


def _socket(place: Place) -> Path:
    return place.sockets / "valkey.sock"


def _command(place: Place) -> list[str | Path]:
    options: dict[str, str | Path] = {
        "port": "0",
        "unixsocket": _socket(place),
        "unixsocketperm": "700",
        "daemonize": "yes",
        "dir": place.broker,
        "pidfile": place.home / "valkey.pid",
        "logfile": place.home / "valkey.log",
        "loglevel": "warning",
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        # Every browser test takes one that no earlier test has left messages in.
        "databases": "1000",
    }
    pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [broker_program(), *pairs]


def _ask(place: Place, command: str) -> str:
    """The first line of the server's answer; empty if nobody answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(_socket(place)))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(100).decode().partition("\r\n")[0]
        except OSError:
            return ""


def _end(place: Place, how: signal.Signals) -> None:
    for pid in workers_in(place.broker):
        os.kill(pid, how)
    if how is signal.SIGKILL:
        wait_until(lambda: not workers_in(place.broker), seconds=STOP_SECONDS)
