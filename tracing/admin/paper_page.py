"""A printed code: a card to cut out and fold, for people without a phone."""

from datetime import datetime

from django.utils import timezone
from reportlab.lib.units import mm

from tracing.admin.sheet import HEIGHT, LATIN_BOLD, WIDTH, Line, Sheet, writable

CARD_WIDTH, CARD_HEIGHT = 118 * mm, 176 * mm
CARD_BOTTOM = HEIGHT - 26 * mm - CARD_HEIGHT
CODE_SIDE = 100 * mm
CODE_BOTTOM = CARD_BOTTOM + 40 * mm

TITLE, TITLE_EN = "健康码（纸质码）", "Health Code on paper"
AT_THE_DOOR = "进门时出示本码和身份证件，由工作人员扫码核对"
AT_THE_DOOR_EN = "Show this code and your ID at the door; staff scan and compare"
NO_COLOUR = "纸上没有颜色：以扫码时的最新状态为准"
LOST = "遗失请到社区窗口重印，旧码立即作废"
LOST_EN = "Lost it? Print another at your community desk; this one then ends at once"


def draw_paper(*, text: str, name: str, until: datetime) -> bytes:
    """Return a PDF page with the code, the masked name that is in it, and the day it ends."""
    sheet = Sheet(TITLE)
    left = (WIDTH - CARD_WIDTH) / 2
    sheet.draw_frame(left=left, bottom=CARD_BOTTOM, width=CARD_WIDTH, height=CARD_HEIGHT)
    for line in (*_head(writable(name), until), *_foot()):
        sheet.write(line)
    sheet.draw_code(text, side=CODE_SIDE, bottom=CODE_BOTTOM)
    return sheet.finish()


def _head(name: str, until: datetime) -> tuple[Line, ...]:
    top = CARD_BOTTOM + CARD_HEIGHT
    day = timezone.localtime(until)
    ends = f"有效至 {day:%Y-%m-%d} / valid until {day:%Y-%m-%d}"
    return (
        Line(TITLE, 18, top - 12 * mm, LATIN_BOLD),
        Line(TITLE_EN, 10, top - 17.5 * mm),
        Line(name, 22, top - 28 * mm, LATIN_BOLD),
        Line(ends, 11, top - 34.5 * mm),
    )


def _foot() -> tuple[Line, ...]:
    return (
        Line(AT_THE_DOOR, 11.5, CARD_BOTTOM + 31 * mm, LATIN_BOLD),
        Line(AT_THE_DOOR_EN, 9, CARD_BOTTOM + 26 * mm),
        Line(NO_COLOUR, 10.5, CARD_BOTTOM + 19.5 * mm),
        Line(LOST, 10.5, CARD_BOTTOM + 12 * mm),
        Line(LOST_EN, 8, CARD_BOTTOM + 7.5 * mm),
    )
