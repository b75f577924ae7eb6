"""Files of measured face-to-face contact: lines `t i j`, plain, in .gz or in .zip."""

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from tracing.errors import ContactFileInvalid

# The second, then two people by number.
LINE = re.compile(rb"\s*(-?\d{1,18})\s+(\d{1,18})\s+(\d{1,18})\s*")
# Seconds run from the start of a measurement or from 1970; this is the year 2100.
LATEST = 4_102_444_800
# What an archive that is damaged, encrypted or of an unknown kind raises.
UNREADABLE = (OSError, EOFError, zlib.error, BadZipFile, RuntimeError)


class FaceToFace(NamedTuple):
    """Two people were face to face during the step that ends at second `at`."""

    at: int
    one: int
    other: int


def read_contacts(path: Path) -> list[FaceToFace]:
    """All rows of a file in its order; raise ContactFileInvalid with file, line and reason."""
    number, rows = 0, []
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, start=1):
                rows.append(_row(path, number, line))
    except UNREADABLE as error:
        # The system's own words may name another path.
        reason = f"cannot be read: {type(error).__name__}"
        raise _fault(path, number + 1, reason) from error
    if not rows:
        raise _fault(path, 1, "holds no contact")
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[bytes]]:
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with ZipFile(path) as archive, archive.open(_only_member(path, archive)) as lines:
            yield lines
    elif suffix == ".gz":
        with gzip.open(path) as lines:
            yield lines
    else:
        with path.open("rb") as lines:
            yield lines


def _only_member(path: Path, archive: ZipFile) -> str:
    names = [member.filename for member in archive.infolist() if not member.is_dir()]
    if len(names) != 1:
        raise _fault(path, 1, f"an archive of {len(names)} files, not of one")
    return names[0]


def _row(path: Path, number: int, line: bytes) -> FaceToFace:
    found = LINE.fullmatch(line)
    if found is None:
        raise _fault(path, number, "not `t i j`: a second and two people, as whole numbers")
    row = FaceToFace(*map(int, found.groups()))
    if row.at < 0:
        raise _fault(path, number, "a negative time")
    if row.at > LATEST:
        raise _fault(path, number, "a time after the year 2100")
    if row.one == row.other:
        raise _fault(path, number, "somebody face to face with themselves")
    return row


def _fault(path: Path, line: int, reason: str) -> ContactFileInvalid:
    return ContactFileInvalid(file=str(path), line=line, reason=reason)
