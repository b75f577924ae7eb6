"""Make and list the keys that sign passes."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthcode import keys
from healthcode.passes import Kind

HOUR = 3600


class Command(BaseCommand):
    """`manage.py keys new` and `manage.py keys list`."""

    help = "Make and list the keys that sign passes."
    requires_system_checks: list[str] = []  # the check that asks for a key would stand in the way

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subcommand for each deed."""
        deeds = parser.add_subparsers(dest="deed", required=True)
        new = deeds.add_parser("new", help="make a key and print its kid")
        new.add_argument("--kinds", nargs="+", type=Kind, choices=list(Kind), default=[Kind.LIVE])
        new.add_argument("--issuer", default=settings.HEALTHCODE_ISSUER)
        new.add_argument("--days", type=int, default=keys.SIGNING_DAYS, help="days it signs for")
        new.add_argument(
            "--in-hours",
            type=int,
            default=24,
            help="hours until it signs: gates need a day to learn of it; 0 for a first key",
        )
        deeds.add_parser("list", help="show the keys and what each may do now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the deed at the present time."""
        now = int(timezone.now().timestamp())
        match options["deed"]:
            case "new":
                self._new(options, now)
            case "list":
                self._list(now)

    def _new(self, options: dict[str, Any], now: int) -> None:
        if options["days"] < 1 or options["in_hours"] < 0:
            raise CommandError("A key signs for at least one day, from now on or later.")
        try:
            key = keys.new_key(
                settings.HEALTHCODE_KEYS_DIR,
                kinds=options["kinds"],
                iss=options["issuer"],
                sign_from=now + options["in_hours"] * HOUR,
                signing_days=options["days"],
            )
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(key.kid.hex())

    def _list(self, now: int) -> None:
        for key in keys.load_ring(settings.HEALTHCODE_KEYS_DIR).keys:
            office = key.public
            kinds = ",".join(sorted(office.kinds))
            times = (office.sign_from, office.sign_until, office.verify_until)
            row = (office.kid.hex(), _standing(key, now), office.iss, kinds, *map(_day, times))
            self.stdout.write("  ".join(row))


def _standing(key: keys.SigningKey, now: int) -> str:
    office = key.public
    if key.killed:
        return "killed"
    if now < office.sign_from:
        return "waiting"
    if now < office.sign_until:
        return "signing" if key.sign else "no private key"
    return "verifying" if now < office.verify_until else "over"


def _day(instant: int) -> str:
    return datetime.datetime.fromtimestamp(instant, datetime.UTC).strftime("%Y-%m-%dT%H:%MZ")
