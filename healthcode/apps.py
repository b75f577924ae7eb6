"""The healthcode app: evidence, rules, colour, code."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from healthcode import checks


class HealthcodeConfig(AppConfig):
    """Registers the app and its checks."""

    name = "healthcode"
    verbose_name = _("健康码")
    checks = checks
