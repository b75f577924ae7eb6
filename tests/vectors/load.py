"""The shared vectors, as the verifier's own types."""

import json
from pathlib import Path

from healthcode.colours import Colour
from healthcode.passes import (
    Gate,
    Key,
    KeyList,
    Kind,
    Listing,
    Verdict,
    check,
    clean,
    conclude,
    from_point,
)

FILE = Path(__file__).with_name("passes.json")
DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
CASES = DOCUMENT["cases"]


def keys_of(case: dict) -> KeyList:
    """The key list and killed kids of a case."""
    keys = tuple(_key(facts) for facts in DOCUMENT["keys"][case.get("keys", "main")])
    return KeyList(keys, frozenset(map(bytes.fromhex, case.get("killed", ()))))


def _key(facts: dict) -> Key:
    return Key(
        **facts
        | {
            "kid": bytes.fromhex(facts["kid"]),
            "kinds": frozenset(map(Kind, facts["kinds"])),
            "public": from_point(bytes.fromhex(facts["public"])),
        }
    )


def judged(case: dict) -> Verdict:
    """The verdict on a case."""
    text = clean(case["text"]) if case.get("clean") else case["text"]
    checked = check(text, keys=keys_of(case), gate=_gate(case), now=case["now"])
    server = dict(case.get("server", {}))
    if "colour" in server:
        server["colour"] = Colour(server["colour"])
    return conclude(checked, **server)


def _gate(case: dict) -> Gate:
    facts = dict(case.get("gate", {}))
    listing = Listing(facts.pop("listing", "valid"))
    return Gate(withdrawn=lambda _: listing, **facts)
