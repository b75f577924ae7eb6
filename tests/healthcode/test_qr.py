"""Codes as they are drawn, read back by a reader of other people."""

import gzip

import pytest

from healthcode.qr import QUIET, Level, draw, matrix
from tests.reader import parse, read, strokes
from tests.vectors.craft import bound, issue, live, show, text

LONGEST = "欧" * 6 + "**"
LIVE = text(issue(live(name=LONGEST)))
PRESENTATION = text(show(issue(bound(name=LONGEST))))


@pytest.mark.parametrize("level", Level, ids=lambda level: level.name)
@pytest.mark.parametrize(
    "message", [LIVE, PRESENTATION, "HCV:/1/ABC", "https://example.org/staff/#e=k-Y_3x"]
)
def test_a_reader_reads_what_was_drawn(message, level):
    found = read(draw(message, label="code", level=level))

    assert found.text == message
    assert found.ec_level == {"SCREEN": "M", "PAPER": "Q"}[level.name]


def test_the_longest_passes_fit_their_modules():
    assert len(matrix(LIVE)) == 53
    assert len(matrix(PRESENTATION)) == 69


def test_the_quiet_zone_is_white_and_four_modules_wide():
    svg = draw(LIVE, label="code")
    side = len(matrix(LIVE)) + 2 * QUIET
    ends = [(x, y, x + length) for x, y, length in strokes(svg)]

    assert QUIET == 4
    assert min(x for x, _, _ in ends) == min(y for _, y, _ in ends) == 4
    assert max(end for _, _, end in ends) == max(y for _, y, _ in ends) + 1 == side - 4


def test_the_drawing_is_black_on_white_in_one_path():
    root = parse(draw(LIVE, label="code"))

    assert [child.tag.rpartition("}")[2] for child in root] == ["rect", "path"]
    assert root[0].attrib["fill"] == "#fff"
    assert root[1].attrib["stroke"] == "#000"


def test_the_drawing_is_small():
    """2.5 kB is what a page that is fetched each minute may cost."""
    assert len(gzip.compress(draw(LIVE, label="code").encode())) < 2500


def test_the_label_is_read_aloud_and_cannot_break_out():
    root = parse(draw("A", label="""绿码 "><script>'&"""))

    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == """绿码 "><script>'&"""
    assert "style" not in draw("A", label="")
