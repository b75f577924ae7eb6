"""What every purge is told, and where the owner's connection is."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

#: The alias of the role that owns the tables; it exists where MIGRATE_DATABASE_URL is set.
OWNER = "owner"


class Order(NamedTuple):
    """Delete what ended before `before`; `dry_run`: only count it."""

    before: datetime
    now: datetime
    dry_run: bool


Purge = Callable[[Order], int]
