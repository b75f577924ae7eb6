"""Deeds that meet: each in a thread of its own, on connections of its own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event
from typing import Any

from django.db import connection

from accounts.errors import DomainError

# Long enough to see that somebody waits, short enough to wait for.
A_MOMENT = 0.5


def closing(deed: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Call a function and close the connection of its thread."""
    try:
        return deed(**arguments)
    finally:
        connection.close()


@contextmanager
def held_back(monkeypatch, name: str) -> Iterator[tuple[Event, Event]]:
    """A trace that stops where it calls `name`: yields "it is there" and "let it go on"."""
    there, go_on = Event(), Event()
    module = "tracing.services.trace.run"
    real = getattr(__import__(module, fromlist=[name]), name)

    def wait_first(*args: Any, **kwargs: Any) -> Any:
        there.set()
        assert go_on.wait(20)
        return real(*args, **kwargs)

    monkeypatch.setattr(f"{module}.{name}", wait_first)
    try:
        yield there, go_on
    finally:
        go_on.set()


def outcomes(deeds: Iterable[Future]) -> list[str]:
    """What came of each, in order of the words: "done", or the code of its refusal."""
    said = []
    for deed in deeds:
        try:
            deed.result(30)
            said.append("done")
        except DomainError as error:
            said.append(error.code)
    return sorted(said)
