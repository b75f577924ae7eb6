"""`manage.py sync_roles`: what each role may do, as the code says."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import sync_roles


class Command(BaseCommand):
    """Run after every migrate."""

    help = "Make the officers' roles hold exactly the permissions the code names."

    def handle(self, **options: Any) -> None:
        """Write the groups."""
        sync_roles()
        self.stdout.write("Roles are as the code says.")
