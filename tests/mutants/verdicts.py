"""What Python makes of a mutant, and whether anybody signed what it tells."""

from base64 import b32decode
from contextlib import suppress
from functools import cache
from typing import TypeAlias

import cbor2

from healthcode.colours import Outcome, Reason
from healthcode.passes import Claims, Gate, KeyList, Listing, Verdict, clean, judge
from healthcode.passes.cbor import Malformed, read
from healthcode.passes.layers import read_code
from healthcode.passes.refused import Refused
from healthcode.passes.text import read_text
from tests.mutants.make import Mutant
from tests.mutants.originals import SHOWN, SIGNED, sealed
from tests.vectors import craft
from tests.vectors.load import keys_of

# Reasons that come before the holder's signature is known to be right.
UNSHOWN = {Reason.SPECIMEN, Reason.NOT_BOUND, Reason.BAD_SIGNATURE}
# kid, the pass's payload, and the presentation's, empty without one.
Said: TypeAlias = tuple[bytes, bytes, bytes]
KINDS = {"bound": 1, "live": 2, "paper": 3, "specimen": 4}
FIELDS = ("colour", "name", "hour", "slot")


def verdict_on(mutant: Mutant) -> Verdict:
    """The verdict; whatever the readers raise that they must not is not caught here."""
    text = clean(mutant.text) if mutant.clean else mutant.text
    _read_alone(text)
    keys, gate = _keys(mutant.keys, mutant.killed), dict(mutant.gate)
    listing = Listing(gate.pop("listing", "valid"))
    return judge(text, keys=keys, gate=Gate(withdrawn=lambda _: listing, **gate), now=mutant.now)


@cache
def _keys(name: str, killed: tuple[str, ...]) -> KeyList:
    return keys_of({"keys": name, "killed": killed})


def _read_alone(text: str) -> None:
    try:
        data = read_text(text)
    except Refused:
        return
    with suppress(Malformed):
        read(data)
    with suppress(Refused):
        read_code(data)


def told(verdict: Verdict) -> list:
    """Outcome, reason and whatever is told, as `judge.mjs` says it."""
    claims = verdict.claims
    return [
        verdict.outcome.value,
        verdict.reason.value,
        verdict.shown_at,
        None if verdict.colour is None else int(verdict.colour),
        None if claims is None else _said(claims),
    ]


def _said(claims: Claims) -> list:
    numbers = [None if claims.colour is None else int(claims.colour), claims.hour, claims.slot]
    holder = None if claims.holder is None else claims.holder.hex()
    times = [claims.iat, claims.exp]
    return [
        claims.kind.value,
        claims.iss,
        *times,
        claims.pass_id.hex(),
        claims.name,
        *numbers,
        holder,
    ]


def forgery(mutant: Mutant, verdict: Verdict) -> str | None:
    """Why a verdict tells what it must not; None if all it tells was signed."""
    if verdict.claims is None:
        return None if verdict.outcome is Outcome.GREY else "judged without claims"
    text = clean(mutant.text) if mutant.clean else mutant.text
    try:
        data = _from_base32(text)
        said, rebuilt = _second_reading(data, verdict)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        return f"a second reader finds no such code: {error!r}"
    if craft.text(data) != text or rebuilt != data:
        return "not the one text of these claims"
    return _unsigned(mutant, verdict, said)


def _unsigned(mutant: Mutant, verdict: Verdict, said: Said) -> str | None:
    known = mutant.signed or ()
    if said[:2] not in SIGNED and said[:2] != known[:2]:
        return "claims that no issuer signed"
    if verdict.reason in UNSHOWN and verdict.outcome is Outcome.GREY:
        return None
    return None if said in SHOWN or said == known else "shown when no holder showed it"


def _from_base32(text: str) -> bytes:
    body = text.removeprefix("HCP:/1/")
    return b32decode(body + "=" * (-len(body) % 8))


def _second_reading(data: bytes, verdict: Verdict) -> tuple[Said, bytes]:
    """What was said, and the whole code, put together by cbor2 from what the verdict tells."""
    outer = cbor2.loads(data).value
    inner = outer if verdict.shown_at is None else cbor2.loads(cbor2.loads(outer[2])[1]).value
    kid = cbor2.loads(inner[0])[4]
    payload = craft.join(craft.pairs(_claims_map(verdict.claims)))
    issued = sealed(craft.header(kid), payload, inner[3])
    if verdict.shown_at is None:
        return (kid, payload, b""), issued
    shown = craft.dumps([verdict.shown_at, issued])
    return (kid, payload, shown), sealed(craft.dumps({1: -7}), shown, outer[3])


def _claims_map(claims: Claims) -> dict:
    values = (getattr(claims, name) for name in FIELDS)
    # cbor2 writes a Colour as the number that it is.
    status = [value for value in values if value is not None]
    made = {1: claims.iss, 4: claims.exp, 6: claims.iat, 7: claims.pass_id}
    if claims.holder is not None:
        made[8] = {1: {1: 2, -1: 1, -2: claims.holder[1:], -3: claims.holder[0] == 3}}
    return made | {craft.STATUS: [KINDS[claims.kind.value], *status]}
