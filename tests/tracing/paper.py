"""A printed page seen by other people's eyes: its black is painted and read as a camera reads."""

import re

import zxingcpp

RECTANGLE = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re\b")
#: Pixels per point: a module is some ten points wide.
SCALE = 2
A4 = (595, 842)


def rectangles(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """The filled rectangles of a page: left, bottom, width, height in points."""
    return [tuple(map(float, found)) for found in RECTANGLE.findall(pdf)]


def read(pdf: bytes) -> zxingcpp.Barcode:
    """The one code on a page."""
    width, height = (SCALE * side for side in A4)
    pixels = bytearray(b"\xff" * width * height)
    for left, bottom, wide, high in rectangles(pdf):
        columns = _pixels(left, left + wide)
        for row in _pixels(A4[1] - bottom - high, A4[1] - bottom):
            start = row * width + columns.start
            pixels[start : start + len(columns)] = bytes(len(columns))
    picture = memoryview(bytes(pixels)).cast("B", (height, width))
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found


def _pixels(first: float, last: float) -> range:
    return range(round(SCALE * first), round(SCALE * last))
