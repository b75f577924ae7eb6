"""Where people go, what was scanned, who met whom. Shape and constraints only."""

from tracing.models.cases import Case, CaseState, Contact, ContactGrade, Encounter
from tracing.models.places import Place, Venue, VenueKind, Zone, ZoneKind
from tracing.models.scans import Alarm, Device, Direction, Scan
from tracing.models.visits import BoardedTrip, LeftBy, Visit, VisitSource

__all__ = [
    "Alarm",
    "BoardedTrip",
    "Case",
    "CaseState",
    "Contact",
    "ContactGrade",
    "Device",
    "Direction",
    "Encounter",
    "LeftBy",
    "Place",
    "Scan",
    "Venue",
    "VenueKind",
    "Visit",
    "VisitSource",
    "Zone",
    "ZoneKind",
]
