"""A square sheet to paint on, at any size: what is painted does not depend on the number of pixels."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image, ImageDraw

from mtan_edu.data.domains.small.geometry import Points

Color = tuple[float, float, float]
"""Red, green and blue in [0, 1]."""

_FINER = 4
"""Paint is laid on pixels so many times finer along each side, and averaged: edges come out smooth."""


class Canvas:
    """Shapes painted over each other. Coordinates run from -1 to 1, x to the right and y down.

    Args:
        size: Height and width of the picture [pixels].
        paper: Color of the empty sheet.
    """

    def __init__(self, size: int, paper: Color = (0, 0, 0)) -> None:
        self.size = size
        self._side = size * _FINER
        self._sheet = Image.new("RGB", (self._side, self._side), _bytes(paper))
        self._pen = ImageDraw.Draw(self._sheet)

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates x and y of the fine pixels, `(n, n)` each."""
        line = ((np.arange(self._side) + 0.5) / self._side * 2 - 1).astype(np.float32)
        return np.broadcast_to(line, (self._side, self._side)), np.broadcast_to(line[:, None], (self._side, self._side))

    def wash(self, colors: np.ndarray) -> None:
        """Paint over everything with colors `(n, n, 3)` in [0, 1], or `(n, 1, 3)` that differ by row alone."""
        full = np.broadcast_to(colors, (self._side, self._side, 3))
        self._sheet.paste(Image.fromarray(np.round(255 * full.clip(0, 1)).astype(np.uint8)))

    def polygon(self, corners: Points, color: Color) -> None:
        """Fill a polygon with corners `(n, 2)`."""
        self._pen.polygon(self._place(corners), _bytes(color))

    def stroke(self, points: Points, width: float, color: Color) -> None:
        """Draw a line through points `(n, 2)` with a round pen."""
        pixels = max(1, round(width * self._side / 2))
        places = self._place(points)
        self._pen.line(places, _bytes(color), pixels, joint="curve")
        self._disc(places[0], places[1], pixels / 2, color)
        self._disc(places[-2], places[-1], pixels / 2, color)

    def disc(self, center: tuple[float, float], radius: float, color: Color) -> None:
        """Fill a circle."""
        x, y = self._place(np.array(center))
        self._disc(x, y, radius * self._side / 2, color)

    def pixels(self) -> np.ndarray:
        """The picture, float64 `(size, size, 3)` in [0, 1]."""
        return np.asarray(self._sheet.reduce(_FINER)) / 255

    def _disc(self, x: float, y: float, radius: float, color: Color) -> None:
        self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), _bytes(color))

    def _place(self, points: Points) -> list[float]:
        """Fine pixels: x and y in turn."""
        return ((points + 1) * (self._side / 2)).ravel().tolist()


def photograph(pixels: np.ndarray, rng: np.random.Generator, light: float = 0.2, noise: float = 0.03) -> np.ndarray:
    """The picture as a camera sees it: lit from somewhere, with noise.

    Args:
        pixels: Colors in [0, 1], `(H, W, 3)`.
        rng: Draws light and noise.
        light: How much brighter or darker, at most, one side of the picture is than its middle.
        noise: Standard deviation of what is added to each value.

    Returns:
        Colors, uint8 `(H, W, 3)`.
    """
    height, width, _ = pixels.shape
    angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0, light)
    across, down = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    lamp = 1 + strength * (np.cos(angle) * across + np.sin(angle) * down) + rng.uniform(-light, light) / 2
    seen = pixels * lamp[..., None] + rng.normal(0, noise, pixels.shape)
    return np.round(255 * seen.clip(0, 1)).astype(np.uint8)


def random_color(
    rng: np.random.Generator,
    hue: tuple[float, float] = (0, 1),
    saturation: tuple[float, float] = (0.4, 1),
    value: tuple[float, float] = (0.4, 1),
) -> Color:
    """A color whose hue, saturation and value lie in these ranges; hue 0 is red, 1/3 green, 2/3 blue."""
    return colorsys.hsv_to_rgb(rng.uniform(*hue) % 1, rng.uniform(*saturation), rng.uniform(*value))


def contrasting_colors(rng: np.random.Generator, least: float = 0.35) -> tuple[Color, Color]:
    """Two colors, either of them the brighter one, whose brightness differs by at least `least`."""
    while True:
        one, other = random_color(rng, saturation=(0, 1), value=(0, 1)), random_color(rng, value=(0, 1))
        if abs(brightness(one) - brightness(other)) >= least:
            return (one, other) if rng.random() < 0.5 else (other, one)


def brightness(color: Color) -> float:
    """How bright a color looks, from 0 (black) to 1 (white): the weights of ITU-R BT.601."""
    return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]


def mix(one: Color, other: Color, share: float) -> Color:
    """A color between two; `share` of it is the other."""
    red, green, blue = ((1 - share) * a + share * b for a, b in zip(one, other, strict=True))
    return red, green, blue


def _bytes(color: Color) -> tuple[int, int, int]:
    red, green, blue = (round(255 * min(max(value, 0), 1)) for value in color)
    return red, green, blue
