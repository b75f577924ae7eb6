"""`python -m benchmarks.passes`: what checking, signing and drawing a code costs, on one core.

Beside each the bare operation of `cryptography` on the same keys, taken in turns in the same
run: the ratio is what the project adds, whatever else the machine does.
"""

import argparse
import gzip
import statistics
import sys
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.stage import quantile, report
from healthcode.colours import Colour, Reason
from healthcode.passes import (
    Claims,
    Gate,
    Key,
    KeyList,
    Kind,
    Listing,
    build_pass,
    build_presentation,
    judge,
    point,
    signer,
    write_text,
)
from healthcode.qr import draw

NOW = 1_663_545_600
KID = bytes.fromhex("0badcafe")
ISSUER, HOLDER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (7, 8))
KEYS = KeyList(
    (
        Key(
            kid=KID,
            public=ISSUER.public_key(),
            iss="SH",
            kinds=frozenset(Kind),
            sign_from=0,
            sign_until=2**32,
            verify_until=2**32,
        ),
    )
)
GATE = Gate(withdrawn=lambda _: Listing.VALID)
LONGEST_NAME = "欧" * 6 + "**"
ECDSA = ec.ECDSA(SHA256())
ROUND = 50

Row = tuple[str, float, str]
Deed = Callable[[int], object]


def main() -> int:
    """Measure, print the table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codes", type=int, default=2_000)
    given = parser.parse_args()
    report("bench-passes", [*checking(given.codes), *signing(given.codes), *drawing(300)])
    return 0


def checking(count: int) -> list[Row]:
    """The whole check of a text beside the verifications that no check can do without."""
    lives = [issued(claims(Kind.LIVE, number)) for number in range(count)]
    bounds = [shown(claims(Kind.BOUND, number)) for number in range(count)]
    live_texts, bound_texts = [*map(write_text, lives)], [*map(write_text, bounds)]
    public, message = ISSUER.public_key(), b"m" * 130
    signature = ISSUER.sign(message, ECDSA)
    bare, live, bound = in_turns(
        count,
        lambda _: public.verify(signature, message, ECDSA),
        lambda number: green(live_texts[number]),
        lambda number: green(bound_texts[number]),
    )
    return [
        ("bare verification (cryptography), one core", 1 / bare, "/s"),
        ("live pass checked, one core", 1 / live, "/s"),
        ("  in hundredths of one verification (goal 160)", 100 * live / bare, "%"),
        ("presentation checked, one core", 1 / bound, "/s"),
        ("  in hundredths of two verifications (goal 180)", 50 * bound / bare, "%"),
        ("live pass, longest name", len(issued(claims(Kind.LIVE, 0, LONGEST_NAME))), "B"),
        ("presentation, longest name", len(shown(claims(Kind.BOUND, 0, LONGEST_NAME))), "B"),
    ]


def signing(count: int) -> list[Row]:
    """A pass built and signed beside a bare signature."""
    sign, message = signer(ISSUER), b"m" * 130
    said = claims(Kind.LIVE, 1)
    bare, built = in_turns(
        count, lambda _: ISSUER.sign(message, ECDSA), lambda _: build_pass(said, kid=KID, sign=sign)
    )
    return [
        ("bare signature (cryptography), one core", 1 / bare, "/s"),
        ("live pass built and signed, one core", 1 / built, "/s"),
    ]


def drawing(count: int) -> list[Row]:
    """The SVG of a live pass with the longest name, as the page has it."""
    texts = [write_text(issued(claims(Kind.LIVE, n, LONGEST_NAME))) for n in range(count)]
    draw(texts[0], label="")
    times = [timed(lambda text=text: draw(text, label="绿码")) for text in texts]
    sizes = [len(gzip.compress(draw(text, label="绿码").encode(), 6)) for text in texts[:50]]
    return [
        ("SVG of a pass of 150 B, median (goal 6)", quantile(times, 0.5) * 1000, "ms"),
        ("  gzipped, median (goal 2,560)", statistics.median(sizes), "B"),
    ]


def in_turns(count: int, *deeds: Deed) -> list[float]:
    """Seconds each deed takes, the best round of each: rounds of the deeds take turns."""
    best = [float("inf")] * len(deeds)
    for start in range(0, count, ROUND):
        for place, deed in enumerate(deeds):
            numbers = range(start, min(start + ROUND, count))
            spent = timed(lambda deed=deed, numbers=numbers: [deed(n) for n in numbers])
            best[place] = min(best[place], spent / len(numbers))
    return best


def timed(deed: Callable[[], object]) -> float:
    """Seconds a deed takes."""
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def green(text: str) -> None:
    """Judge a text that must come out green."""
    found = judge(text, keys=KEYS, gate=GATE, now=NOW)
    assert found.reason is Reason.GREEN, found.reason


def claims(kind: Kind, number: int, name: str = "张*丰") -> Claims:
    """The claims of one pass of many."""
    bound = kind is Kind.BOUND
    return Claims(
        kind=kind,
        iat=NOW,
        exp=NOW + (86_400 if bound else 90),
        pass_id=number.to_bytes(16, "big"),
        name=name,
        colour=Colour.GREEN,
        hour=NOW // 3600 - 3,
        slot=2**32 - 1 - number if bound else None,
        holder=point(HOLDER.public_key()) if bound else None,
        iss="SH",
    )


def issued(said: Claims) -> bytes:
    """A pass that says so."""
    return build_pass(said, kid=KID, sign=signer(ISSUER))


def shown(said: Claims) -> bytes:
    """A presentation of such a pass."""
    return build_presentation(issued(said), shown_at=NOW, sign=signer(HOLDER))


if __name__ == "__main__":
    sys.exit(main())
