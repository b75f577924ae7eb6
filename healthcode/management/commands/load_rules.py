"""`manage.py load_rules [--activate ID --by NAME]`: rule set files into the database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import DomainError
from healthcode.services import activate_first_ruleset, load_rulesets


class Command(BaseCommand):
    """A file with a fault stops everything; the active rules stay as they are."""

    help = "Store new rule set files; activate one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to activate and who says so."""
        parser.add_argument("--activate", metavar="ID")
        parser.add_argument("--by", default="system:load_rules")

    def handle(self, *, activate: str | None, by: str, **options: Any) -> None:
        """Load, then activate."""
        now = timezone.now()
        try:
            new = load_rulesets(now=now, by=by)
            if activate:
                activate_first_ruleset(ruleset_id=activate, at=now, by=by)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message} {error.details}") from error
        self.stdout.write(f"{len(new)} loaded; active from now on: {activate or 'as before'}")
