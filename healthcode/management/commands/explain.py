"""`manage.py explain REF`: why a citizen has their colour, and what would end it."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.errors import DomainError
from healthcode.services import explain_citizen


class Command(BaseCommand):
    """Answer JSON on stdout; on a refusal the one error shape on stderr and exit code 1."""

    help = "Explain a citizen's colour: reasons, evidence, what comes next, and its history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The citizen's public reference."""
        parser.add_argument("ref", metavar="REF")

    def handle(self, *, ref: str, **options: Any) -> None:
        """Explain at the present instant."""
        try:
            answer = explain_citizen(ref=ref, now=timezone.now())
        except DomainError as error:
            self.stderr.write(json.dumps(error.as_dict(), ensure_ascii=False))
            sys.exit(1)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
