"""Invented documents and phones: valid in form, belonging to nobody.

Sequence numbers 996 to 999 of a resident id are kept for people past a hundred, and nobody here
is. Phones are of the segment 1349, kept for satellite phones. Both by common account, not by a
standard read here; nothing is ever sent to a phone or asked about a document.
"""

from collections import Counter
from datetime import date
from functools import cache
from itertools import chain
from random import Random

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

_SEQUENCES = {"M": ("997", "999"), "F": ("996", "998")}
# Districts of Shanghai and its former counties in GB/T 2260.
_PREFIXES = tuple(chain(range(310101, 310152), range(310201, 310231)))
_TRIES = 8
_NUMBERS = 10_000_000
# Shares no factor with the count of numbers: a walk that meets every one of them once.
_STRIDE = 7_654_321


class Registry:
    """Hands out each resident id once."""

    def __init__(self, rng: Random) -> None:
        """Draw from this generator alone."""
        self._rng = rng
        self._taken: Counter[str] = Counter()

    def resident_id(self, born: date, sex: str) -> str | None:
        """Eighteen digits with a right check digit, or None if that birthday is used up."""
        prefixes = _counties_of(born.year)
        for _ in range(_TRIES):
            stem = f"{self._rng.choice(prefixes)}{born:%Y%m%d}"
            used = self._taken[stem + sex]
            if used < len(_SEQUENCES[sex]):
                self._taken[stem + sex] += 1
                number = f"{stem}{_SEQUENCES[sex][used]}0"
                return number[:-1] + ric.calc_check_digit(number)
        return None


def passport(number: int) -> str:
    """A passport number: another one for each number below ten million."""
    return f"{'ABGKLNPX'[number % 8]}{number * _STRIDE % _NUMBERS:08}"


def phone(number: int) -> str:
    """A mobile number in E.164: another one for each number below ten million."""
    return f"+861349{(number * _STRIDE + 271_828) % _NUMBERS:07}"


@cache
def _counties_of(year: int) -> list[int]:
    """The codes under which people born in a year were registered."""
    return [code for code in _PREFIXES if _existed(code, year)]


def _existed(code: int, year: int) -> bool:
    try:
        ric.get_birth_place(f"{code}{year}0101")
    except (ValidationError, KeyError):  # KeyError: a code that never was
        return False
    return True
