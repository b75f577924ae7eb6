"""`manage.py decide FILE.json`: the colour that follows from the facts in a file."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.errors import DomainError
from healthcode.policy import decide, decision_to_json
from healthcode.policy.errors import FactFileInvalid
from healthcode.policy.files import read_fact_file
from healthcode.rules import compile_rules, load_named


class Command(BaseCommand):
    """Answer JSON on stdout; on a refusal the one error shape on stderr and exit code 1."""

    help = "Decide the facts of a JSON file (- for stdin) under a rule set that comes with us."
    requires_system_checks: list[str] = []  # needs neither database nor keys

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One file."""
        parser.add_argument("file", metavar="FILE.json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, decide, print."""
        try:
            answer = decide_file(options["file"])
        except DomainError as error:
            self.stderr.write(json.dumps(error.as_dict(), ensure_ascii=False))
            sys.exit(1)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))


def decide_file(name: str) -> dict[str, Any]:
    """Return the decision on a fact file as plain JSON; raise a `DomainError` if it is bad."""
    file = read_fact_file(_parse(name))
    rules = compile_rules(load_named(file.ruleset))
    return decision_to_json(decide(file.facts, rules, file.now), rules)


def _parse(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
        return json.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise FactFileInvalid("The file cannot be read.", file=name) from error
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise FactFileInvalid("The file is not JSON.", file=name, line=line) from error
