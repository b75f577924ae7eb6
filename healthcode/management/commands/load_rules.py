"""`manage.py load_rules [FILE …] [--activate-first ID]`: rule set files into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import DomainError
from healthcode.services import activate_first_ruleset, load_rulesets, store_ruleset


class Command(BaseCommand):
    """A file with a fault stops everything; the active rules stay as they are."""

    help = "Store the rule sets that come with the service, or FILEs; put the first in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to load, what to activate where no rules ever were, and who says so."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--activate-first", metavar="ID", help="only where no rules ever were")
        parser.add_argument("--by", default="system:load_rules")

    def handle(
        self, *, files: list[Path], activate_first: str | None, by: str, **options: Any
    ) -> None:
        """Load, then activate."""
        now = timezone.now()
        try:
            if files:
                texts = [(file.read_text(encoding="utf-8"), file.name) for file in files]
                loaded = [store_ruleset(text=t, file=name, now=now, by=by) for t, name in texts]
            else:
                loaded = load_rulesets(now=now, by=by)
            if activate_first:
                activate_first_ruleset(ruleset_id=activate_first, at=now, by=by)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message} {error.details}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"A file cannot be read: {error}") from error
        names = ", ".join(row.version for row in loaded) or "nothing new"
        self.stdout.write(f"loaded: {names}; in force from now on: {activate_first or 'as before'}")
