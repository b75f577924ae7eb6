"""`manage.py distribute_tables`: spread visits and scans over a Citus cluster."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from tracing.services.distributing import distribute_tables


class Command(BaseCommand):
    """Runs once, where MIGRATE_DATABASE_URL is set; running it again is harmless."""

    help = "Distribute visits by place and scans by id over a Citus cluster; copy places to all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--dry-run` needs no cluster."""
        parser.add_argument(
            "--dry-run", action="store_true", help="print the statements, and issue none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue the statements, printing each, or say what is missing."""
        try:
            count = distribute_tables(dry_run=options["dry_run"], say=self._print)
        except DomainError as error:
            details = "".join(f" [{name}: {value}]" for name, value in error.details.items())
            raise CommandError(f"{error.code}: {error.message}{details}") from error
        if not count:
            self.stdout.write("-- all tables are distributed already")

    def _print(self, statement: str) -> None:
        self.stdout.write(f"{statement};")
        self.stdout.flush()
