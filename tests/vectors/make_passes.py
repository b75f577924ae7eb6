"""Write tests/vectors/passes.json and lists.json: `python -m tests.vectors.make_passes`.

A vector of the first is a text, the instant and the gate that judge it, the fault it has, and
the one outcome and reason it must get; of the second a signed list and the cause for which it
is refused, if any. The files are for verifiers in any language.
"""

import json
from pathlib import Path

from tests.vectors import craft, faults_claims, faults_lists, faults_wire, good

FILE = Path(__file__).with_name("passes.json")
LISTS = FILE.with_name("lists.json")


def main() -> None:
    """Write the files."""
    FILE.write_text(render(), encoding="utf-8")
    LISTS.write_text(render_lists(), encoding="utf-8")


def render_lists() -> str:
    """The whole file of lists as text, the same each time."""
    return json.dumps(faults_lists.document(), ensure_ascii=False, indent=1) + "\n"


def render() -> str:
    """The whole file as text, the same each time."""
    chapters = (good.cases(), *faults_wire.chapters(), *faults_claims.chapters())
    cases = [case for chapter in chapters for case in chapter]
    document = {
        "about": "Defaults: keys 'main', killed none, a gate that is sure of its clock and keys, "
        "offline, and whose withdrawn list says 'valid'; server: what a server adds.",
        "keys": key_lists(),
        "cases": cases,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def key_lists() -> dict:
    """The key lists that cases name."""
    main = [_key(name, *office) for name, office in OFFICES.items()]
    twin = _key("issuer", ["live"], craft.NOW - craft.DAY)
    return {"main": main, "twins": [*main, twin], "none": []}


DAY, NOW = craft.DAY, craft.NOW
OFFICES = {
    "issuer": (["bound", "live"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 31 * DAY),
    "paper": (["paper"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 120 * DAY),
    "specimen": (["specimen"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 400 * DAY),
    "killed": (["bound", "live"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 31 * DAY),
    "old": (["bound", "live"], NOW - 90 * DAY, NOW + DAY, NOW),
    "stopped": (["bound", "live"], NOW - 30 * DAY, NOW - 600, NOW + DAY),
    "next": (["bound", "live"], NOW, NOW + 90 * DAY, NOW + 91 * DAY),
    "state": (["state"], NOW - 30 * DAY, NOW + 30 * DAY, NOW + 31 * DAY),
}


def _key(name: str, kinds: list, start: int, stop: int = NOW + DAY, last: int = NOW + DAY) -> dict:
    key = craft.cose_key(craft.SIGNERS[name])
    return {
        "kid": craft.KIDS[name].hex(),
        "alg": -7,
        "public": ("03" if key[-3] else "02") + key[-2].hex(),
        "iss": "SH",
        "kinds": kinds,
        "sign_from": start,
        "sign_until": stop,
        "verify_until": last,
    }


if __name__ == "__main__":
    main()
