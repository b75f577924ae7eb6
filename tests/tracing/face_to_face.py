"""Files of face-to-face contact, made by hand, and the command that replays them."""

import gzip
import json
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import connection

Row = tuple[int, int, int]

# Contact is close from 15 minutes within 24 hours on: 45 rows of 20 seconds.
US, STEP, CLOSE = "us-cdc-2020-10", 20, 45
DAY = 86_400


def together(one: int, other: int, *, since: int, rows: int = CLOSE, step: int = STEP) -> list[Row]:
    """Two people face to face from a second on, without a break."""
    return [(since + number * step, one, other) for number in range(1, rows + 1)]


def write(path: Path, rows: Iterable[Row], end: str = "\n") -> Path:
    """A file as the measurers publish it; packed if its name says so."""
    text = "".join(f"{at} {one} {other}{end}" for at, one, other in rows).encode()
    if path.suffix == ".zip":
        with ZipFile(path, "w") as archive:
            archive.writestr("tij.dat", text)
    else:
        path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def replay(path: Path, *, rule: str = US, step: int = STEP) -> dict[str, Any]:
    """What the command finds, without how long it took."""
    said = StringIO()
    call_command(*_command(path, rule, step), "--json", stdout=said)
    told = json.loads(said.getvalue())
    assert told.pop("seconds") >= 0
    return told


def refused(path: Path, *, rule: str = US, step: int = STEP) -> dict[str, Any]:
    """The error that the command ends with."""
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(*_command(path, rule, step), stderr=said)
    assert ended.value.code == 1
    return json.loads(said.getvalue())


def _command(path: Path, rule: str, step: int) -> tuple[str, ...]:
    return "replay_encounters", str(path), f"--step={step}", f"--rule={rule}"


def left_behind() -> list[str]:
    """Temporary tables of this connection; and its search path, if that is not the usual one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relpersistence = 't'")
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT current_setting('search_path')")
        return names + [path for (path,) in cursor.fetchall() if "public" not in path]
