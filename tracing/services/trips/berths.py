"""Where on a vehicle somebody travelled, as travel evidence tells it."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils import timezone

from tracing.windows import CREW_ROW

# A vehicle that is not stated is taken for the kind that makes the fewest close contacts.
VEHICLES = {"flight": "aircraft", "train": "train_open", "coach": "coach_open", "ship": "ship"}
# Runs named by their day: one number, one run a day, however far along somebody boards.
DAILY = frozenset({"aircraft", "aircraft_no_hepa", "train_sealed", "train_open"})
LONGEST_SERVICE, LONGEST_LABEL = 40, 9
# No vehicle of its class has more rows (compartments, where these count as rows): what is beyond
# is a slip of whoever wrote it down. Estimates of this project, on the generous side.
MOST_ROWS = {"aircraft": 99, "aircraft_no_hepa": 99, "train_sealed": 40, "train_open": 40}
MOST_ROWS |= {"coach_sealed": 30, "coach_open": 30}


class Cause(StrEnum):
    """Why a trip is not aboard anything."""

    SUPERSEDED = "superseded"
    RETRACTED = "retracted"
    PRIVATE = "private"
    NO_SERVICE = "no_service"
    NO_CARRIAGE = "no_carriage"
    NO_TIME = "no_time"
    TOO_LONG = "too_long"
    TOO_OLD = "too_old"
    NOT_YET = "not_yet"


class Berth(NamedTuple):
    """A part of a vehicle on one run, and the row in it (0: the crew; None: not known)."""

    vehicle: str
    service: str
    departs_at: datetime
    carriage: str
    row: int | None


def berth_of(details: Mapping[str, Any], departed_at: datetime) -> Berth | Cause:
    """Where the traveller was, or why nobody else can be said to have been there.

    A place is the whole aircraft or coach, one carriage of a train (one compartment of it
    where everybody in it shares the air: a sealed carriage), one cabin of a ship. In an open
    carriage compartments count as rows. A row that does not exist is a row that is not known:
    the traveller was aboard, near nobody in particular.
    """
    vehicle = details.get("vehicle") or VEHICLES.get(details["mode"])
    if vehicle is None or vehicle == "car":
        return Cause.PRIVATE
    service = _label(details.get("service"), LONGEST_SERVICE)
    if not service:
        return Cause.NO_SERVICE
    part = _part(vehicle, details)
    if part is None:
        return Cause.NO_CARRIAGE
    return Berth(vehicle, service, _run(vehicle, departed_at), part, _row(vehicle, details))


def _part(vehicle: str, details: Mapping[str, Any]) -> str | None:
    carriage, compartment = _label(details.get("carriage")), _label(details.get("compartment"))
    match vehicle:
        case "train_sealed" if carriage and compartment:
            return f"{carriage}/{compartment}"
        case "train_sealed" | "train_open":
            return carriage or None
        case "ship":
            return "/".join(filter(None, (carriage, compartment))) or None
    return ""


def _row(vehicle: str, details: Mapping[str, Any]) -> int | None:
    if details.get("role") == "crew":
        return CREW_ROW
    if vehicle == "train_open" and details.get("compartment"):
        return _number(details["compartment"], vehicle)
    return _number(details.get("row"), vehicle)


def _run(vehicle: str, departed_at: datetime) -> datetime:
    """What tells this run from others of the service: its day, or the very departure."""
    if vehicle not in DAILY:
        return departed_at
    return timezone.localtime(departed_at).replace(hour=0, minute=0, second=0, microsecond=0)


def _label(text: Any, longest: int = LONGEST_LABEL) -> str:
    label = "" if text is None else str(text).strip().upper()
    return (label.lstrip("0") or label)[:longest]


def _number(text: Any, vehicle: str) -> int | None:
    """The row; None where none is stated, or one that no such vehicle has."""
    digits = re.match(r"\s*(\d{1,4})", "" if text is None else str(text))
    number = int(digits[1]) if digits else 0
    return number if CREW_ROW < number <= MOST_ROWS.get(vehicle, 0) else None
