"""`manage.py replay_encounters FILE --rule RULESET`: what traces find in measured contact."""

import sys
import time
from argparse import ArgumentParser
from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.errors import DomainError
from tracing.services.calibrate import replay_encounters


class Command(BaseCommand):
    """Nothing is kept. On a refusal the one error shape on stderr and exit code 1."""

    help = "Trace everybody of a file of face-to-face contact (`t i j`), in tables of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, how long a row lasts, which rules grade, and how to say it."""
        parser.add_argument("file", type=Path, metavar="FILE", help="plain, .gz or .zip")
        parser.add_argument("--step", type=int, default=20, help="seconds that a row stands for")
        parser.add_argument(
            "--rule", required=True, metavar="RULESET", help="one that comes with the service"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file: Path, step: int, rule: str, json: bool, **options: Any) -> None:
        """Replay, and print what was found and how long that took."""
        started = time.monotonic()
        try:
            found = replay_encounters(file=file, step=step, ruleset=rule)
        except DomainError as error:
            self.stderr.write(dumps(error.as_dict(), ensure_ascii=False))
            sys.exit(1)
        told = found._asdict() | {"seconds": round(time.monotonic() - started, 2)}
        self.stdout.write(dumps(told) if json else _as_text(told))


def _as_text(told: dict[str, float]) -> str:
    return "\n".join(f"{name:<14} {value:>10,}" for name, value in told.items())
