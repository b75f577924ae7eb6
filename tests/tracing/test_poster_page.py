"""The poster on paper: a code that can be read, of the right level, with white around it."""

import re
import shutil
import subprocess

import pytest
import zxingcpp

from healthcode.qr import QUIET, Level, matrix
from tests.tracing import paper
from tracing.admin.poster_page import draw_poster, in_groups

TEXT = "HCV:/1/ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONG = "上海市静安区江宁路街道社区文化活动中心（第二分中心）Jing'an Community Centre 多功能厅"
SHOWN = re.compile(rb"BT 1 0 0 1 ([\d.-]+) ([\d.]+) Tm (/F\d) ([\d.]+) Tf")


def drawn(**changes):
    return draw_poster(**{"text": TEXT, "venue": "老城厢饭店", "zone": "大厅"} | changes)


def test_the_code_on_the_page_says_the_text():
    found = paper.read(drawn())
    assert found.text == TEXT
    assert found.ec_level == "Q"


def test_the_page_shows_every_module_and_no_other():
    rows = matrix(TEXT, level=Level.PAPER)
    black = sum(map(sum, rows))
    runs = paper.rectangles(drawn())
    module = min(high for *_, high in runs)
    area = sum(wide * high for _, _, wide, high in runs)
    assert round(area / module**2) == black
    assert all(abs(high - module) < 0.01 for *_, high in runs)


@pytest.mark.parametrize("name", ["站", LONG])
def test_the_code_is_large_and_has_white_around_it(name):
    page = drawn(venue=name, zone=name[:60])
    runs = paper.rectangles(page)
    module = runs[0][3]
    assert module > 9  # points: more than three millimetres
    bottom = min(bottom for _, bottom, *_ in runs) - QUIET * module
    top = max(bottom + high for _, bottom, _, high in runs) + QUIET * module
    lines = [(float(at), float(at) + float(size)) for _, at, _, size in SHOWN.findall(page)]
    assert not [line for line in lines if line[0] < top and line[1] > bottom]


@pytest.mark.parametrize("venue", ["站", LONG, "W" * 80, "𠮷野家" * 26])
def test_every_line_is_on_the_page_however_long_a_name_is(venue):
    found = SHOWN.findall(drawn(venue=venue, zone=venue[:60]))
    assert len(found) > 6
    assert all(float(left) > 20 for left, *_ in found)
    assert all(20 < float(at) < 820 for _, at, *_ in found)
    assert paper.read(drawn(venue=venue, zone=venue[:60])).text == TEXT


def test_people_can_type_it_group_by_group():
    assert in_groups(TEXT) == "ABCD EFGH IJKL MNOP QRST UVWX YZ"
    assert b"(ABCD EFGH IJKL MNOP QRST UVWX YZ)" in drawn()


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm (poppler-utils) is missing")
def test_a_pdf_reader_of_others_paints_the_same(tmp_path):
    page = tmp_path / "poster.pdf"
    page.write_bytes(drawn())
    command = ["pdftoppm", "-r", "72", "-gray", "-singlefile", str(page), str(tmp_path / "seen")]
    subprocess.run(command, check=True, capture_output=True)
    header, width, height, _, pixels = (tmp_path / "seen.pgm").read_bytes().split(maxsplit=4)
    assert header == b"P5"
    picture = memoryview(pixels).cast("B", (int(height), int(width)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [TEXT]
