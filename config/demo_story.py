"""What the demo says once it runs: where to go, how to sign in, what to try."""

import json
from collections.abc import Mapping
from typing import Any

from config.environment import PROJECT
from config.manage import output_of

PLAIN = {
    "places": [
        {"who": "Citizen", "path": "/"},
        {"who": "Staff", "path": "/staff/"},
        {"who": "Admin", "path": "/admin/"},
    ]
}


def text(environment: Mapping[str, str], address: str) -> str:
    """The closing words of `make demo`.

    `manage.py demo_story --json` gives {"places": [{"who", "path", "login"}], "steps": [text]}.
    """
    story = _told_by_the_city(environment)
    lines = ["", "Healthcode runs. Ctrl-C ends it.", ""]
    for place in story["places"]:
        lines.append(f"  {place['who']:<8} {address + place['path']:<34} {place.get('login', '')}")
    steps = story.get("steps", [])
    if steps:
        lines += ["", "What to try:", *(f"  {n}. {step}" for n, step in enumerate(steps, 1))]
    return "\n".join([*lines, ""])


def _told_by_the_city(environment: Mapping[str, str]) -> dict[str, Any]:
    if not any(PROJECT.glob("*/management/commands/demo_story.py")):
        return PLAIN
    found: dict[str, Any] = json.loads(output_of(environment, "demo_story", "--json"))
    return found
