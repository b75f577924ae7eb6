"""A sheet of paper to print: lines of text in two writings, and codes as vectors.

The Chinese letters are those that every PDF reader brings along: no font lies in the file. The
sheet is written without compression, so that what is on it can be read by anybody.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from healthcode.qr import QUIET, Level, matrix

CHINESE, LATIN, LATIN_BOLD, TYPED = "STSong-Light", "Helvetica", "Helvetica-Bold", "Courier-Bold"
WIDTH, HEIGHT = A4
FILLED, OUTLINED = 0, 2  # of PDF's ways to show letters; the Chinese ones have no bold sisters
NO_LETTER = "〓"


class Line(NamedTuple):
    """A line of text, `at` points above the foot of the sheet."""

    text: str
    size: float
    at: float
    latin: str = LATIN

    @property
    def runs(self) -> list[tuple[str, str]]:
        """The text cut into stretches of one font each: (font, stretch)."""
        stretches = groupby(self.text, key=str.isascii)
        return [(self.latin if ascii_ else CHINESE, "".join(run)) for ascii_, run in stretches]

    @property
    def width(self) -> float:
        """How wide it is, in points."""
        return float(sum(pdfmetrics.stringWidth(run, font, self.size) for font, run in self.runs))


class Sheet:
    """One upright page of A4, filled line by line and finished once."""

    def __init__(self, title: str) -> None:
        """An empty page; the title is what a reader shows above it."""
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
        self._file = BytesIO()
        self._page = Canvas(self._file, pagesize=A4, pageCompression=0, lang="zh-CN")
        self._page.setTitle(title)

    def write(self, line: Line, *, middle: float = WIDTH / 2) -> None:
        """Write a line around a middle, in points from the left."""
        words = self._page.beginText(middle - line.width / 2, line.at)
        for font, run in line.runs:
            bold = font == CHINESE and line.latin == LATIN_BOLD
            words.setFont(font, line.size)
            words.setTextRenderMode(OUTLINED if bold else FILLED)
            words.textOut(run)
        self._page.saveState()  # how letters are shown outlasts their text
        self._page.setLineWidth(line.size / 36)
        self._page.drawText(words)
        self._page.restoreState()

    def draw_code(self, text: str, *, side: float, bottom: float) -> None:
        """Draw a code in the middle, as one path of black runs; the paper is the white around."""
        rows = matrix(text, level=Level.PAPER)
        module = side / (len(rows) + 2 * QUIET)
        left, top = (WIDTH - side) / 2, bottom + side
        path = self._page.beginPath()
        for y, row in enumerate(rows, QUIET + 1):
            for x, length in _runs(row):
                path.rect(left + (x + QUIET) * module, top - y * module, length * module, module)
        self._page.drawPath(path, fill=1, stroke=0)

    def draw_frame(self, *, left: float, bottom: float, width: float, height: float) -> None:
        """Draw a thin frame with round corners, to cut along."""
        self._page.setLineWidth(0.7)
        self._page.setDash(4, 3)
        self._page.roundRect(left, bottom, width, height, 12, fill=0, stroke=1)
        self._page.setDash()

    def finish(self) -> bytes:
        """Return the PDF."""
        self._page.showPage()
        self._page.save()
        return self._file.getvalue()


def writable(name: str) -> str:
    """The font ends with the first plane of Unicode: a sign stands for what lies beyond."""
    return "".join(one if ord(one) < 0x10000 else NO_LETTER for one in name)


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Where each run of black begins and how long it is."""
    x = 0
    for black, run in groupby(row):
        length = sum(1 for _ in run)
        if black:
            yield x, length
        x += length
