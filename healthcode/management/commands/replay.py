"""`manage.py replay [--ref REF] [--at INSTANT]`: decide again what was decided."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from healthcode.policy.instants import InstantInvalid, parse_instant
from healthcode.services import decision_at, replay_recorded
from healthcode.services.replay import Replayed

BY_RECORD = "The facts, lists and rules that each record names."
BY_CLOCK = (
    "Not a record: the facts whose recorded_at lies at or before the instant, "
    "under the rules in force then."
)


class Command(BaseCommand):
    """Exit code 1 when a record is not what its own facts and rules give."""

    help = "Recompute recorded decisions; with --at, the decision at any other instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Of whom, and at which instant."""
        parser.add_argument("--ref", help="one citizen's public reference; default: everybody")
        parser.add_argument("--at", metavar="INSTANT", help="ISO 8601 with an offset; needs --ref")

    def handle(self, *, ref: str | None, at: str | None, **options: Any) -> None:
        """Replay, and say on what basis."""
        try:
            answer = _recorded(ref) if at is None else _at(ref, at)
        except DomainError as error:
            self.stderr.write(json.dumps(error.as_dict(), ensure_ascii=False))
            sys.exit(1)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        if answer.get("different"):
            sys.exit(1)


def _at(ref: str | None, at: str) -> dict[str, Any]:
    if ref is None:
        raise CommandError("--at needs --ref.")
    try:
        instant = datetime.fromtimestamp(parse_instant(at), UTC)
    except InstantInvalid as error:
        raise CommandError(str(error)) from None
    return {"basis_explained": BY_CLOCK, **decision_at(ref=ref, at=instant)}


def _recorded(ref: str | None) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    different: list[dict[str, Any]] = []
    after = 0
    while records := replay_recorded(after=after, ref=ref):
        after = records[-1].record.change_id
        counts.update(_outcome(record) for record in records)
        different += [_difference(record) for record in records if record.differs]
    return {
        "basis": "facts",
        "basis_explained": BY_RECORD,
        "replayed": counts.total(),
        "equal": counts["equal"],
        "evidence_deleted_since": counts["deleted"],
        "different": different,
    }


def _outcome(replayed: Replayed) -> str:
    if replayed.differs:
        return "different"
    return "deleted" if replayed.decision is None else "equal"


def _difference(replayed: Replayed) -> dict[str, Any]:
    return {
        "change": replayed.record.change_id,
        "recorded": replayed.record.decision,
        "replayed": replayed.decision,
    }
