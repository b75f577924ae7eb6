"""`manage.py seed_city --citizens N --days D --seed S`: a made-up city to run the service on."""

import os
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from tracing.services.city import FILES, CityPlan, CityRefused, build_city


class Command(BaseCommand):
    """The same numbers and the same instant, the same city. Never with production settings."""

    help = "Write a made-up city: people, places, days of visits, and files of evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Size, seed, the instant up to which the city has lived, where files go."""
        parser.add_argument("--citizens", type=int, default=20_000)
        parser.add_argument("--days", type=int, default=14)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--until", type=datetime.fromisoformat, help="default: now")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "var" / "city")

    def handle(
        self,
        *,
        citizens: int,
        days: int,
        seed: int,
        until: datetime | None,
        out: Path,
        **options: Any,
    ) -> None:
        """Build, and say which file is imported how."""
        if settings.PRODUCTION:
            raise CommandError("A made-up city has no place beside real people.")
        now = timezone.now().replace(microsecond=0)
        try:
            plan = CityPlan(citizens, days, seed, until or now)
            if plan.until > now:
                raise CommandError("The city cannot have lived beyond now.")
            self._build(plan, out)
        except CityRefused as error:
            raise CommandError(f"{error.code}: {error.details['reason']}") from error
        self._say_how_to_import(out)

    def _build(self, plan: CityPlan, out: Path) -> None:
        total = plan.citizens * (plan.days + 1)
        password = os.environ.get("HEALTHCODE_DEMO_PASSWORD")
        with tqdm(total=total, desc="days lived", unit="", unit_scale=True, disable=None) as bar:
            build_city(plan=plan, out=out, password=password, progress=bar.update)

    def _say_how_to_import(self, out: Path) -> None:
        """One command a line, to be run as printed."""
        for name, source in FILES.items():
            file = quote(str(out / name))
            self.stdout.write(f"manage.py import_evidence {file} --source {source}")
