"""Make, publish, activate, retire, kill and list the keys that sign passes."""

import datetime
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import DomainError
from healthcode import keys
from healthcode.passes import Kind

ENCRYPTED = b"ENCRYPTED"
WITHOUT_ROOT = "without it, keys wait until `publish` lists them"


class Command(BaseCommand):
    """The ceremonies; the root's file is named with each deed that needs it."""

    help = "Make, publish, activate, retire, kill and list the keys that sign passes."
    requires_system_checks: list[str] = []  # the check that asks for a key would stand in the way

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subcommand for each deed."""
        deeds = parser.add_subparsers(dest="deed", required=True)
        root = deeds.add_parser("root", help="make the root, on a machine without network")
        root.add_argument("root", type=Path, metavar="FILE")
        root.add_argument("--passphrase", action="store_true", help="ask for one, and encrypt")
        self._add_new(deeds.add_parser("new", help="make a key and print its kid"))
        rotate = deeds.add_parser("rotate", help="make first keys and successors that are due")
        publish = deeds.add_parser("publish", help="sign the list of keys afresh, for 30 days")
        retire = deeds.add_parser("retire", help="end a key's signing; what it signed stays good")
        rotate.add_argument("--root", type=Path, metavar="FILE", help=WITHOUT_ROOT)
        for deed in (publish, retire):
            deed.add_argument("--root", type=Path, required=True, metavar="FILE")
        rotate.add_argument("--issuer", default=settings.HEALTHCODE_ISSUER)
        activate = deeds.add_parser("activate", help="make a published key the one that signs")
        kill = deeds.add_parser("kill", help="have all gates refuse what a key signed, for ever")
        for deed in (retire, activate, kill):
            deed.add_argument("kid", type=bytes.fromhex)
        deeds.add_parser("list", help="show the keys and what each may do now")

    def _add_new(self, new: ArgumentParser) -> None:
        new.add_argument("--root", type=Path, metavar="FILE", help=WITHOUT_ROOT)
        new.add_argument("--kinds", nargs="+", type=Kind, choices=list(Kind), default=[Kind.LIVE])
        new.add_argument("--issuer", default=settings.HEALTHCODE_ISSUER)
        new.add_argument("--days", type=int, default=keys.SIGNING_DAYS, help="days it signs for")
        new.add_argument(
            "--in-hours",
            type=int,
            default=24,
            help="hours until it signs: gates need a day to learn of it; 0 for a first key",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the deed at the present time."""
        now = int(timezone.now().timestamp())
        try:
            getattr(self, f"_{options['deed']}")(options, now)
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None

    def _root(self, options: dict[str, Any], now: int) -> None:
        passphrase = getpass("Passphrase: ").encode() if options["passphrase"] else None
        root = keys.new_root(options["root"], passphrase=passphrase)
        self.stdout.write(f"root {root.pin.hex()}")

    def _new(self, options: dict[str, Any], now: int) -> None:
        if options["days"] < 1 or options["in_hours"] < 0:
            raise CommandError("A key signs for at least one day, from now on or later.")
        key = keys.add_key(
            Path(settings.HEALTHCODE_KEYS_DIR),
            kinds=options["kinds"],
            iss=options["issuer"],
            root=_root_at_hand(options),
            now=now,
            in_hours=options["in_hours"],
            days=options["days"],
        )
        self.stdout.write(key.kid.hex())

    def _rotate(self, options: dict[str, Any], now: int) -> None:
        directory = Path(settings.HEALTHCODE_KEYS_DIR)
        root = _root_at_hand(options)
        for key in keys.rotate(directory, iss=options["issuer"], root=root, now=now):
            self.stdout.write(key.kid.hex())

    def _publish(self, options: dict[str, Any], now: int) -> None:
        directory = Path(settings.HEALTHCODE_KEYS_DIR)
        signed = keys.publish(directory, root=_root_of(options), now=now)
        self.stdout.write(f"version {signed.version}, {len(signed.keys)} keys")

    def _retire(self, options: dict[str, Any], now: int) -> None:
        directory = Path(settings.HEALTHCODE_KEYS_DIR)
        keys.retire(directory, options["kid"], root=_root_of(options), now=now)

    def _activate(self, options: dict[str, Any], now: int) -> None:
        keys.activate(Path(settings.HEALTHCODE_KEYS_DIR), options["kid"], now=now)

    def _kill(self, options: dict[str, Any], now: int) -> None:
        keys.kill(Path(settings.HEALTHCODE_KEYS_DIR), options["kid"])

    def _list(self, options: dict[str, Any], now: int) -> None:
        ring = keys.load_ring(settings.HEALTHCODE_KEYS_DIR)
        listed = keys.load_listed(settings.HEALTHCODE_KEYS_DIR)
        for key in ring.keys:
            office = key.public
            kinds = ",".join(sorted(office.kinds))
            times = (office.sign_from, office.sign_until, office.verify_until)
            row = (office.kid.hex(), _standing(listed, office.kid, now), office.iss, kinds)
            self.stdout.write("  ".join((*row, *map(_day, times))))


def _root_at_hand(options: dict[str, Any]) -> keys.Root | None:
    return _root_of(options) if options["root"] else None


def _root_of(options: dict[str, Any]) -> keys.Root:
    """The root of the file that was named; asks for the passphrase of an encrypted one."""
    file = options["root"]
    encrypted = file.exists() and ENCRYPTED in file.read_bytes()
    return keys.load_root(file, passphrase=getpass("Passphrase: ").encode() if encrypted else None)


def _standing(listed: keys.Ring, kid: bytes, now: int) -> str:
    key = listed.by_kid(kid)
    if key is None:
        return "unpublished"
    office = key.public
    if key.killed:
        return "killed"
    if now < office.sign_from:
        return "waiting"
    if now >= office.verify_until:
        return "over"
    if now >= office.sign_until:
        return "verifying"
    if key.sign is None:
        return "no-private-key"
    return "signing" if any(listed.active(kind, now) is key for kind in office.kinds) else "standby"


def _day(instant: int) -> str:
    return datetime.datetime.fromtimestamp(instant, datetime.UTC).strftime("%Y-%m-%dT%H:%MZ")
