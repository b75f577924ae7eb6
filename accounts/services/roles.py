"""Roles as groups: what each may do is written in `accounts.roles` and nowhere else."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.roles import GRANTS, Role


def sync_roles() -> None:
    """Make every role's group hold exactly the permissions that `GRANTS` names."""
    with transaction.atomic():
        for role in Role:
            group, _ = Group.objects.get_or_create(name=role.value)
            group.permissions.set(_permissions(role))


def _permissions(role: Role) -> list[Permission]:
    return [
        Permission.objects.get(content_type__app_label=app, codename=codename)
        for app, codename in sorted(GRANTS[role])
    ]
