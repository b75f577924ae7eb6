"""The gate API: enrol a device, equip it, hand in scans one by one or in batches."""

from tracing.api.devices import EnrolView, MeView, StoreView
from tracing.api.kit import KitView
from tracing.api.scans import AdmissionView, ScansView, VerifyView

__all__ = [
    "AdmissionView",
    "EnrolView",
    "KitView",
    "MeView",
    "ScansView",
    "StoreView",
    "VerifyView",
]
