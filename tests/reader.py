"""A camera for drawn codes: paints an SVG and reads it with a reader of other people."""

import re
from xml.etree import ElementTree

import zxingcpp

POINT = re.compile(r"([Mmh])([\d.]+)(?: ([\d.]+))?")
CODE = re.compile(r'<svg [^>]*shape-rendering="crispEdges".*?</svg>', re.DOTALL)


def parse(svg: str) -> ElementTree.Element:
    """The root element."""
    return ElementTree.fromstring(svg)  # noqa: S314  the project drew it


def raster(svg: str, scale: int = 3) -> memoryview:
    """The picture an SVG viewer paints: white, with a stroke one module wide for each run."""
    side = int(parse(svg).attrib["viewBox"].split()[2])
    pixels = bytearray(b"\xff" * side * side)
    for x, y, length in strokes(svg):
        pixels[y * side + x : y * side + x + length] = bytes(length)
    rows = (pixels[row * side : (row + 1) * side] for row in range(side))
    enlarged = b"".join(b"".join(bytes((p,)) * scale for p in row) * scale for row in rows)
    return memoryview(enlarged).cast("B", (side * scale, side * scale))


def strokes(svg: str):
    """Where each run of black starts and how long it is."""
    x = y = 0
    path = parse(svg).find("{*}path")
    assert path is not None
    for command, first, second in POINT.findall(path.attrib["d"]):
        if command == "M":
            x, y = int(first), int(float(second))
            continue
        if command == "h":
            yield x, y, int(first)
        x += int(first)


def read(svg: str) -> zxingcpp.Barcode:
    """The one code in a picture."""
    (found,) = zxingcpp.read_barcodes(raster(svg), formats=zxingcpp.BarcodeFormat.QRCode)
    return found


def code_on(page: str) -> str:
    """The text of the one code drawn on a page."""
    (svg,) = CODE.findall(page)
    return read(svg).text
