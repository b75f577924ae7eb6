"""The verifier: one outcome and exactly one reason for any text whatever.

`check` asks what the code itself and the gate can answer (steps 1 to 12); `conclude` judges
the colour (step 13), the code's own or the current one. A server calls them one after the
other and looks up the status, the venue's rule and repeats in between; a gate without
network calls `judge`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from healthcode.colours import Colour, Outcome, Reason
from healthcode.passes.cbor import Item
from healthcode.passes.claims import Claims, Kind, claims_map, parse_claims
from healthcode.passes.es256 import from_point, verifies
from healthcode.passes.layers import PRESENTATION_AAD, Code, read_code
from healthcode.passes.refused import Refused, need
from healthcode.passes.text import read_text
from healthcode.passes.trust import Key, KeyList

EARLY = 30
"""Seconds by which an issuer's or holder's clock may be ahead of the gate's."""
LATE = 60
"""Seconds after which a presentation is taken for a screenshot."""


class Listing(StrEnum):
    """What the withdrawn list says about a pass; STALE: nothing that can be relied on."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    STALE = "stale"


def no_list(_: Claims) -> Listing:
    """Answer as a gate that holds no withdrawn list."""
    return Listing.STALE


@dataclass(frozen=True, slots=True)
class Gate:
    """What the verifier's own side knows of itself.

    `withdrawn` is asked about bound passes, and about paper where the gate is online, after
    everything before it was found in order.
    """

    clock_sure: bool = True
    keys_fresh: bool = True
    online: bool = False
    withdrawn: Callable[[Claims], Listing] = no_list


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of steps 1 to 12: a reason to stay grey, or none.

    `claims` are there as soon as the issuer's signature and its right to sign them are
    sure; `shown_at` is the time of a presentation.
    """

    reason: Reason | None = None
    claims: Claims | None = None
    shown_at: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a gate: what to do, the one reason, and what the code said.

    `colour` is the colour that was judged: None when it did not come to that.
    """

    outcome: Outcome
    reason: Reason
    claims: Claims | None = None
    shown_at: int | None = None
    colour: Colour | None = None


def judge(
    text: str,
    *,
    keys: KeyList,
    gate: Gate,
    now: int,
    rule_met: bool = True,
    repeated: bool = False,
) -> Verdict:
    """Return the verdict on a text by what the code itself says; `now` in unix seconds."""
    checked = check(text, keys=keys, gate=gate, now=now)
    return conclude(checked, rule_met=rule_met, repeated=repeated)


def check(text: str, *, keys: KeyList, gate: Gate, now: int) -> Checked:
    """Take the steps 1 to 12 and return the first reason not to go on, if any.

    `text` has been through `clean`; nothing in it raises.
    """
    try:
        code = read_code(read_text(text))
        key = keys.trusted(code.kid, now)
        need(
            key.signed(code.issued.signed(), code.issued.signature, code.alg), Reason.BAD_SIGNATURE
        )
        claims, holder = accept(code.claims, key)
        need(code.shown is None or claims.kind is Kind.BOUND, Reason.BAD_CLAIMS)
    except Refused as refused:
        return Checked(refused.reason)
    reason = next(_obstacles(code, claims, holder, gate, now), None)
    return Checked(reason, claims, code.shown_at)


def conclude(
    checked: Checked,
    *,
    colour: Colour | None = None,
    rule_met: bool = True,
    repeated: bool = False,
    compared: bool = False,
) -> Verdict:
    """Take step 13 and return the verdict; what `check` refused stays refused.

    `colour` is the holder's current one where it is known, else the pass speaks for itself.
    `compared`: staff held the person's document against the name, without which paper,
    that anyone can copy, never passes.
    """
    claims = checked.claims
    if checked.reason or claims is None:  # without claims there is always a reason
        reason = checked.reason or Reason.UNREADABLE
        return Verdict(reason.outcome, reason, claims, checked.shown_at)
    judged = claims.colour if colour is None else colour
    reason = next(_doubts(judged, rule_met, repeated), Reason.GREEN)
    copied = claims.kind is Kind.PAPER and reason is Reason.GREEN and not compared
    outcome = Outcome.CHECK if copied else reason.outcome
    return Verdict(outcome, reason, claims, checked.shown_at, judged)


def accept(items: dict[int | str, Item], key: Key) -> tuple[Claims, EllipticCurvePublicKey | None]:
    """Return the claims `items` are, if this key may sign them, and a bound pass's holder key.

    Refuses with BAD_CLAIMS. The signer asks the same question before it signs.
    """
    claims = parse_claims(items)
    need(key.may_sign(claims), Reason.BAD_CLAIMS)
    if claims.holder is None:
        return claims, None
    try:
        return claims, from_point(claims.holder)
    except ValueError:
        raise Refused(Reason.BAD_CLAIMS) from None


def signable(claims: Claims, key: Key) -> bool:
    """Whether a verifier would accept these claims, said with the key's iss, from this key."""
    try:
        accept(claims_map(claims), key)
    except Refused:
        return False
    return True


def claims_of(data: bytes) -> Claims:
    """Return what a pass of one's own says; nothing is verified. Raises ValueError."""
    try:
        return parse_claims(read_code(data).claims)
    except Refused as refused:
        raise ValueError("not a pass") from refused


def kid_of(data: bytes) -> bytes:
    """Return the kid in a pass of one's own. Raises ValueError."""
    try:
        return read_code(data).kid
    except Refused as refused:
        raise ValueError("not a pass") from refused


def _obstacles(
    code: Code, claims: Claims, holder: EllipticCurvePublicKey | None, gate: Gate, now: int
) -> Iterator[Reason]:
    """Steps 6 to 12, each looked at only when those before it found nothing."""
    if claims.kind is Kind.SPECIMEN:
        yield Reason.SPECIMEN
    if holder is not None:
        yield from _holder_obstacles(code, holder)
    yield from _time_obstacles(claims, code.shown_at, gate, now)
    yield from _list_obstacles(claims, gate)


def _holder_obstacles(code: Code, holder: EllipticCurvePublicKey) -> Iterator[Reason]:
    if code.shown is None:
        yield Reason.NOT_BOUND
    elif not verifies(holder, code.shown.signed(PRESENTATION_AAD), code.shown.signature):
        yield Reason.BAD_SIGNATURE


def _time_obstacles(claims: Claims, shown_at: int | None, gate: Gate, now: int) -> Iterator[Reason]:
    if not gate.clock_sure:
        yield Reason.CLOCK
    if not gate.keys_fresh:
        yield Reason.STALE_KEYS
    if now < claims.iat - EARLY:
        yield Reason.NOT_YET
    if now >= claims.exp:
        yield Reason.EXPIRED
    if shown_at is not None and not _shown_now(claims, shown_at, now):
        yield Reason.CLOCK


def _shown_now(claims: Claims, shown_at: int, now: int) -> bool:
    return claims.iat <= shown_at < claims.exp and -EARLY <= now - shown_at <= LATE


def _list_obstacles(claims: Claims, gate: Gate) -> Iterator[Reason]:
    paper = claims.kind is Kind.PAPER
    if claims.kind is Kind.BOUND or (paper and gate.online):
        listing = gate.withdrawn(claims)
        if listing is Listing.STALE:
            yield Reason.STALE_LIST
        if listing is Listing.WITHDRAWN:
            yield Reason.WITHDRAWN
    if paper and not gate.online:
        yield Reason.ASK_SERVER


def _doubts(colour: Colour | None, rule_met: bool, repeated: bool) -> Iterator[Reason]:
    match colour:
        case None | Colour.UNASSESSED:
            yield Reason.UNASSESSED
        case Colour.RED:
            yield Reason.RED
        case Colour.YELLOW:
            yield Reason.YELLOW
    if not rule_met:
        yield Reason.RULE
    if repeated:
        yield Reason.REPEATED
