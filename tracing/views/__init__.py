"""The staff pages, and the page of a citizen's own stays."""

from tracing.views.staff import staff, staff_enrol
from tracing.views.visits import own_visits

__all__ = ["own_visits", "staff", "staff_enrol"]
