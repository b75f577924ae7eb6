"""A film for Chromium's fake camera: codes held before it one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from healthcode.qr import QUIET, matrix

WIDTH, HEIGHT = 640, 480
FRAMES_PER_SECOND = 10
#: What the camera sees of a hall, between codes and around them, as luminance.
HALL = 170
GREY = bytes([128]) * (WIDTH * HEIGHT // 2)


@dataclass(frozen=True)
class Style:
    """How codes are held before the camera: for how long, how far apart, how far off the middle."""

    shown: float = 1.0
    gap: float = 0.5
    left: int = 0
    inverted: bool = False


STEADY = Style()


def write_film(path: Path, texts: Sequence[str], style: Style) -> Path:
    """Write uncompressed video (Y4M): each text as a code for some seconds, then the hall.

    Chromium plays it from the start whenever the camera is opened, and over and over.
    """
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420\n".encode())
        for picture, seconds in _scenes(texts, style):
            frame = b"FRAME\n" + picture.tobytes() + GREY
            film.write(frame * round(seconds * FRAMES_PER_SECOND))
    return path


def flags(film: Path | None, *, allowed: bool = True, cameras: int = 1) -> list[str]:
    """What Chromium is started with to take the film for its camera, and to be let use it.

    There may be several cameras where none plays a film.
    """
    given = [f"--use-fake-device-for-media-stream=device-count={cameras}"]
    if film:
        given.append(f"--use-file-for-fake-video-capture={film}")
    if allowed:
        given.append("--use-fake-ui-for-media-stream")
    return given


def _scenes(texts: Sequence[str], style: Style) -> Iterator[tuple[Image.Image, float]]:
    hall = Image.new("L", (WIDTH, HEIGHT), HALL)
    yield hall, style.gap
    for text in texts:
        picture, code = hall.copy(), _code(text)
        left = (WIDTH - code.width) // 2 - style.left
        picture.paste(code, (left, (HEIGHT - code.height) // 2))
        yield (ImageOps.invert(picture) if style.inverted else picture), style.shown
        yield hall, style.gap


def _code(text: str) -> Image.Image:
    rows = matrix(text)
    side = len(rows) + 2 * QUIET
    code = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            if black:
                code.putpixel((QUIET + x, QUIET + y), 0)
    scale = HEIGHT // side
    return code.resize((side * scale, side * scale), Image.Resampling.NEAREST)
