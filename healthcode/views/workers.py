"""What service workers are told: which static files to keep, and when they have changed."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage


def kept_files(names: Sequence[str]) -> list[str]:
    """The addresses of these files: as pages name them, and as modules import each other."""
    plain = {f"/{settings.STATIC_URL.strip('/')}/{name}" for name in names}
    return sorted(plain | {staticfiles_storage.url(name) for name in names})


def version_of(names: Sequence[str]) -> str:
    """A word that changes with the content of any of these files, read once a process."""
    return _digest(tuple(names))


@lru_cache(maxsize=8)
def _digest(names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(name.encode() + _content(name))
    return digest.hexdigest()[:16]


def _content(name: str) -> bytes:
    found = finders.find(name)
    if isinstance(found, str):
        return Path(found).read_bytes()
    with staticfiles_storage.open(name) as file:
        content: bytes = file.read()
    return content
