"""Mutant number n of a seed: what it is, and who signed what of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from cbor2 import CBORTag

from tests.mutants import encoding, values
from tests.mutants.originals import ORIGINALS, Parts, sealed, shown, signed
from tests.vectors import craft
from tests.vectors.craft import DAY, NOW, N

TIMES = [-DAY, -1231, -1230, -41, -40, -31, -30, -1, 0, 1, 30, 55, 56, 60, 79, 80, 90, DAY]
GATES = [
    {}, {"online": True}, {"listing": "stale"}, {"listing": "withdrawn"},
    {"clock_sure": False}, {"keys_fresh": False}, {"online": True, "listing": "withdrawn"},
]  # fmt: skip
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
NEIGHBOURS = "01890=abcz \n\t-+/:.&\u00e9\uff21\uff0d\u0130\U0001f642\ud800\u0000"
PREFIXES = ["HCP:/2/", "HCP:/1", "HCP:/01/", "HCP:/11/", "HCP:/0/", "HCP://", "hcp:/1/", "HC1:", ""]


@dataclass(frozen=True)
class Mutant:
    """A code and the circumstances it is judged in, in the words of the vectors.

    `signed` is what its signers signed for it: kid, the pass's payload and the presentation's
    (empty without one); None where nothing was signed that the originals do not hold.
    """

    what: str
    text: str
    signed: tuple[bytes, bytes, bytes] | None = None
    now: int = NOW
    clean: bool = False
    keys: str = "main"
    killed: tuple[str, ...] = ()
    gate: dict = field(default_factory=dict)

    @property
    def vector(self) -> dict:
        """The mutant as a case of the vectors."""
        facts = {"text": self.text, "now": self.now, "clean": self.clean, "keys": self.keys}
        return facts | {"killed": list(self.killed), "gate": self.gate}


def make(seed: int, number: int) -> Mutant:
    """The mutant of this number, the same each time."""
    rng = Random(f"{seed}:{number}")
    mutant = rng.choices(WAYS, WEIGHTS)[0](rng, rng.choice(ORIGINALS))
    if rng.random() < 0.8:
        return mutant
    return replace(
        mutant,
        now=NOW + rng.choice(TIMES),
        gate=rng.choice(GATES),
        keys="twins" if rng.random() < 0.1 else "main",
        killed=(rng.choice(["a1a1a1a1", "d4d4d4d4"]),) if rng.random() < 0.1 else (),
    )


# --- bytes, with nothing signed anew -----------------------------------------------------


def bits_flipped(rng: Random, parts: Parts) -> Mutant:
    """One to three bits are others."""
    data = bytearray(parts.data)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return _mutant("bits flipped", data)


def bytes_moved(rng: Random, parts: Parts) -> Mutant:
    """Cut, lengthened, a piece out, a piece in, a piece elsewhere."""
    data = parts.data
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    junk = rng.randbytes(rng.choice([1, 1, 2, 8, 40]))
    made = [
        data[:end],
        data + junk,
        data[:start] + data[end:],
        data[:start] + junk + data[start:],
        data[:start] + junk + data[start + len(junk) :],
        data[:start] + data[end:] + data[start:end],
        data[:end] + data[start:],
    ]
    return _mutant("bytes moved", rng.choice(made))


def spliced(rng: Random, parts: Parts) -> Mutant:
    """The beginning of one code and the end of another."""
    data, other = parts.data, rng.choice(ORIGINALS).data
    start = rng.randrange(len(data) + 1)
    end = start if rng.random() < 0.5 else rng.randrange(len(other) + 1)
    return _mutant("spliced", data[:start] + other[end:])


def parts_swapped(rng: Random, parts: Parts) -> Mutant:
    """Header, payload and signatures of several codes, or a signature bent."""
    kept = {}
    names = ["header", "payload", "signature"]
    if parts.at is not None:
        names += ["shown_header", "shown_payload", "shown_signature"]
    for name in rng.sample(names, rng.choice([1, 1, 2])):
        bent = name.endswith("signature") and rng.random() < 0.5
        whole = getattr(parts, name)
        kept[name] = _bent(rng, whole) if bent else _other(rng, name) or whole
    made = replace(parts, **kept)
    if parts.at is not None and "shown_payload" not in kept and rng.random() < 0.7:
        made = replace(made, shown_payload=craft.dumps([_near(rng, parts.at), made.issued]))
    return _mutant("parts swapped", made.data)


def _other(rng: Random, name: str) -> bytes:
    return getattr(rng.choice(ORIGINALS), name)


def _near(rng: Random, at: int) -> int:
    return at + rng.choice([0, 0, 1, -1, 5])


def _bent(rng: Random, signature: bytes) -> bytes:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    pairs = [(r, N - s), (s, r), (0, s), (r, 0), (0, 0), (N - r, s), (r, N), (N, s), (1, 1)]
    r, s = rng.choice(pairs)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def shown_around(rng: Random, parts: Parts) -> Mutant:
    """A presentation, signed by a holder, of whatever it is."""
    other, at = rng.choice(ORIGINALS), NOW - rng.choice([-31, -30, 0, 5, 60, 61])
    inner = rng.choice([other.data, other.issued, parts.issued])
    header, payload = craft.dumps({1: -7}), craft.dumps([at, inner])
    data = sealed(header, payload, shown(parts.claims, header, payload))
    inside = next(one for one in (other, parts) if inner in (one.data, one.issued))
    return _mutant("shown around", data, (inside.kid, inside.payload, payload))


# --- signed anew ---------------------------------------------------------------------------


def encoded_badly(rng: Random, parts: Parts) -> Mutant:
    """A fault of encoding in one of the layers, under signatures that verify."""
    layers = ["claims", "claims", "claims", "header", "outer"]
    if parts.at is not None:
        layers += ["shown", "shown header", "shown outer"]
    layer = rng.choice(layers)
    fault, made = _rebuilt(rng, parts, layer)
    return _mutant(f"{layer}: {fault}", *made)


def _rebuilt(rng: Random, parts: Parts, layer: str) -> tuple[str, tuple]:
    """The code with a fault in this layer, and what was signed for it."""
    fault = ""

    def written(name, item):
        nonlocal fault
        if name != layer:
            return encoding.Encoder(rng).write(item)
        fault, data = encoding.faulty(rng, item)
        return data

    header, payload = written("header", {1: -7, 4: parts.kid}), written("claims", parts.claims)
    whole = (header, payload) == (parts.header, parts.payload)
    signature = parts.signature if whole else signed(parts.by, header, payload)
    data, inner = written("outer", CBORTag(18, [header, {}, payload, signature])), b""
    if parts.at is not None:
        outer, inner = written("shown header", {1: -7}), written("shown", [parts.at, data])
        over = shown(parts.claims, outer, inner)
        data = written("shown outer", CBORTag(18, [outer, {}, inner, over]))
    return fault, (data, (parts.kid, payload, inner))


def said_otherwise(rng: Random, parts: Parts) -> Mutant:
    """Other claims, or by another signer, under signatures that verify."""
    claims = values.altered(rng, parts.claims) if rng.random() < 0.9 else parts.claims
    by = parts.by if rng.random() < 0.8 else rng.choice([*craft.SIGNERS])
    at = parts.at if rng.random() < 0.8 else rng.choice([None, *(NOW + n for n in TIMES)])
    header, payload = craft.header(craft.KIDS[by]), encoding.Encoder(rng).write(claims)
    data, inner = sealed(header, payload, signed(by, header, payload)), b""
    if at is not None:
        data, inner = _shown_at(at, data, claims)
    return _mutant("said otherwise", data, (craft.KIDS[by], payload, inner))


def payload_flipped(rng: Random, parts: Parts) -> Mutant:
    """A bit of the claims is another, under signatures that verify."""
    flipped = bytearray(parts.payload)
    flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    payload, inner = bytes(flipped), b""
    data = sealed(parts.header, payload, signed(parts.by, parts.header, payload))
    if parts.at is not None:
        data, inner = _shown_at(parts.at, data, parts.claims)
    return _mutant("payload flipped", data, (parts.kid, payload, inner))


def _shown_at(at: int, issued: bytes, claims: dict) -> tuple[bytes, bytes]:
    """A presentation by the holder these claims name, and its payload."""
    header, payload = craft.dumps({1: -7}), craft.dumps([at, issued])
    return sealed(header, payload, shown(claims, header, payload)), payload


# --- text ----------------------------------------------------------------------------------


def text_altered(rng: Random, parts: Parts) -> Mutant:
    """Letters of the text are others, more, fewer or elsewhere, before or after cleaning."""
    text = craft.text(parts.data)
    at = rng.randrange(len(text))
    letter = rng.choice(ALPHABET if rng.random() < 0.6 else NEIGHBOURS)
    made = [
        text[:at] + letter + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + text[at + 1 :],
        text[:-1] + rng.choice(ALPHABET),
        text[:at],
        text + letter * rng.randrange(1, 9),
        text.lower(),
        rng.choice(PREFIXES) + text[7:],
        letter + text + letter,
        "".join(chr(ord(one) + 0xFEE0) for one in text),
        text.ljust(rng.choice([482, 483, 484, 5000]), "A"),
    ]
    return Mutant("text altered", rng.choice(made), clean=rng.random() < 0.5)


def _mutant(what: str, data: bytes, signed_for: tuple | None = None) -> Mutant:
    return Mutant(what, craft.text(bytes(data)), signed_for)


WAYS: list[Callable[[Random, Parts], Mutant]] = [
    bits_flipped, bytes_moved, spliced, parts_swapped, shown_around,
    encoded_badly, said_otherwise, payload_flipped, text_altered,
]  # fmt: skip
WEIGHTS = [20, 10, 8, 14, 3, 20, 15, 4, 6]
