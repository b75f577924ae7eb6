"""What tracing does: every change is a verb here, with its clock passed in."""

from tracing.services.alarms import clear_alarm
from tracing.services.cases import (
    annul_proposals,
    confirm_case,
    correct_case,
    dismiss_case,
    extend_trace,
    isolate_case,
    merge_cases,
    note_isolations,
    open_case,
    propose_cases,
    separate_cases,
    whole_window,
    withdraw_case,
    without_grounds,
)
from tracing.services.chain import look_at_chain
from tracing.services.checkin import Here, check_in, check_out, where_now
from tracing.services.devices import (
    create_device,
    device_by_token,
    enrol_device,
    hear_store,
    renew_enrolment,
    revoke_device,
)
from tracing.services.follow_up import (
    OUTCOMES,
    finish_task,
    give_task,
    note_try,
    pass_on,
    plan_tasks,
    reopen_task,
    take_task,
)
from tracing.services.own_stays import OwnStay, own_stays
from tracing.services.partitions import kept_since, make_partitions
from tracing.services.places import ensure_place
from tracing.services.positivity import rule_yield
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
from tracing.services.statements import (
    Meeting,
    approve_statement,
    enter_statement,
    withdraw_statement,
)
from tracing.services.touch import touch_cases
from tracing.services.trace import (
    Preview,
    Traced,
    clear_trace_brake,
    look_at_brake,
    preview_brake,
    preview_case,
    sweep_traces,
    trace_case,
)
from tracing.services.trips import board_trips
from tracing.services.venue_day import look_at_venue_day
from tracing.services.venue_reviews import (
    cases_of_review,
    close_venue_review,
    propose_venue_reviews,
)
from tracing.services.visits import correct_visit

__all__ = [
    "OUTCOMES",
    "Here",
    "Meeting",
    "NewScan",
    "OwnStay",
    "Preview",
    "ScanResult",
    "Traced",
    "add_venue",
    "add_zone",
    "admit",
    "annul_proposals",
    "approve_statement",
    "board_trips",
    "cases_of_review",
    "change_venue",
    "change_zone",
    "check_in",
    "check_out",
    "clear_alarm",
    "clear_trace_brake",
    "close_venue_review",
    "confirm_case",
    "correct_case",
    "correct_visit",
    "count_inside",
    "count_today",
    "create_device",
    "device_by_token",
    "dismiss_case",
    "enrol_device",
    "ensure_place",
    "enter_statement",
    "extend_trace",
    "finish_task",
    "give_task",
    "hear_store",
    "isolate_case",
    "kept_since",
    "look_at_brake",
    "look_at_chain",
    "look_at_venue_day",
    "make_partitions",
    "merge_cases",
    "new_scan_id",
    "note_isolations",
    "note_try",
    "open_case",
    "own_stays",
    "pass_on",
    "plan_tasks",
    "preview_brake",
    "preview_case",
    "propose_cases",
    "propose_venue_reviews",
    "record_scans",
    "renew_enrolment",
    "renew_poster",
    "reopen_task",
    "revoke_device",
    "rule_yield",
    "separate_cases",
    "sweep_traces",
    "take_task",
    "touch_cases",
    "trace_case",
    "where_now",
    "whole_window",
    "withdraw_case",
    "withdraw_statement",
    "without_grounds",
]
