"""The measures of `benchmarks.frames`, in a process that has Django set up."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import django

django.setup()

import zxingcpp  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Page, Route, sync_playwright  # noqa: E402

from benchmarks.lens import CONDITIONS, held_up  # noqa: E402
from benchmarks.stage import report  # noqa: E402
from config.environment import PROJECT  # noqa: E402
from healthcode.colours import Colour  # noqa: E402
from healthcode.qr import QUIET, matrix  # noqa: E402
from healthcode.services import LiveCode  # noqa: E402
from healthcode.views.card import card_of  # noqa: E402
from tests import chromium  # noqa: E402
from tests.fixtures import PHONE  # noqa: E402

Row = tuple[str, float, str]
ADDRESS = "http://page.test/"
#: Characters after the prefix: a live pass with a long name, a presentation at its longest.
TEXTS = {"live": 233, "presentation": 453}
COLOURS = (Colour.GREEN, Colour.YELLOW, Colour.RED)
#: Pixels of the camera for each module: about what a hand's distance gives.
MODULE = 3.2
GOAL = -2.0


@dataclass(frozen=True)
class Photo:
    """A page's frame as pixels, and where in it the code with its white edge lies."""

    picture: Image.Image
    code: tuple[int, int, int, int]


def main(pairs: int, keep: str) -> int:
    """Photograph the pages, spoil and read both of every pair, print the table."""
    rows: list[Row] = []
    with phone() as page:
        for name, length in TEXTS.items():
            text = _text(length)
            photos = [photograph(page, text, colour) for colour in COLOURS]
            for condition in CONDITIONS:
                rows += compare(name, condition, text, photos, pairs, keep)
    report("frames", rows)
    worst = min(value for label, value, _ in rows if label.endswith("difference"))
    print(f"\n  goal: no difference below {GOAL} points; the worst is {worst:+.1f}")
    return int(worst < GOAL)


def compare(
    name: str, condition: str, text: str, photos: list[Photo], pairs: int, keep: str
) -> list[Row]:
    """How often the bare code and the page are read through one bad camera."""
    read = {"bare": 0, "page": 0}
    for pair in range(pairs):
        photo = photos[pair % len(photos)]
        for kind, picture in (("bare", bare(text, photo)), ("page", photo.picture)):
            frame = spoiled(picture, photo, text, condition, pair)
            read[kind] += text in _texts_in(frame)
            if keep and pair < len(photos):
                frame.save(Path(keep) / f"{name} {condition} {pair} {kind}.png")
    rates = {kind: 100 * count / pairs for kind, count in read.items()}
    label = f"{name}, {condition}"
    return [
        (f"{label}: bare codes read", rates["bare"], "%"),
        (f"{label}: codes on the page read", rates["page"], "%"),
        (f"{label}: difference", rates["page"] - rates["bare"], "points"),
    ]


@contextmanager
def phone() -> Iterator[Page]:
    """A phone's browser that finds the project's own styles, and nothing else."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*chromium.FLAGS]
        )
        page = browser.new_context(**PHONE, java_script_enabled=False).new_page()
        page.route("**/*", _styles_only)
        yield page
        browser.close()


def photograph(page: Page, text: str, colour: Colour) -> Photo:
    """The citizen's page with the text in its code, as far as its frame."""
    html = render_to_string("healthcode/code.html", {"card": _card(text, colour)})
    page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(ADDRESS)
    frame, code = page.locator(".frame"), page.locator(".frame__code svg")
    taken = frame.screenshot(animations="disabled")
    outer, inner = frame.bounding_box(), code.bounding_box()
    assert outer
    assert inner
    scale = PHONE["device_scale_factor"]
    left, top = (round((inner[axis] - outer[axis]) * scale) for axis in ("x", "y"))
    side = round(inner["width"] * scale)
    picture = Image.open(BytesIO(taken)).convert("RGB")
    return Photo(picture, (left, top, left + side, top + side))


def bare(text: str, photo: Photo) -> Image.Image:
    """The same text in the same place at the same size, on white paper."""
    rows = matrix(text)
    side = len(rows) + 2 * QUIET
    code = Image.new("L", (side, side), 255)
    black = [(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    for x, y in black:
        code.putpixel((QUIET + x, QUIET + y), 0)
    left, top, right, bottom = photo.code
    paper = Image.new("RGB", photo.picture.size, "white")
    paper.paste(code.resize((right - left, bottom - top), Image.Resampling.NEAREST), (left, top))
    return paper


def spoiled(
    picture: Image.Image, photo: Photo, text: str, condition: str, pair: int
) -> Image.Image:
    """One frame; both of a pair are spoiled by the same draw."""
    chance = Random(f"{condition} {pair}")
    left, _, right, _ = photo.code
    modules = len(matrix(text)) + 2 * QUIET
    frame = held_up(picture, MODULE * modules / (right - left), chance)
    return CONDITIONS[condition](frame, chance)


def _texts_in(frame: Image.Image) -> list[str]:
    pixels = memoryview(frame.convert("L").tobytes()).cast("B", (frame.height, frame.width))
    found = zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in found]


def _text(length: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "HCP:/1/" + "".join(Random(length).choices(letters, k=length))


def _card(text: str, colour: Colour) -> object:
    now = timezone.now()
    code = LiveCode(
        text=text,
        colour=colour,
        name="",
        masked="张*三",
        issued_at=now,
        expires_at=now + timedelta(seconds=90),
        decision={},
        rules="",
        decided_at=now,
        last_test_at=None,
        last_negative_at=None,
    )
    return card_of(code, now=now)


def _styles_only(route: Route) -> None:
    path = PROJECT / route.request.url.removeprefix(ADDRESS)
    if path.suffix == ".css" and path.is_file():
        route.fulfill(path=path)
    else:
        route.abort()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
