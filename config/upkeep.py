"""`python -m config.upkeep [--keys]`: what is due before the service starts, or the keys alone.

One process for all of it: most of the time of a management command is its start.
"""

import sys
from io import StringIO

import django
from django.core.management import call_command


def upkeep() -> None:
    """Migrate as the owner, make partitions, write the roles, see to a key that signs."""
    call_command("migrate", database="owner", verbosity=0)
    call_command("make_partitions", stdout=StringIO())
    call_command("sync_roles", stdout=StringIO())
    see_to_signing_keys()


def see_to_signing_keys() -> None:
    """Make a key that signs from now on, unless there is one."""
    found = StringIO()
    call_command("keys", "list", stdout=found)
    if "signing" not in found.getvalue().split():
        call_command("keys", "new", "--in-hours", "0", stdout=found)


def main() -> None:
    """Look after whatever the environment names."""
    django.setup()
    if sys.argv[1:] == ["--keys"]:
        see_to_signing_keys()
    else:
        upkeep()


if __name__ == "__main__":
    main()
