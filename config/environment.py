"""The environment of a demo or a test run: secrets made on first start and kept in one file.

The file names nothing secret that anything else depends on: deleting it together with
the data it seals gives a fresh start. Production writes its environment itself.
"""

import base64
import os
import secrets
from pathlib import Path

from config import embedded

PROJECT = Path(__file__).resolve().parents[1]


def _var() -> Path:
    """Where a run keeps its files; root in somebody else's project keeps its own apart."""
    foreign = os.geteuid() == 0 and PROJECT.stat().st_uid != 0
    return PROJECT / "var" / "root" if foreign else PROJECT / "var"


VAR = _var()


class EnvironmentRefused(RuntimeError):
    """The environment does not allow what was asked; the text says why and what helps."""


def kept_secrets(purpose: str) -> dict[str, str]:
    """The secrets of `demo` or `test` from var/PURPOSE.env (mode 0600), made if missing."""
    path = make_var() / f"{purpose}.env"
    if not path.exists():
        _write_private(path, "".join(f"{n}={v}\n" for n, v in _new_secrets(purpose).items()))
    try:
        lines = path.read_text().splitlines()
    except PermissionError as error:
        raise EnvironmentRefused(f"{path} belongs to another user: delete it") from error
    return dict(line.split("=", 1) for line in lines if line)


def refuse_production(purpose: str) -> None:
    """Stop a demo or a test run that finds itself among production settings."""
    found = os.environ.get("HEALTHCODE_ENV", purpose)
    if found != purpose:
        raise EnvironmentRefused(f"HEALTHCODE_ENV is {found}: this is for {purpose} only")
    if file := os.environ.get("HEALTHCODE_ENV_FILE"):
        raise EnvironmentRefused(f"settings would be read from {file}: unset HEALTHCODE_ENV_FILE")


def make_var() -> Path:
    """Make the folder of this run's files, and say where it is."""
    embedded.folder_of_the_project(PROJECT / "var")
    VAR.mkdir(exist_ok=True)
    return VAR


def _new_secrets(purpose: str) -> dict[str, str]:
    return {
        "HEALTHCODE_ENV": purpose,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "HEALTHCODE_LIVE_ID_KEY": _key(16),
        "HEALTHCODE_FINGERPRINT_KEY": _key(32),
        "HEALTHCODE_SEALING_KEYS": f"1={_key(32)}",
        "HEALTHCODE_DEMO_PASSWORD": secrets.token_urlsafe(9),
        "HEALTHCODE_KEYS_DIR": str(VAR / f"{purpose}-keys"),
        "STATIC_ROOT": str(VAR / "static"),
    }


def _key(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode()


def _write_private(path: Path, text: str) -> None:
    """Write a file nobody else may read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    unfinished.rename(path)
