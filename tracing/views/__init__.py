"""The staff pages, and a citizen's own: their stays, and checking in."""

from tracing.views.checkin import checked_in, checkin, leave
from tracing.views.staff import staff, staff_enrol, staff_manifest, staff_worker
from tracing.views.visits import own_visits

__all__ = [
    "checked_in",
    "checkin",
    "leave",
    "own_visits",
    "staff",
    "staff_enrol",
    "staff_manifest",
    "staff_worker",
]
