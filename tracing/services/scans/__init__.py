"""Every attempt at a gate: stored, judged, admitted or not, counted."""

from tracing.services.scans.admission import admit
from tracing.services.scans.items import NewScan, ScanResult
from tracing.services.scans.record import record_scans
from tracing.services.scans.times import new_scan_id
from tracing.services.scans.today import count_inside, count_today

__all__ = [
    "NewScan",
    "ScanResult",
    "admit",
    "count_inside",
    "count_today",
    "new_scan_id",
    "record_scans",
]
