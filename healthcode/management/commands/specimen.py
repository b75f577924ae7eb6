"""Make a code for training: it verifies, and no gate ever shows anything but grey."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from healthcode.qr import Level, draw
from healthcode.services import issue_specimen


class Command(BaseCommand):
    """`manage.py specimen [--svg FILE]`."""

    help = "Make a code for training; prints its text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to draw it, if anywhere."""
        parser.add_argument("--svg", type=Path, metavar="FILE", help="draw it for printing, too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign one now."""
        text = issue_specimen(now=timezone.now())
        if options["svg"]:
            options["svg"].write_text(draw(text, label="DEMO", level=Level.PAPER))
        self.stdout.write(text)
