"""What every journey starts from: rules in force, sources with tokens, people by document.

Journeys go through the interfaces that people and machines use; this only sets the stage.
"""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen
from accounts.pii import document_fingerprint
from healthcode.colours import Colour
from healthcode.intake.files import TESTS
from healthcode.models import HealthStatus, Source
from healthcode.services import new_source_token
from healthcode.tasks import sweep_due

#: Invented numbers with right check digits.
ZHANG_SAN = "11010519491231002X"
LI_SI = "310104198812040017"
RULES = "sh-2022-09-18"


def ago(**span: float) -> datetime:
    """An instant so long ago, in whole seconds."""
    return timezone.now().replace(microsecond=0) - timedelta(**span)


def rules_in_force() -> None:
    """The first rule set, loaded and active, by the command officers use."""
    call_command("load_rules", activate=RULES, stdout=StringIO())


def source(name: str, *kinds: str) -> str:
    """A source that may hand in these kinds; returns its token."""
    Source.objects.get_or_create(name=name, defaults={"kinds": list(kinds)})
    return new_source_token(name=name, by="system:test", now=timezone.now())


def hand_in(token: str, *items: dict[str, Any]) -> Any:
    """POST items as a source does; returns the response."""
    return Client().post(
        "/api/v1/evidence/",
        data=json.dumps(items),
        content_type="application/json",
        headers={"Authorization": f"Source {token}"},
    )


def pcr(
    number: str,
    ref: str,
    *,
    result: str = "negative",
    at: datetime | None = None,
    pool_size: int = 1,
    **more: Any,
) -> dict[str, Any]:
    """A PCR sample of the holder of a resident id, as a laboratory states it."""
    at = at or ago(hours=6)
    details = {"method": "pcr", "result": result, "pool_size": pool_size}
    if pool_size > 1:
        details["tube"] = f"tube of {ref}"
    return {
        "kind": "test",
        "document_type": "resident_id",
        "document_number": number,
        "occurred_at": at.isoformat(),
        "reported_at": (at + timedelta(hours=4)).isoformat(),
        "source_ref": ref,
        "details": details,
    } | more


def results_file(path: Path, *rows: dict[str, Any], encoding: str = "utf-8") -> Path:
    """A laboratory's CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, TESTS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def csv_row(number: str, ref: str, **more: Any) -> dict[str, Any]:
    """One row of such a file: a negative single-tube sample."""
    return {
        "source_ref": ref,
        "document_type": "resident_id",
        "document_number": number,
        "collected_at": ago(hours=6).isoformat(),
        "reported_at": ago(hours=2).isoformat(),
        "method": "pcr",
        "result": "negative",
        "pool_size": "1",
    } | more


def citizen(number: str) -> Citizen:
    """The citizen of a resident id."""
    return Citizen.objects.get(document_fingerprint=document_fingerprint("resident_id", number))


def status_after_the_sweep(number: str) -> HealthStatus:
    """What the sweeper makes of everything that is due."""
    sweep_due()
    return HealthStatus.objects.get(citizen=citizen(number))


def colour_of(number: str) -> Colour:
    """The colour after the sweep."""
    return Colour(status_after_the_sweep(number).colour)
