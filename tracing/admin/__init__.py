"""Oversight of people, cases, venues and gates."""

from tracing.admin import (
    cases,
    contacts,
    devices,
    people,
    scans,
    statements,
    tasks,
    trace_brakes,
    venue_reviews,
    venues,
)

__all__ = [
    "cases",
    "contacts",
    "devices",
    "people",
    "scans",
    "statements",
    "tasks",
    "trace_brakes",
    "venue_reviews",
    "venues",
]
