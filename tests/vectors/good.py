"""Codes that are in order: each kind, colour and boundary, and what the gate makes of them."""

from tests.vectors.craft import (
    HOUR,
    ISSUER,
    NOW,
    N,
    bound,
    header,
    issue,
    join,
    live,
    numbers,
    pairs,
    paper,
    show,
    sig_structure,
    specimen,
    text,
)

LONGEST = "欧" * 6 + "**"


def case(name, code, outcome, reason, *, fault="none", now=NOW, **context) -> dict:
    """A vector; a code given as bytes becomes text."""
    if isinstance(code, bytes):
        code = text(code)
    made = {"name": name, "fault": fault, "text": code, "now": now, **context}
    return made | {"outcome": outcome, "reason": reason}


def grey(reason, faults: dict, **context) -> list[dict]:
    """A grey vector for each fault and the code that has it."""
    return [
        case(name, code, "GREY", reason, fault=name, **context) for name, code in faults.items()
    ]


def cases() -> list[dict]:
    """All of them."""
    return [*_colours(), *_boundaries(), *_names(), *_encodings(), *_gates(), *_servers()]


def _colours() -> list[dict]:
    judged = [("GREY", "UNASSESSED"), ("PASS", "GREEN"), ("CHECK", "YELLOW"), ("STOP", "RED")]
    return [
        case(f"{kind} {reason.lower()}", code(colour), outcome, reason)
        for kind, code in {"live": _live, "bound": _shown}.items()
        for colour, (outcome, reason) in enumerate(judged)
    ]


def _live(colour=1, **others) -> bytes:
    return issue(live(colour, **others))


def _shown(colour=1, at=NOW - 5, **others) -> bytes:
    return show(issue(bound(colour, **others)), at)


def _boundaries() -> list[dict]:
    iat, exp = NOW - 10, NOW + 80
    return [
        case("live in its first second of grace", _live(), "PASS", "GREEN", now=iat - 30),
        case("live in its last second", _live(), "PASS", "GREEN", now=exp - 1),
        case("presentation 30 s ahead", _shown(at=NOW + 30), "PASS", "GREEN"),
        case("presentation 60 s old", _shown(at=NOW - 60), "PASS", "GREEN"),
        case("presentation at iat", _shown(at=NOW - 1200), "PASS", "GREEN", now=NOW - 1200),
        case("bound of 24 h", _shown(exp=NOW - 1200 + 24 * HOUR), "PASS", "GREEN"),
        case("live of 90 s", _live(iat=NOW - 9, exp=NOW + 81), "PASS", "GREEN"),
        case("live never tested", _live(hour=0), "PASS", "GREEN"),
        case("sample in the hour of iat", _live(hour=NOW // HOUR, iat=NOW), "PASS", "GREEN"),
        case("slot at its greatest", _shown(slot=2**32 - 1), "PASS", "GREEN"),
        case("slot 0", _shown(slot=0), "PASS", "GREEN"),
        case("key's first second", issue(live(iat=NOW), "next"), "PASS", "GREEN"),
    ]


def _names() -> list[dict]:
    names = {"20 bytes": LONGEST, "two words": "Ä*** O***", "all marks": "a *·-'", "1 byte": "*"}
    return [case(f"name {what}", _live(name=name), "PASS", "GREEN") for what, name in names.items()]


def _encodings() -> list[dict]:
    green = text(_live())
    shown = _shown()
    full_width = "".join(chr(ord(letter) + 0xFEE0) for letter in green)
    return [
        case("high s by the issuer", issue(live(), signature=_high_s()), "PASS", "GREEN"),
        case("lower case, cleaned", green.lower(), "PASS", "GREEN", clean=True),
        case("full width, cleaned", full_width, "PASS", "GREEN", clean=True),
        case("full-width colon, cleaned", green.replace(":", "："), "PASS", "GREEN", clean=True),
        case("white space around, cleaned", f"\t {green}\r\n", "PASS", "GREEN", clean=True),
        case("high s by the holder", _with_high_s(shown), "PASS", "GREEN"),
    ]


def _high_s() -> bytes:
    r, s = numbers(ISSUER, sig_structure(header(), join(pairs(live()))))
    return r.to_bytes(32, "big") + (N - s).to_bytes(32, "big")


def _with_high_s(shown: bytes) -> bytes:
    s = int.from_bytes(shown[-32:], "big")
    return shown[:-32] + (N - s).to_bytes(32, "big")


def _gates() -> list[dict]:
    shown, on_paper = _shown(), issue(paper(), "paper")
    stale, gone = {"listing": "stale"}, {"listing": "withdrawn"}
    return [
        case("gate unsure of its clock", _live(), "GREY", "CLOCK", gate={"clock_sure": False}),
        case("gate with old keys", _live(), "GREY", "STALE_KEYS", gate={"keys_fresh": False}),
        case("no usable withdrawn list", shown, "GREY", "STALE_LIST", gate=stale),
        case("withdrawn", shown, "GREY", "WITHDRAWN", gate=gone),
        case("red and withdrawn", _shown(3), "GREY", "WITHDRAWN", gate=gone),
        case("live needs no list", _live(), "PASS", "GREEN", gate=stale),
        case("specimen", issue(specimen(), "specimen"), "GREY", "SPECIMEN"),
        case("expired specimen", _expired_specimen(), "GREY", "SPECIMEN"),
        case("paper offline", on_paper, "GREY", "ASK_SERVER"),
        case("paper offline with no list", on_paper, "GREY", "ASK_SERVER", gate=stale),
        case("paper online, reissued", on_paper, "GREY", "WITHDRAWN", gate=gone | {"online": True}),
    ]


def _expired_specimen() -> bytes:
    return issue(specimen(exp=NOW - 1), "specimen")


def _servers() -> list[dict]:
    """What the server knows better than the code: status, venue rule, repeats, a look at the ID."""
    return [
        case("red since it was issued", _live(), "STOP", "RED", server={"colour": 3}),
        case("green since it was issued", _shown(3), "PASS", "GREEN", server={"colour": 1}),
        case("venue rule unmet", _live(), "CHECK", "RULE", server={"rule_met": False}),
        case("yellow and rule unmet", _live(2), "CHECK", "YELLOW", server={"rule_met": False}),
        case("shown again", _live(), "CHECK", "REPEATED", server={"repeated": True}),
        case("rule before repeat", _live(), "CHECK", "RULE", server=_both()),
        _on_paper("paper online, green", "CHECK", "GREEN", colour=1),
        _on_paper("paper online, compared", "PASS", "GREEN", colour=1, compared=True),
        _on_paper("paper online, red, compared", "STOP", "RED", colour=3, compared=True),
        _on_paper("paper online, status unknown", "GREY", "UNASSESSED", colour=0),
    ]


def _both() -> dict:
    return {"rule_met": False, "repeated": True}


def _on_paper(name, outcome, reason, **server) -> dict:
    return case(
        name, issue(paper(), "paper"), outcome, reason, gate={"online": True}, server=server
    )
