"""Oversight of people, cases, venues and gates."""

from tracing.admin import cases, contacts, devices, people, scans, venues

__all__ = ["cases", "contacts", "devices", "people", "scans", "venues"]
