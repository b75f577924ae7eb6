"""Officers: made, given roles, stopped; by an administrator who is not the officer."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from accounts import audit
from accounts.errors import NotPermitted, OfficerInvalid
from accounts.models import User
from accounts.roles import Role

#: Citizens' users have 32 hexadecimal digits for a name; officers are known by shorter ones.
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,29}")


def appoint_officer(
    *, username: str, password: str, roles: Sequence[str], by: User, now: datetime
) -> User:
    """Make an officer with these roles. Raises NotPermitted or OfficerInvalid."""
    _need_administrator(by)
    if not USERNAME.fullmatch(username):
        raise OfficerInvalid(field="username")
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, password, is_staff=True)
            user.groups.set(_groups(roles))
            _record("officer.made", user, roles, by, now)
    except IntegrityError:
        raise OfficerInvalid(field="username") from None
    return user


def change_officer(
    *,
    user_id: int,
    roles: Sequence[str],
    is_active: bool,
    is_superuser: bool,
    by: User,
    now: datetime,
) -> None:
    """Say what an officer may do from now on.

    Nobody changes their own rights, so that the last administrator stays one. Raises
    NotPermitted or OfficerInvalid.
    """
    _need_administrator(by)
    with transaction.atomic():
        user = _officer(user_id, by)
        user.is_active, user.is_superuser = is_active, is_superuser
        user.save(update_fields=["is_active", "is_superuser"])
        user.groups.set(_groups(roles))
        _record("officer.changed", user, roles, by, now)


def reset_password(*, user_id: int, password: str, by: User, now: datetime) -> None:
    """Give another officer a new password; what they are signed in with ends at once."""
    _need_administrator(by)
    with transaction.atomic():
        user = _officer(user_id, by)
        user.set_password(password)
        user.save(update_fields=["password"])
        roles = sorted(user.groups.values_list("name", flat=True))
        _record("officer.password", user, roles, by, now)


def _need_administrator(by: User) -> None:
    if not (by.is_active and by.is_superuser):
        raise NotPermitted


def _officer(user_id: int, by: User) -> User:
    user = User.objects.select_for_update().filter(pk=user_id, is_staff=True).first()
    if user is None or user.pk == by.pk:
        raise OfficerInvalid(field="user")
    return user


def _groups(roles: Sequence[str]) -> list[Group]:
    known = {role.value for role in Role}
    if not set(roles) <= known:
        raise OfficerInvalid(field="roles")
    return [Group.objects.get_or_create(name=role)[0] for role in sorted(roles)]


def _record(action: str, user: User, roles: Sequence[str], by: User, now: datetime) -> None:
    audit.record(
        actor=f"user:{by.username}",
        action=action,
        target=f"user:{user.username}",
        now=now,
        roles=sorted(roles),
        administrator=user.is_superuser,
        active=user.is_active,
    )
