"""`manage.py simulate_rules FILE`: what a rule file would change, before it acts."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import DomainError
from healthcode.services import simulate_rules

COLOURS = ("green", "yellow", "red", "unassessed")


class Command(BaseCommand):
    """Nothing is written. On a refusal the one error shape on stderr and exit code 1."""

    help = "Decide the population, or a sample, under the rules in force and those of a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, of whom, and how to say it."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--region", default="", help="a part of the file's scope")
        parser.add_argument("--sample", type=int, help="about so many people instead of everybody")
        parser.add_argument("--json", action="store_true", help="the whole report as JSON")

    def handle(
        self, *, file: Path, region: str, sample: int | None, json: bool, **options: Any
    ) -> None:
        """Simulate at the present instant."""
        if sample is not None and sample < 1:
            raise CommandError("--sample is a number of people.")
        try:
            report = simulate_rules(
                text=_text(file), file=file.name, region=region, sample=sample, now=timezone.now()
            )
        except DomainError as error:
            self.stderr.write(_as_json(error.as_dict()))
            sys.exit(1)
        self.stdout.write(_as_json(report) if json else "\n".join(_lines(report)))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read.") from error


def _as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _lines(report: dict[str, Any]) -> Iterator[str]:
    whole = "everybody" if report["sample"] is None else f"a sample of {report['sample']:,}"
    yield f"{report['version']} instead of {', '.join(report['against']) or 'nothing'}"
    yield f"{report['people']:,} people looked at ({whole}) at {report['as_of']}"
    yield f"worse {report['worse']:,} ({report['worse_share']:.2%}), better {report['better']:,}, "
    yield f"same colour for other reasons {report['reasons_only']:,}"
    yield from _matrix("everybody", report["matrix"])
    for region in report["by_region"]:
        yield from _matrix(region["region"] or "no district", region["matrix"])
    yield "\nby reason"
    for row in report["by_reason"]:
        yield f"  {row['people']:>10,}  {row['before']} → {row['after']}  {row['rule']}"


def _matrix(title: str, matrix: dict[str, dict[str, int]]) -> Iterator[str]:
    yield f"\n{title:<12}" + "".join(f"{f'→ {colour}':>14}" for colour in COLOURS)
    for before in COLOURS:
        yield f"  {before:<10}" + "".join(f"{matrix[before][after]:>14,}" for after in COLOURS)
