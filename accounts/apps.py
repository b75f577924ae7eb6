"""The accounts app: who people are, where they belong, what they may do, what was done."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers the app."""

    name = "accounts"
    verbose_name = _("人员与权限")
