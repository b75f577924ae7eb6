"""What tracing does: every change is a verb here, with its clock passed in."""

from tracing.services.devices import (
    create_device,
    device_by_token,
    enrol_device,
    renew_enrolment,
    revoke_device,
)
from tracing.services.partitions import make_partitions
from tracing.services.places import ensure_place
from tracing.services.scans import NewScan, ScanResult, admit, count_today, record_scans
from tracing.services.visits import correct_visit

__all__ = [
    "NewScan",
    "ScanResult",
    "admit",
    "correct_visit",
    "count_today",
    "create_device",
    "device_by_token",
    "enrol_device",
    "ensure_place",
    "make_partitions",
    "record_scans",
    "renew_enrolment",
    "revoke_device",
]
