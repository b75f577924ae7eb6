"""What tracing does: every change is a verb here, with its clock passed in."""

from tracing.services.alarms import clear_alarm
from tracing.services.cases import (
    confirm_case,
    dismiss_case,
    isolate_case,
    note_isolations,
    open_case,
    propose_cases,
    withdraw_case,
)
from tracing.services.checkin import Here, check_in, check_out, where_now
from tracing.services.devices import (
    create_device,
    device_by_token,
    enrol_device,
    hear_store,
    renew_enrolment,
    revoke_device,
)
from tracing.services.own_stays import OwnStay, own_stays
from tracing.services.partitions import kept_since, make_partitions
from tracing.services.places import ensure_place
from tracing.services.posters import renew_poster
from tracing.services.premises import add_venue, add_zone, change_venue, change_zone
from tracing.services.scans import (
    NewScan,
    ScanResult,
    admit,
    count_inside,
    count_today,
    new_scan_id,
    record_scans,
)
from tracing.services.touch import touch_cases
from tracing.services.trace import Traced, sweep_traces, trace_case
from tracing.services.trips import board_trips
from tracing.services.visits import correct_visit

__all__ = [
    "Here",
    "NewScan",
    "OwnStay",
    "ScanResult",
    "Traced",
    "add_venue",
    "add_zone",
    "admit",
    "board_trips",
    "change_venue",
    "change_zone",
    "check_in",
    "check_out",
    "clear_alarm",
    "confirm_case",
    "correct_visit",
    "count_inside",
    "count_today",
    "create_device",
    "device_by_token",
    "dismiss_case",
    "enrol_device",
    "ensure_place",
    "hear_store",
    "isolate_case",
    "kept_since",
    "make_partitions",
    "new_scan_id",
    "note_isolations",
    "open_case",
    "own_stays",
    "propose_cases",
    "record_scans",
    "renew_enrolment",
    "renew_poster",
    "revoke_device",
    "sweep_traces",
    "touch_cases",
    "trace_case",
    "where_now",
    "withdraw_case",
]
