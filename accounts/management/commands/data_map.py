"""`manage.py data_map`: every field about people, what for and until when, as Markdown."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.privacy import data_map


class Command(BaseCommand):
    """Prints the table that docs/privacy.md holds between its marks."""

    help = "Print the catalogue of data about people as a Markdown table."
    requires_system_checks: list[str] = []  # needs neither database nor keys

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(data_map(), ending="")
