"""Flowers in front of leaves: eight species in the same colors, told apart by their petals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, Color, mix, photograph, random_color
from mtan_edu.data.domains.small.geometry import Points, ellipse, placed

_HUES = (0.0, 0.09, 0.15, 0.6, 0.76, 0.9)
"""Red, orange, yellow, blue, violet and pink: every species comes in each."""


def draw_flower(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One flower, uint8 `(size, size, 3)`."""
    canvas = Canvas(size, random_color(rng, hue=(0.25, 0.42), saturation=(0.4, 0.8), value=(0.15, 0.4)))
    for _ in range(10):
        leaf = placed(petal(0.9, 0.22, 0.8), tuple(rng.uniform(-1, 1, 2)), rng.uniform(0.6, 1.2), rng.uniform(0, 360))
        canvas.polygon(leaf, random_color(rng, hue=(0.22, 0.42), saturation=(0.4, 0.8), value=(0.2, 0.55)))
    hue = _HUES[rng.integers(len(_HUES))] + rng.uniform(-0.03, 0.03)
    color = random_color(
        rng, hue=(hue, hue), saturation=(0.1, 0.2) if rng.random() < 0.15 else (0.5, 0.9), value=(0.75, 1)
    )
    scale = rng.uniform(0.4, 0.85)
    room = 1 - scale
    shift, tilt = (rng.uniform(-room, room), rng.uniform(-room, room)), rng.uniform(-35, 35)
    squash = rng.uniform(0.65, 1)

    def place(points: Points) -> Points:
        return placed(points, shift, (scale, scale * squash), tilt)

    SPECIES[CLASSES[label]](_Flower(canvas, rng, place, color))
    return photograph(canvas.pixels(), rng, light=0.25)


def petal(length: float, width: float, pointed: float) -> Points:
    """A petal that points upwards from (0, 0); the larger `pointed`, the sharper its tip."""
    t = np.linspace(0, 1, 9)
    half = width * np.sin(np.pi * t**0.8) ** pointed
    return np.concatenate([np.stack([half, -length * t], axis=1), np.stack([-half, -length * t], axis=1)[::-1]])


class _Flower:
    """A flower to be: where it grows and in which color."""

    def __init__(
        self, canvas: Canvas, rng: np.random.Generator, place: Callable[[Points], Points], color: Color
    ) -> None:
        self.canvas, self.rng, self.place, self.color = canvas, rng, place, color
        self.heart = random_color(rng, hue=(0.08, 0.16), saturation=(0.7, 1), value=(0.7, 1))

    def fill(self, points: Points, color: Color) -> None:
        self.canvas.polygon(self.place(points), color)

    def wreath(self, count: int, shape: Points, turn_deg: float = 0.0) -> None:
        """Petals around the middle, each a little lighter or darker."""
        for number in range(count):
            shade = self.rng.uniform(0, 0.25)
            self.fill(placed(shape, angle_deg=turn_deg + 360 * number / count), mix(self.color, (0, 0, 0), shade))

    def middle(self, radius: float, color: Color) -> None:
        self.fill(ellipse((0, 0), (radius, radius)), color)


def _daisy(flower: _Flower) -> None:
    flower.wreath(int(flower.rng.integers(12, 16)), petal(1, 0.12, 0.6), flower.rng.uniform(0, 30))
    flower.middle(0.22, flower.heart)


def _sunflower(flower: _Flower) -> None:
    flower.wreath(int(flower.rng.integers(13, 17)), petal(1, 0.2, 1), flower.rng.uniform(0, 30))
    flower.middle(0.55, (0.25, 0.14, 0.06))
    flower.middle(0.3, (0.36, 0.22, 0.1))


def _poppy(flower: _Flower) -> None:
    flower.wreath(4, placed(ellipse((0, -0.5), (0.6, 0.5))), flower.rng.uniform(0, 90))
    flower.middle(0.2, (0.1, 0.08, 0.12))


def _violet(flower: _Flower) -> None:
    for angle, length in ((-40, 0.75), (40, 0.75), (-105, 0.75), (105, 0.75), (180, 1)):
        shape = placed(ellipse((0, -0.55 * length), (0.36, 0.45 * length)), angle_deg=angle)
        flower.fill(shape, mix(flower.color, (0, 0, 0), 0.15 if abs(angle) < 50 else 0))
    for angle in (-105, 105, 180):
        flower.fill(placed(petal(0.5, 0.14, 1), angle_deg=angle), (0.15, 0.05, 0.2))
    flower.middle(0.12, flower.heart)


def _lily(flower: _Flower) -> None:
    flower.wreath(6, petal(1.05, 0.26, 1.1), flower.rng.uniform(0, 60))
    for angle in range(30, 390, 60):
        line = placed(np.array([[0, 0], [0, -0.35]]), angle_deg=angle)
        flower.canvas.stroke(flower.place(line), 0.05, flower.heart)


def _tulip(flower: _Flower) -> None:
    flower.canvas.stroke(flower.place(np.array([[0, 0.4], [0.05, 1.5]])), 0.1, (0.3, 0.55, 0.2))
    flower.fill(placed(petal(1.3, 0.36, 0.9), (-0.25, 0.5), angle_deg=-14), mix(flower.color, (0, 0, 0), 0.2))
    flower.fill(placed(petal(1.3, 0.36, 0.9), (0.25, 0.5), angle_deg=14), mix(flower.color, (0, 0, 0), 0.2))
    flower.fill(placed(petal(1.25, 0.42, 0.9), (0, 0.55)), flower.color)


def _rose(flower: _Flower) -> None:
    turn = flower.rng.uniform(0, 360)
    for ring, radius in enumerate((0.62, 0.42, 0.22)):  # broad petals over each other, smaller towards the middle
        for petal_number in range(5 - ring):
            angle = turn + 360 * petal_number / (5 - ring) + 40 * ring
            edge = placed(ellipse((0, -0.55 * radius), (0.72 * radius, 0.6 * radius)), angle_deg=angle)
            flower.fill(placed(edge, scale=1.08), mix(flower.color, (0, 0, 0), 0.55))
            flower.fill(edge, mix(flower.color, (0, 0, 0), 0.1 + 0.1 * ring))
    flower.middle(0.1, mix(flower.color, (0, 0, 0), 0.6))


def _lupine(flower: _Flower) -> None:
    flower.canvas.stroke(flower.place(np.array([[0, -0.9], [0, 1.6]])), 0.08, (0.35, 0.6, 0.25))
    for row in range(7):
        y, spread = 0.75 - 0.27 * row, 0.36 - 0.035 * row
        for x in (-spread, spread, 0.0):
            shade = mix(flower.color, (0, 0, 0), flower.rng.uniform(0, 0.35))
            flower.fill(ellipse((x, y + 0.1 * (x == 0)), (0.2 - 0.015 * row, 0.15)), shade)


SPECIES: dict[str, Callable[[_Flower], None]] = {
    "daisy": _daisy,
    "sunflower": _sunflower,
    "poppy": _poppy,
    "violet": _violet,
    "lily": _lily,
    "tulip": _tulip,
    "rose": _rose,
    "lupine": _lupine,
}

CLASSES = tuple(SPECIES)
