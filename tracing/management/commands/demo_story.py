"""`manage.py demo_story [--json]`: where to go in a seeded city, as whom, and what to try."""

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tracing.services.city import ADMINISTRATOR, CityRefused, Story, offer_device, tell_story


class Command(BaseCommand):
    """Prints names and phones of invented people; never with production settings."""

    help = "Say whom to watch in the seeded city, which case to confirm, where to scan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The form of the answer."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *, json: bool, **options: Any) -> None:
        """Find the story, renew the enrolment of its device, and print."""
        if settings.PRODUCTION:
            raise CommandError("There is no story among real people.")
        try:
            story = tell_story()
        except CityRefused as error:
            raise CommandError(f"{error.code}: {error.details['reason']}") from error
        by = User.objects.get(username=ADMINISTRATOR)
        token = offer_device(zone=story.zone, by=by, now=timezone.now())
        told = {"places": _places(story, token), "steps": _steps(story), "people": _people(story)}
        self.stdout.write(_as_json(told) if json else _as_text(told))


def _places(story: Story, token: str) -> list[dict[str, str]]:
    password = os.environ.get("HEALTHCODE_DEMO_PASSWORD")
    officer = f"{ADMINISTRATOR} / {password}" if password else f"{ADMINISTRATOR}, no password set"
    return [
        {"who": "Citizen", "path": reverse("accounts:signin"), "login": story.close.phone},
        {"who": "Staff", "path": reverse("tracing:staff-enrol"), "login": token},
        {"who": "Admin", "path": reverse("admin:index"), "login": officer},
    ]


def _steps(story: Story) -> list[str]:
    new = story.newcomer
    return [
        f"Citizen: sign in with {story.close.phone} (the page shows the code): {story.close.name} "
        "sat in one office with somebody who is infected, and is green. Leave the page open.",
        f"Citizen, in another private window: {story.secondary.phone}, {story.secondary.name}, "
        "lives with them.",
        f"Admin: open {_case_path(story.case_id)} and confirm the case of {story.index.name}. "
        "Within seconds both pages turn, and say why and until when.",
        "Admin: withdraw the case; both pages are green again.",
        f"Staff: enrol with the code above (good for ten minutes; `demo_story` renews it) at "
        f"{story.zone}, and paste the text of a citizen's code.",
        "Admin: under Rule sets open sh-2022-09-18, try it, propose it with its report, and "
        "approve it as `policy` (the same password): nobody approves what they proposed.",
        f"Citizen, somebody new: sign in with {new.phone}, register as {new.name}, resident "
        f"identity card {new.document_number}.",
    ]


def _case_path(case_id: int | None) -> str:
    if case_id is None:
        return reverse("admin:tracing_case_changelist")
    return reverse("admin:tracing_case_change", args=[case_id])


def _people(story: Story) -> dict[str, Any]:
    told = asdict(story)
    cast = {name: told[name] for name in ("index", "close", "secondary", "newcomer")}
    zone = story.zone
    scan = {"venue": zone.venue.name, "venue_id": zone.venue_id, "zone_id": zone.pk}
    return {**cast, "case_id": story.case_id, "scan_at": scan}


def _as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1)


def _as_text(told: dict[str, Any]) -> str:
    places = [f"{place['who']:<8} {place['path']:<16} {place['login']}" for place in told["places"]]
    steps = [f"{number}. {step}" for number, step in enumerate(told["steps"], start=1)]
    return "\n".join([*places, "", *steps])
