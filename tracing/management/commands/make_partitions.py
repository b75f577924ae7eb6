"""`manage.py make_partitions`: the partitions of the days and months around an instant."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracing.services import make_partitions


class Command(BaseCommand):
    """Makes what is missing; running it twice is harmless."""

    help = "Make the partitions that visits, scans and ledgers need around an instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--now` stands for the present instant."""
        parser.add_argument("--now", help="ISO 8601 with an offset; absent: the present")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and say how many."""
        made = make_partitions(now=_instant(options["now"]))
        self.stdout.write(f"{made} partitions made")


def _instant(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--now: {error}") from error
    if instant.tzinfo is None:
        raise CommandError("--now: an offset is missing, as in 2022-04-01T08:00:00+08:00")
    return instant
