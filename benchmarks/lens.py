"""A bad camera: what blur, noise, tilt, dim light and compression make of a picture of a code.

Everything comes from the random generator that is handed in, so that two pictures can be spoiled
in the very same way. Strengths are such that a bare code is read most of the time, not always.
"""

import math
from collections.abc import Callable
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

#: A frame of the camera is a square of so many pixels, of a hall where nothing holds a code.
SIZE = 480
#: To the camera, in halves of the side of a frame: a hand before a phone.
DISTANCE = 4
SHEET_SIGMA = 50
HALL = (96, 100, 108)
Corner = tuple[float, float]
Spoil = Callable[[Image.Image, Random], Image.Image]


def blur(frame: Image.Image, chance: Random) -> Image.Image:
    """Out of focus."""
    return _grain(frame.filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.6))), 6, chance)


def noise(frame: Image.Image, chance: Random) -> Image.Image:
    """A small sensor at its highest gain."""
    soft = frame.filter(ImageFilter.GaussianBlur(0.6))
    return _grain(soft, chance.uniform(15, 70), chance)


def tilt(frame: Image.Image, chance: Random) -> Image.Image:
    """Turned by up to 30 degrees about every axis, and a little out of focus."""
    turned = frame.transform(
        frame.size,
        Image.Transform.PERSPECTIVE,
        _perspective(_corners(chance), frame.width),
        Image.Resampling.BICUBIC,
        fillcolor=HALL,
    )
    return _grain(turned.filter(ImageFilter.GaussianBlur(chance.uniform(0.7, 1.4))), 8, chance)


def dim(frame: Image.Image, chance: Random) -> Image.Image:
    """The warm light of a stairway at night: little of it, and less of the blue."""
    dark = ImageEnhance.Brightness(frame).enhance(chance.uniform(0.18, 0.6))
    red, green, blue = dark.split()
    warm = Image.merge("RGB", (red, _dimmed(green, 0.75), _dimmed(blue, 0.4)))
    return _grain(warm.filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.3))), 5, chance)


def jpeg(frame: Image.Image, chance: Random) -> Image.Image:
    """What a cheap camera's own compression leaves."""
    kept = BytesIO()
    soft = frame.filter(ImageFilter.GaussianBlur(0.8))
    soft.save(kept, "JPEG", quality=chance.randint(1, 8))
    return Image.open(kept).convert("RGB")


CONDITIONS: dict[str, Spoil] = {
    "blur": blur,
    "noise": noise,
    "tilt": tilt,
    "dim warm light": dim,
    "JPEG": jpeg,
}


def held_up(picture: Image.Image, module: float, chance: Random) -> Image.Image:
    """A camera's frame with the picture in it, shrunk by `module`, somewhere near the middle."""
    side = round(picture.width * module)
    frame = Image.new("RGB", (SIZE, SIZE), HALL)
    small = picture.convert("RGB").resize((side, side), Image.Resampling.BOX)
    room = (SIZE - side) // 2
    frame.paste(small, (room + chance.randint(-8, 8), room + chance.randint(-8, 8)))
    return frame


def _grain(frame: Image.Image, sigma: float, chance: Random) -> Image.Image:
    """Add noise around a mean of nothing: a piece of one large sheet of it."""
    sheet = _sheet()
    left, top = (chance.randrange(length - SIZE) for length in sheet.size)
    scaled = [round(128 + (value - 128) * sigma / SHEET_SIGMA) for value in range(256)]
    grain = sheet.crop((left, top, left + SIZE, top + SIZE)).point(scaled)
    return ImageChops.add(frame, Image.merge("RGB", (grain,) * 3), scale=1, offset=-128)


@cache
def _sheet() -> Image.Image:
    return Image.effect_noise((4 * SIZE, 4 * SIZE), SHEET_SIGMA)


def _dimmed(band: Image.Image, gain: float) -> Image.Image:
    return band.point([round(value * gain) for value in range(256)])


def _corners(chance: Random) -> list[Corner]:
    """Where the corners of a square come to lie when it is turned in space."""
    a, b, c = (math.radians(chance.uniform(-30, 30)) for _ in range(3))
    found = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x, y = x * math.cos(c) - y * math.sin(c), x * math.sin(c) + y * math.cos(c)
        x, z = x * math.cos(b), x * math.sin(b)
        y, z = y * math.cos(a) - z * math.sin(a), y * math.sin(a) + z * math.cos(a)
        near = DISTANCE / (DISTANCE + z)
        found.append((x * near, y * near))
    return found


def _perspective(corners: list[Corner], side: int) -> list[float]:
    """Pillow's eight coefficients: from a point of the result to one of the source."""
    half = side / 2
    rows = []
    for (x, y), (u, v) in zip(corners, ((0, 0), (side, 0), (side, side), (0, side)), strict=True):
        x, y = half + half * x, half + half * y
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solved(rows)


def _solved(rows: list[list[float]]) -> list[float]:
    """Gauss and Jordan."""
    for at in range(len(rows)):
        pivot = max(range(at, len(rows)), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for other in range(len(rows)):
            if other != at:
                factor = rows[other][at]
                pairs = zip(rows[other], rows[at], strict=True)
                rows[other] = [value - factor * lead for value, lead in pairs]
    return [row[-1] for row in rows]
