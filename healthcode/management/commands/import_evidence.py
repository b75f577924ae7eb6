"""`manage.py import_evidence FILE.csv --source NAME`: evidence from a file."""

import csv
import os
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.errors import DomainError
from healthcode.intake import import_rows, read_rows
from healthcode.services import source_by_name


class Command(BaseCommand):
    """Good rows are stored; bad rows go to a reject file with their line and reason."""

    help = "Import a CSV file of tests, travel or other evidence (UTF-8 or GB18030)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, source, and where rejected rows go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True)
        parser.add_argument("--rejects", type=Path, help="default: FILE.rejects.csv")

    def handle(self, *, file: Path, source: str, rejects: Path | None, **options: Any) -> None:
        """Import, and say how many rows were stored, known before and refused."""
        rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
        try:
            counts = self._import(file, source, rejects)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message} {error.details}") from error
        self.stdout.write(
            f"{counts['stored']} stored, {counts['duplicate']} known before, "
            f"{counts['refused']} refused"
        )
        if counts["refused"]:
            self.stderr.write(f"Refused rows with their reasons: {rejects}")

    def _import(self, file: Path, source: str, rejects: Path) -> Counter[str]:
        counts: Counter[str] = Counter()
        sender = source_by_name(source)
        rows = _with_progress(read_rows(file), file)
        with RejectFile(rejects) as bad:
            for results, refused in import_rows(
                rows, source=sender, by=f"source:{source}", now=timezone.now()
            ):
                counts.update(result.status for result in results if not result.error)
                counts["refused"] += len(refused)
                for row, error in refused:
                    bad.write(row.line, error, row.header, row.cells)
        return counts


class RejectFile:
    """Made at the first rejected row, readable by its owner only: it holds what people sent."""

    def __init__(self, path: Path) -> None:
        """Remember where; an older file of this name is replaced only when there is need."""
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> "RejectFile":
        """Nothing is opened yet."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close what was opened."""
        if self._file:
            self._file.close()

    def write(
        self, line: int, error: DomainError, header: tuple[str, ...], cells: Iterable[str]
    ) -> None:
        """Add a row with its line number and reason in front."""
        if self._file is None:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(("line", "reason", *header))
        csv.writer(self._file).writerow((line, _reason(error), *cells))


def _reason(error: DomainError) -> str:
    problems = error.details.get("problems", [])
    said = "; ".join(f"{problem['field']}: {problem['message']}" for problem in problems)
    return f"{error.code}: {said or error.message}"


def _with_progress(rows: Iterator[Any], file: Path) -> Iterator[Any]:
    return iter(tqdm(rows, desc=file.name, unit=" rows", disable=None))
