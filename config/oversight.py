"""The admin app with this project's site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class OversightConfig(AdminConfig):
    """Named in the settings instead of `django.contrib.admin`."""

    default_site = "accounts.admin.site.site"
