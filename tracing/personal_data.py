"""What becomes of the app's fields about people: scans, stays, trips, cases, contacts."""

from accounts.personal_data import Catalogue, Erase, Keep, impersonal, personal, table
from tracing.services.partitions import DAYS_BACK

#: As long as the exposures that a case hands down are kept as evidence.
CASE_DAYS = 60

_WHEREABOUTS = (
    "the cap for whereabouts: twice the longest incubation on which the rules build; "
    "other cities kept 25 to 31"
)
_VISIT = Keep(DAYS_BACK, ("entered_at",), _WHEREABOUTS)
_SCAN = Keep(DAYS_BACK, ("scanned_at",), _WHEREABOUTS)
_CASE = Keep(
    CASE_DAYS,
    ("proposed_at", "decided_at", "withdrawn_at"),
    "as long as the evidence it hands down: a withdrawal must find all of it",
    unless="nobody has decided it, or evidence it handed down is still kept",
)
_ALARM = Keep(CASE_DAYS, ("cleared_at",), "as long as what it points at may matter")
_WITH_THE_EVIDENCE = Erase(with_="healthcode.Evidence")
_WITH_THE_CASE = Erase(with_="tracing.Case")
_WITH_THE_CONTACT = Erase(with_="tracing.Contact")
_WITH_THE_DEVICE = Erase(with_="tracing.Device")

PERSONAL_DATA: Catalogue = {
    "tracing.Venue": impersonal(
        "places of business and service",
        "id",
        "ref",
        "name",
        "kind",
        "district",
        "community",
        "negative_within_hours",
        "is_active",
    ),
    "tracing.Zone": impersonal(
        "rooms, and the posters on their walls",
        "id",
        "venue",
        "name",
        "kind",
        "close_quarters",
        "poster_hash",
        "poster_at",
    ),
    "tracing.Place": impersonal(
        "rooms, and parts of scheduled runs",
        "id",
        "zone",
        "vehicle",
        "service",
        "departs_at",
        "carriage",
        "district",
        "close_quarters",
        "assumed_stay",
        "max_stay",
    ),
    "tracing.Device": table(
        impersonal(
            "a machine at a door",
            "id",
            "venue",
            "zone",
            "name",
            "direction",
            "attended",
            "enrol_hash",
            "enrol_until",
            "token_hash",
            "enrolled_at",
            "revoked_at",
            "store",
            "waiting",
            "heard_at",
            "created_at",
        ),
        personal(_WITH_THE_DEVICE, "which officer answers for the device", "created_by"),
    ),
    "tracing.Scan": table(
        impersonal("which door it was", "device_id", "venue_id", "direction"),
        personal(
            _SCAN,
            "who stood at a door, what it answered and what was done",
            "scan_id",
            "citizen_id",
            "pass_id",
            "scanned_at",
            "received_at",
            "outcome",
            "reason",
            "device_outcome",
            "device_reason",
            "admitted",
            "compared",
            "digest",
        ),
    ),
    "tracing.Visit": table(
        personal(
            _VISIT,
            "who was in one room with a case",
            "place_id",
            "entered_at",
            "citizen_id",
            "left_at",
            "left_by",
            "seat_row",
            "source",
        ),
    ),
    "tracing.BoardedTrip": table(
        personal(
            _WITH_THE_EVIDENCE,
            "a corrected trip replaces the stay it became",
            "evidence_id",
            "citizen_id",
            "place_id",
            "entered_at",
            "boarded_at",
            "cause",
        ),
    ),
    "tracing.Case": table(
        personal(
            _CASE,
            "the infection, who decided about it, and the days it could pass on",
            "id",
            "ref",
            "citizen",
            "state",
            "grounds_id",
            "district",
            "symptomatic",
            "onset_at",
            "sampled_at",
            "isolated_at",
            "proposed_at",
            "decided_at",
            "decided_by",
            "withdrawn_at",
            "withdrawn_by",
            "window_from",
            "window_until",
        ),
        impersonal("the state of the search", "traced_until", "trace_due_at", "traced_at", "rules"),
    ),
    "tracing.Contact": table(
        personal(
            _WITH_THE_CASE,
            "who must be told, and how near they were",
            "id",
            "case",
            "citizen",
            "level",
            "grade",
            "setting",
            "district",
            "minutes",
            "first_at",
            "last_at",
            "found_at",
        ),
    ),
    "tracing.Encounter": table(
        personal(
            _WITH_THE_CONTACT,
            "the proof that a contact was one",
            "id",
            "contact",
            "via_id",
            "place_id",
            "setting",
            "minutes",
            "rows_apart",
            "first_at",
            "last_at",
            "grade",
            "rule",
        ),
    ),
    "tracing.Alarm": table(
        personal(
            _ALARM,
            "an officer looks at what went wrong at a door",
            "id",
            "kind",
            "district",
            "target",
            "raised_at",
            "cleared_at",
            "cleared_by",
        ),
    ),
}
