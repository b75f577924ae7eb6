"""A poster as a page to print: where one is, a large code, and what to do, in two languages.

The Chinese letters are those that every PDF reader brings along: no font lies in the file. The
page is written without compression, so that what is on it can be read by anybody.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import NamedTuple

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from healthcode.qr import QUIET, Level, matrix

CHINESE, LATIN, LATIN_BOLD, TYPED = "STSong-Light", "Helvetica", "Helvetica-Bold", "Courier-Bold"
WIDTH, HEIGHT = A4
MIDDLE = WIDTH / 2
MARGIN = 16 * mm
CODE_SIDE = 136 * mm
CODE_BOTTOM = 58 * mm
NAMES_TOP = HEIGHT - 38 * mm
LEADING = 1.2
GAP = 3 * mm
ID_GROUP = 4
FILLED, OUTLINED = 0, 2  # of PDF's ways to show letters; the Chinese ones have no bold sisters
NO_LETTER = "〓"

TITLE = "扫码登记"
TITLE_EN = "Check in here"
TO_DO = "打开健康码，点【扫码登记】，扫上面的码；离开时点【结束停留】。"
TO_DO_EN = "Open Health Code, tap Check in and scan the code above. Tap End stay when you leave."
BY_HAND = "扫不了码，就输入编号 / No camera? Type in the code:"
FOOT = "登记不会改变颜色，28 天后自动删除 / Never changes a colour; deleted after 28 days"


class Line(NamedTuple):
    """A line of text in the middle of the page, `at` points above its foot."""

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


def draw_poster(*, text: str, venue: str, zone: str) -> bytes:
    """Return a PDF page that shows the text as a code, under the names of venue and zone."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    file = BytesIO()
    page = Canvas(file, pagesize=A4, pageCompression=0, lang="zh-CN")
    page.setTitle(f"{venue} · {zone}")
    for line in (*_head(), *_names(_writable(venue), _writable(zone)), *_foot(text)):
        _write(page, line)
    _draw_code(page, matrix(text, level=Level.PAPER))
    page.showPage()
    page.save()
    return file.getvalue()


def in_groups(text: str) -> str:
    """The part of a poster's text that people type, in groups they can keep in mind."""
    number = text.rpartition("/")[2]
    starts = range(0, len(number), ID_GROUP)
    return " ".join(number[start : start + ID_GROUP] for start in starts)


def _head() -> Iterator[Line]:
    yield Line(TITLE, 30, HEIGHT - 26 * mm, LATIN_BOLD)
    yield Line(TITLE_EN, 15, HEIGHT - 34 * mm)


def _foot(text: str) -> Iterator[Line]:
    yield Line(TO_DO, 16, 49 * mm, LATIN_BOLD)
    yield Line(TO_DO_EN, 12, 42.5 * mm)
    yield Line(BY_HAND, 10.5, 31 * mm)
    yield Line(in_groups(text), 15, 24.5 * mm, TYPED)
    yield Line(FOOT, 9, 13 * mm)


def _names(venue: str, zone: str) -> Iterator[Line]:
    """Venue and zone, each as large as there is room for, in the middle of what is left."""
    large, small = _fit(venue, largest=48, most=3), _fit(zone, largest=28, most=2)
    height = GAP + sum(LEADING * line.size for line in (*large, *small))
    at = NAMES_TOP - (NAMES_TOP - CODE_BOTTOM - CODE_SIDE - height) / 2
    for line in (*large, *small):
        at -= LEADING * line.size + (GAP if line is small[0] else 0)
        yield line._replace(at=at + 0.25 * line.size)


def _fit(text: str, *, largest: int, most: int) -> list[Line]:
    """Break a name into at most so many lines, together no taller than two of the largest."""
    size = largest
    while len(lines := _broken(text, size)) > most or len(lines) * size > 2 * largest:
        size -= 1
    return lines


def _broken(text: str, size: float) -> list[Line]:
    """Chinese breaks between any two characters."""
    lines = [Line("", size, 0, LATIN_BOLD)]
    for character in text:
        longer = lines[-1]._replace(text=lines[-1].text + character)
        if longer.width > WIDTH - 2 * MARGIN:
            lines.append(longer._replace(text=character))
        else:
            lines[-1] = longer
    return lines


def _writable(name: str) -> str:
    """The font ends with the first plane of Unicode: a sign stands for what lies beyond."""
    return "".join(one if ord(one) < 0x10000 else NO_LETTER for one in name)


def _write(page: Canvas, line: Line) -> None:
    words = page.beginText(MIDDLE - line.width / 2, line.at)
    for font, run in line.runs:
        bold = font == CHINESE and line.latin == LATIN_BOLD
        words.setFont(font, line.size)
        words.setTextRenderMode(OUTLINED if bold else FILLED)
        words.textOut(run)
    page.saveState()  # how letters are shown outlasts their text
    page.setLineWidth(line.size / 36)
    page.drawText(words)
    page.restoreState()


def _draw_code(page: Canvas, rows: list[list[bool]]) -> None:
    """One path of black runs; the page itself is the white around it."""
    module = CODE_SIDE / (len(rows) + 2 * QUIET)
    left, top = MIDDLE - CODE_SIDE / 2, CODE_BOTTOM + CODE_SIDE
    path = page.beginPath()
    for y, row in enumerate(rows, QUIET + 1):
        for x, length in _runs(row):
            path.rect(left + (x + QUIET) * module, top - y * module, length * module, module)
    page.drawPath(path, fill=1, stroke=0)


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Where each run of black begins and how long it is."""
    x = 0
    for black, run in groupby(row):
        length = sum(1 for _ in run)
        if black:
            yield x, length
        x += length
