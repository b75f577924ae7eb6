"""CSV files of sources: tests, travel and everything else; good rows in, bad rows named."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from accounts.errors import DomainError
from healthcode.errors import EvidenceInvalid
from healthcode.intake.items import hand_in
from healthcode.models import Source
from healthcode.services import Result

#: Rows per transaction: short enough to hold locks briefly, long enough to be quick.
CHUNK = 5_000

TESTS = (
    "source_ref", "version", "retracted", "document_type", "document_number", "collected_at",
    "reported_at", "method", "result", "pool_size", "tube", "ct", "lab", "site",
)  # fmt: skip
TRAVEL = (
    "source_ref", "version", "retracted", "document_type", "document_number", "mode", "service",
    "vehicle", "departed_at", "arrived_at", "from_country", "from_region", "to_country",
    "to_region", "role", "carriage", "compartment", "row", "seat",
)  # fmt: skip
OTHER = (
    "source_ref", "version", "retracted", "kind", "document_type", "document_number",
    "occurred_at", "ended_at", "reported_at", "details",
)  # fmt: skip
NUMBERS = frozenset({"pool_size"})
DECIMALS = frozenset({"ct"})
FLAGS = {"": False, "false": False, "true": True, "0": False, "1": True}


class CsvInvalid(DomainError):
    """The file as a whole cannot be read: its encoding or its header."""

    code = "csv_invalid"
    message = "The file cannot be read."


class Row(NamedTuple):
    """One row as it stood in the file, with the number of its line."""

    line: int
    header: tuple[str, ...]
    cells: tuple[str, ...]


class Refusal(NamedTuple):
    """A row that was refused, and why."""

    row: Row
    error: DomainError


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file in UTF-8 (with or without BOM) or GB18030.

    Raises CsvInvalid when neither fits or the header is none of the three known.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        reader = csv.reader(file)
        header = tuple(next(reader, ()))
        if header not in (TESTS, TRAVEL, OTHER):
            raise CsvInvalid("The header is none of the known ones.", header=list(header)[:40])
        for cells in reader:
            if any(cells):
                yield Row(reader.line_num, header, tuple(cells))


def import_rows(
    rows: Iterator[Row], *, source: Source, by: str, now: datetime
) -> Iterator[tuple[Sequence[Result], Sequence[Refusal]]]:
    """Hand the rows in by chunks; yield each chunk's results and refusals as it is committed."""
    while chunk := list(islice(rows, CHUNK)):
        read: list[tuple[Row, dict[str, Any]]] = []
        refused: list[Refusal] = []
        for row in chunk:
            try:
                read.append((row, _item(row)))
            except DomainError as error:
                refused.append(Refusal(row, error))
        results = hand_in([item for _, item in read], source=source, by=by, now=now)
        refused += [
            Refusal(row, result.error)
            for (row, _), result in zip(read, results, strict=True)
            if result.error
        ]
        yield results, sorted(refused, key=lambda refusal: refusal.row.line)


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is, else GB18030, read in parts so that size does not matter."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise CsvInvalid("The file is neither UTF-8 nor GB18030.")


def _item(row: Row) -> dict[str, Any]:
    """The row as an item; empty cells are null."""
    if len(row.cells) != len(row.header):
        raise _problem("row", f"The row has {len(row.cells)} cells, not {len(row.header)}.")
    cells = {name: cell.strip() for name, cell in zip(row.header, row.cells, strict=True)}
    item: dict[str, Any] = {
        "source_ref": cells.pop("source_ref"),
        "document_type": cells.pop("document_type"),
        "document_number": cells.pop("document_number"),
        "version": _whole("version", cells.pop("version") or "1"),
        "retracted": _flag(cells.pop("retracted")),
    }
    shape = {TESTS: _test, TRAVEL: _travel, OTHER: _other}[row.header]
    return item | shape(cells)


def _test(cells: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": "test",
        "occurred_at": cells.pop("collected_at"),
        "reported_at": cells.pop("reported_at"),
        "details": _typed(cells),
    }


def _travel(cells: dict[str, str]) -> dict[str, Any]:
    departed, arrived = cells.pop("departed_at"), cells.pop("arrived_at")
    return {
        "kind": "travel",
        "occurred_at": departed,
        "ended_at": arrived or None,
        "reported_at": arrived or departed,
        "details": _typed(cells),
    }


def _other(cells: dict[str, str]) -> dict[str, Any]:
    try:
        details = json.loads(cells.pop("details") or "{}")
    except ValueError:
        raise _problem("details", "details is not JSON.") from None
    return {**cells, "ended_at": cells["ended_at"] or None, "details": details}


def _typed(cells: Mapping[str, str]) -> dict[str, Any]:
    """Details with numbers as numbers; what is empty is left out."""
    details: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
    for name in NUMBERS & set(details):
        details[name] = _whole(name, details[name])
    for name in DECIMALS & set(details):
        details[name] = _decimal(name, details[name])
    return details


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise _problem(name, f"{name} is a whole number.")
    return int(text)


def _decimal(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _problem(name, f"{name} is a number.") from None


def _flag(text: str) -> bool:
    if text.lower() not in FLAGS:
        raise _problem("retracted", "retracted is true, false or empty.")
    return FLAGS[text.lower()]


def _problem(field: str, message: str) -> EvidenceInvalid:
    return EvidenceInvalid(problems=[{"field": field, "code": "invalid", "message": message}])
