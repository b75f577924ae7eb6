"""QR codes as SVG: black on white in every theme, because a camera reads nothing else as well."""

from enum import IntEnum
from functools import lru_cache
from html import escape
from itertools import groupby

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import QRData

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004)."""
MASK = 3
"""One mask for all codes: to weigh all eight takes eight times as long, and readers undo any."""


class Level(IntEnum):
    """Error correction: M, 15 %, on screens; Q, 25 %, on paper, which gets dirty."""

    SCREEN = ERROR_CORRECT_M
    PAPER = ERROR_CORRECT_Q


def draw(text: str, *, label: str, level: Level = Level.SCREEN) -> str:
    """Return an SVG element, one unit per module, with the label for those who do not see it.

    The text may be of any characters; those of QR's alphanumeric mode (a pass is made of
    them) need the fewest modules.
    """
    rows = matrix(text, level=level)
    side = len(rows) + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        f' aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path stroke="#000" d="{_path(rows)}"/></svg>'
    )


def matrix(text: str, *, level: Level = Level.SCREEN) -> list[list[bool]]:
    """Return the modules row by row, True for black, without the quiet zone."""
    data = QRData(text)
    code: QRCode = QRCode(
        version=_version(data.mode, len(data), level),
        error_correction=level,
        mask_pattern=MASK,
    )
    code.add_data(data)
    code.make(fit=False)
    return [[bool(module) for module in row] for row in code.modules]


@lru_cache(maxsize=4096)
def _version(mode: int, length: int, level: Level) -> int:
    """Return the smallest version for a length; finding it takes a third of the drawing."""
    code: QRCode = QRCode(error_correction=level)
    code.add_data(QRData(b"0" * length, mode=mode, check_data=False))
    return int(code.best_fit())


def _path(rows: list[list[bool]]) -> str:
    """Return strokes of one module's width, a line for each run of black."""
    return "".join(f"M{QUIET} {QUIET + y}.5{_runs(row)}" for y, row in enumerate(rows))


def _runs(row: list[bool]) -> str:
    steps = ((black, sum(1 for _ in run)) for black, run in groupby(row))
    return "".join(f"h{length}" if black else f"m{length} 0" for black, length in steps)
