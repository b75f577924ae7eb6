"""Where people go, what was scanned, who met whom. Shape and constraints only."""

from tracing.models.cases import Case, CaseState, Contact, ContactGrade, Encounter
from tracing.models.follow_up import (
    ContactTask,
    ReviewOutcome,
    TaskKind,
    TaskOutcome,
    TaskState,
    TraceBrake,
    VenueReview,
)
from tracing.models.places import Place, Ventilation, Venue, VenueKind, Zone, ZoneKind
from tracing.models.scans import Alarm, Device, Direction, Scan
from tracing.models.statements import MeetingSetting, Statement
from tracing.models.visits import BoardedTrip, LeftBy, Visit, VisitSource

__all__ = [
    "Alarm",
    "BoardedTrip",
    "Case",
    "CaseState",
    "Contact",
    "ContactGrade",
    "ContactTask",
    "Device",
    "Direction",
    "Encounter",
    "LeftBy",
    "MeetingSetting",
    "Place",
    "ReviewOutcome",
    "Scan",
    "Statement",
    "TaskKind",
    "TaskOutcome",
    "TaskState",
    "TraceBrake",
    "Ventilation",
    "Venue",
    "VenueKind",
    "VenueReview",
    "Visit",
    "VisitSource",
    "Zone",
    "ZoneKind",
]
