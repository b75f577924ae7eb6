"""`python -m config.upkeep [--keys]`: what is due before the service starts, or the keys alone.

One process for all of it: most of the time of a management command is its start.
"""

import sys
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def upkeep() -> None:
    """Migrate as the owner, make partitions, write the roles, see to the keys that sign."""
    call_command("migrate", database="owner", verbosity=0)
    call_command("make_partitions", stdout=StringIO())
    call_command("sync_roles", stdout=StringIO())
    see_to_signing_keys()


def see_to_signing_keys() -> None:
    """Make the keys that are lacking or end soon, and publish them for another month.

    A demo or a test run keeps its root beside its keys; production keeps it elsewhere.
    """
    directory, said = Path(settings.HEALTHCODE_KEYS_DIR), StringIO()
    root = directory.with_name(f"{directory.name}-root.pem")
    if not root.exists():
        call_command("keys", "root", str(root), stdout=said)
    call_command("keys", "rotate", "--root", str(root), stdout=said)


def main() -> None:
    """Look after whatever the environment names."""
    django.setup()
    if sys.argv[1:] == ["--keys"]:
        see_to_signing_keys()
    else:
        upkeep()


if __name__ == "__main__":
    main()
