"""Locks of an instance: the kernel drops them when their holder dies, so none goes stale."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import EmbeddedError

# Longer than a start with crash recovery takes.
PATIENCE_SECONDS = 150


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold `path` alone, waiting for another holder to finish starting or stopping."""
    handle = _open(path)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not _try(handle, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedError(f"another program keeps {path} locked")
            time.sleep(0.1)
        yield
    finally:
        os.close(handle)


class Users:
    """Who uses an instance: each holds the lock shared, the last one may switch off."""

    def __init__(self, path: Path) -> None:
        self._handle = _open(path)

    def join(self) -> None:
        """Count as a user until `leave` or the end of this process."""
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def is_alone(self) -> bool:
        """Whether nobody else uses the instance."""
        return _try(self._handle, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Stop counting as a user."""
        os.close(self._handle)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
