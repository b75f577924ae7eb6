"""`manage.py retain`: delete what has been kept long enough, as the catalogue says."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import DomainError
from accounts.privacy import deadlines
from tracing.services.retention import Purged, retain


class Command(BaseCommand):
    """Runs daily, where MIGRATE_DATABASE_URL is set; running it twice is harmless."""

    help = "Delete data about people whose time has passed; print how much of each kind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--now` stands for the present instant."""
        parser.add_argument(
            "--now", type=_instant, help="ISO 8601 with an offset; absent: the present"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, print, and fail if any of it could not be deleted."""
        try:
            done = retain(
                deadlines=deadlines(),
                by="system:retain",
                now=options["now"] or timezone.now(),
                dry_run=options["dry_run"],
            )
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        self._print(done, "would go" if options["dry_run"] else "gone")

    def _print(self, done: Sequence[Purged], word: str) -> None:
        for model, before, gone, error in done:
            said = f"failed: {error}" if error else f"{gone} {word}"
            self.stdout.write(f"{model:<26} before {before:%Y-%m-%d}  {said}")
        if failed := [purged.model for purged in done if purged.error]:
            raise CommandError(f"not everything was deleted: {', '.join(failed)}")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    if instant.tzinfo is None:
        raise ArgumentTypeError("an offset is missing, as in 2022-04-01T08:00:00+08:00")
    return instant
