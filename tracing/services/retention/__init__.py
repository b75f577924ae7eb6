"""Retention: what the catalogue of data about people promises to delete, deleted."""

from tracing.services.retention.run import Purged, retain

__all__ = ["Purged", "retain"]
