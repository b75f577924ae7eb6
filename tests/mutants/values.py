"""Claims with other values, as a signer might be made to sign them."""

from random import Random

from tests.vectors import craft
from tests.vectors.craft import DAY, HOUR, NOW, STATUS, STRANGER, N, P

NUMBERS = [
    0, 1, 2, 3, 4, 5, 23, 24, 255, 256, 65_535, 65_536, 2**31, 2**32 - 1, -1, -2**32,
    NOW, NOW - 30, NOW + 30, NOW - 31, NOW + 31, NOW + 90, NOW + DAY, NOW // HOUR, NOW // HOUR + 1,
]  # fmt: skip
LETTERS = "aÄ张欧丰𠀀\u0301\u0300\u20dd\u0903ßıſ한\u1112\u1161Å\u212b"
OTHERS = " *·-'.’‧_1\u200b\u200d\u202e\ufeff\u0000\n！🙂\u2028\u00a0"
TEXTS = ["", "SH", "BJ", "sh", "SHSHSH", "SHSHSHS", "S", "沪", "\ufeffSH", "SH\u0000"]


def odd(rng: Random):
    """A value that may or may not stand where it is put."""
    return rng.choice(
        [
            rng.choice(NUMBERS),
            rng.choice(NUMBERS),
            rng.randbytes(rng.choice([0, 4, 15, 16, 17, 31, 32, 33])),
            rng.choice(TEXTS),
            name(rng),
            rng.choice([[], {}, [1], {1: 1}, True, False, None]),
        ]
    )


def name(rng: Random) -> str:
    """A name of letters, mostly."""
    pool = LETTERS if rng.random() < 0.7 else LETTERS + OTHERS
    mark = "\ufeff" if rng.random() < 0.05 else ""
    return mark + "".join(rng.choice(pool) for _ in range(rng.choice([1, 2, 3, 4, 8, 20])))


def altered(rng: Random, claims: dict) -> dict:
    """Claims of which one or two things are other than they were."""
    made = dict(claims)
    for _ in range(rng.choice([1, 1, 2])):
        rng.choice([_member, _status, _status, _times, _holder, _more_or_less])(rng, made)
    return made


def _member(rng: Random, made: dict) -> None:
    made[rng.choice([1, 4, 6, 7, 8, STATUS])] = odd(rng)


def _status(rng: Random, made: dict) -> None:
    status = made.get(STATUS)
    if not isinstance(status, list) or not status:
        return
    status = list(status)
    match rng.randrange(5):
        case 0:
            status[rng.randrange(len(status))] = odd(rng)
        case 1:
            status = [name(rng) if isinstance(value, str) else value for value in status]
        case 2:
            status[min(1, len(status) - 1)] = rng.randrange(6)
        case 3:
            status[0] = rng.randrange(1, 6)
        case 4:
            status = rng.choice([[*status, odd(rng)], status[:-1], status[::-1]])
    made[STATUS] = status


def _times(rng: Random, made: dict) -> None:
    iat = NOW - rng.choice([0, 10, 90, 1200, DAY, -30, -31])
    life = rng.choice([0, 1, 89, 90, 91, DAY, DAY + 1, 90 * DAY, 90 * DAY + 1, 366 * DAY + 1])
    made |= {4: iat + life, 6: iat}


def _holder(rng: Random, made: dict) -> None:
    key = craft.cose_key(STRANGER)
    x = rng.choice([rng.randbytes(32), P.to_bytes(32, "big"), N.to_bytes(32, "big"), bytes(32)])
    change = rng.choice(
        [{}, {-2: x}, {-2: x}, {-3: rng.random() < 0.5}, {-3: odd(rng)}, {1: 1}, {-1: 2}, {-4: x}]
    )
    made[8] = {1: key | change}


def _more_or_less(rng: Random, made: dict) -> None:
    if rng.random() < 0.5:
        made.pop(rng.choice([*made]))
    else:
        made[rng.choice([0, 2, 3, 5, 9, 24, 256, -1, -70002, "", "iss", 2**32 - 1])] = odd(rng)
