"""The gate API: enrol a device, hand in scans one by one or in batches, say who went in."""

from tracing.api.devices import EnrolView, MeView
from tracing.api.scans import AdmissionView, ScansView

__all__ = ["AdmissionView", "EnrolView", "MeView", "ScansView"]
