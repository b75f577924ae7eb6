"""The tracing app: venues, devices, scans, visits, trips, cases, contacts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TracingConfig(AppConfig):
    """Registers the app."""

    name = "tracing"
    verbose_name = _("场所与流调")
