"""A poster as a page to print: where one is, a large code, and what to do, in two languages."""

from collections.abc import Iterator

from reportlab.lib.units import mm

from tracing.admin.sheet import HEIGHT, LATIN_BOLD, TYPED, WIDTH, Line, Sheet, writable

MARGIN = 16 * mm
CODE_SIDE = 136 * mm
CODE_BOTTOM = 58 * mm
NAMES_TOP = HEIGHT - 38 * mm
LEADING = 1.2
GAP = 3 * mm
ID_GROUP = 4

TITLE = "扫码登记"
TITLE_EN = "Check in here"
TO_DO = "打开健康码，点【扫码登记】，扫上面的码；离开时点【结束停留】。"
TO_DO_EN = "Open Health Code, tap Check in and scan the code above. Tap End stay when you leave."
BY_HAND = "扫不了码，就输入编号 / No camera? Type in the code:"
FOOT = "登记不会改变颜色，28 天后自动删除 / Never changes a colour; deleted after 28 days"


def draw_poster(*, text: str, venue: str, zone: str) -> bytes:
    """Return a PDF page that shows the text as a code, under the names of venue and zone."""
    sheet = Sheet(f"{venue} · {zone}")
    for line in (*_head(), *_names(writable(venue), writable(zone)), *_foot(text)):
        sheet.write(line)
    sheet.draw_code(text, side=CODE_SIDE, bottom=CODE_BOTTOM)
    return sheet.finish()


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
