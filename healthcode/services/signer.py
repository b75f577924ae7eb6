"""Talking to the signer: one line of JSON each way over a Unix socket.

The web server has no keys in production. It says whose pass it wants; the signer reads the
decision itself, with its own connection and its own clock. So whoever takes over the web
server can have signed what the database says of people, and nothing else.
"""

import json
import socket
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from accounts.errors import DomainError, NotPermitted, UnknownCitizen
from healthcode.errors import (
    HolderInvalid,
    ListsExhausted,
    LiveOnly,
    NotThePhone,
    SignerUnreachable,
    TooManyPasses,
    UnknownList,
)
from healthcode.keys import ClaimsRefused, NoActiveKey, NothingPublished
from healthcode.passes import Kind
from healthcode.services.signing import Order, sign_here
from healthcode.services.states import sign_state_here
from healthcode.services.withdrawing import fresh_token, sign_withdrawn_here

STATE_KEPT = 5.0
"""Seconds for which one signed state serves all who ask this process."""
TIMEOUT = 3.0
"""Seconds the web server waits: a page that cannot sign says so, and tries again."""
LONGEST_LINE = 1024
LONGEST_ANSWER = 400_000
"""Bytes: a list of withdrawn passes in hexadecimal."""

log = structlog.get_logger(__name__)
_kept: dict[str, tuple[float, bytes]] = {}
_ERRORS: dict[str, type[DomainError]] = {
    error.code: error
    for error in (
        ClaimsRefused,
        HolderInvalid,
        ListsExhausted,
        LiveOnly,
        NoActiveKey,
        NotThePhone,
        NothingPublished,
        TooManyPasses,
        NotPermitted,
        UnknownCitizen,
        UnknownList,
    )
}


def sign_pass(order: Order, *, now: datetime) -> bytes:
    """Return the pass that was ordered, signed here or by the signer.

    Raises what `sign_here` does, and SignerUnreachable.
    """
    if not settings.HEALTHCODE_SIGNER:
        return sign_here(order, now=now)
    return _ask(
        {
            "sign": order.kind.value,
            "citizen": order.citizen_id,
            "holder": order.holder.hex(),
            "session": order.session_digest.hex(),
            "by": order.by,
            "move": order.move,
        }
    )


def sign_state(*, now: datetime) -> bytes:
    """Return the state of the keys, signed here, or by the signer a few seconds ago at most."""
    if not settings.HEALTHCODE_SIGNER:
        return sign_state_here(now=now)
    signed_at, state = _kept.get(settings.HEALTHCODE_SIGNER, (0.0, b""))
    if time.monotonic() - signed_at > STATE_KEPT or not state:
        state = _ask({"sign": "state"})
        _kept[settings.HEALTHCODE_SIGNER] = (time.monotonic(), state)
    return state


def sign_withdrawn(*, number: int, now: datetime) -> bytes:
    """Return a list of withdrawn passes as it stands, signed here or by the signer."""
    if not settings.HEALTHCODE_SIGNER:
        return sign_withdrawn_here(number=number, now=now)
    return fresh_token(number, now) or _ask({"sign": "withdrawn", "number": number})


def answer(line: bytes, *, now: datetime) -> bytes:
    """Return the signer's answer to one line; what is wrong is answered too, and never raised."""
    try:
        signed = _carry_out(json.loads(line), now)
        said: dict[str, Any] = {"signed": signed.hex()}
    except DomainError as refusal:
        said = {"code": refusal.code, "details": refusal.details}
    except Exception as fault:  # whatever it is, the caller gets an answer and no detail
        log.warning("order_not_understood", fault=type(fault).__name__)
        said = {"code": SignerUnreachable.code, "details": {}}
    return json.dumps(said).encode() + b"\n"


def _carry_out(asked: dict[str, Any], now: datetime) -> bytes:
    match asked["sign"]:
        case "state":
            return sign_state_here(now=now)
        case "withdrawn":
            return sign_withdrawn_here(number=int(asked["number"]), now=now)
        case kind:
            order = Order(
                Kind(kind),
                int(asked["citizen"]),
                bytes.fromhex(asked["holder"]),
                bytes.fromhex(asked["session"]),
                int(asked["by"]),
                asked["move"] is True,
            )
            return sign_here(order, now=now)


def _ask(asked: dict[str, Any]) -> bytes:
    try:
        said = json.loads(_exchange(json.dumps(asked).encode() + b"\n"))
    except (OSError, ValueError):
        raise SignerUnreachable from None
    if "signed" in said:
        return bytes.fromhex(said["signed"])
    raise _ERRORS.get(said.get("code"), SignerUnreachable)(**said.get("details", {}))


def _exchange(line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.settimeout(TIMEOUT)
        channel.connect(str(Path(settings.HEALTHCODE_SIGNER)))
        channel.sendall(line)
        with channel.makefile("rb") as answers:
            return answers.readline(LONGEST_ANSWER)
