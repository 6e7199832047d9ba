"""Landscapes by day, at dusk, at night and in haze: what kind of place is it, whatever the light?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, Color, mix, photograph, random_color
from mtan_edu.data.domains.small.geometry import Points, curve, placed


@dataclass(frozen=True)
class _Hour:
    """The light of an hour: sky above and at the horizon, and what it makes of every color."""

    zenith: Color
    horizon: Color
    tint: Color
    strength: float


_HOURS = (
    _Hour((0.25, 0.5, 0.9), (0.75, 0.88, 1), (1, 1, 1), 0),  # day
    _Hour((0.25, 0.2, 0.45), (1, 0.55, 0.25), (0.7, 0.25, 0.2), 0.4),  # dusk
    _Hour((0.03, 0.04, 0.15), (0.15, 0.2, 0.4), (0.05, 0.07, 0.2), 0.6),  # night
    _Hour((0.6, 0.64, 0.68), (0.85, 0.86, 0.86), (0.7, 0.72, 0.74), 0.35),  # haze
    _Hour((0.55, 0.7, 0.85), (1, 0.85, 0.75), (1, 0.8, 0.7), 0.2),  # dawn
)


def draw_scene(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One landscape, uint8 `(size, size, 3)`."""
    hour = _HOURS[rng.integers(len(_HOURS))]
    canvas = Canvas(size)
    place = _Place(canvas, rng, hour, rng.uniform(-0.3, 0.4))
    place.sky()
    PLACES[CLASSES[label]](place)
    return photograph(canvas.pixels(), rng, light=0.15, noise=0.025)


class _Place:
    """A landscape to be: its sheet, its light and the height of its horizon."""

    def __init__(self, canvas: Canvas, rng: np.random.Generator, hour: _Hour, horizon: float) -> None:
        self.canvas, self.rng, self.hour, self.horizon = canvas, rng, hour, horizon

    def sky(self) -> None:
        _, y = self.canvas.grid()
        share = ((y[:, :1] + 1) / (self.horizon + 1)).clip(0, 1)[..., None]
        self.canvas.wash(np.array(self.hour.zenith) * (1 - share) + np.array(self.hour.horizon) * share)
        sun = (self.rng.uniform(-0.9, 0.9), self.rng.uniform(-0.85, self.horizon - 0.2))
        if self.rng.random() < 0.6:
            self.canvas.disc(sun, self.rng.uniform(0.1, 0.18), (1, 0.95, 0.75))
        for _ in range(self.rng.integers(0, 4)):
            self._cloud()

    def _cloud(self) -> None:
        color = mix(self.hour.horizon, (1, 1, 1), 0.5)
        x, y = self.rng.uniform(-1, 1), self.rng.uniform(-0.95, self.horizon - 0.35)
        for shift in (-0.16, 0, 0.16):
            self.canvas.disc((x + shift, y - 0.05 * (shift == 0)), self.rng.uniform(0.08, 0.13), color)

    def lit(self, color: Color) -> Color:
        """A color in the light of the hour."""
        return mix(color, self.hour.tint, self.hour.strength)

    def color(self, hue: tuple[float, float], saturation: tuple[float, float], value: tuple[float, float]) -> Color:
        return self.lit(random_color(self.rng, hue, saturation, value))

    def ground(self, line: Points, color: Color) -> None:
        """Everything below a line."""
        self.canvas.polygon(np.concatenate([[[-1.1, 1.1]], line, [[1.1, 1.1]]]), color)

    def hills(self, height: float, waviness: float, color: Color) -> None:
        """Ground with a smooth upper edge."""
        x = np.linspace(-1.1, 1.1, 6)
        y = height + waviness * self.rng.uniform(-1, 1, len(x))
        self.ground(curve(np.stack([x, y], axis=1)), color)

    def flat(self, color: Color) -> None:
        self.ground(np.array([[-1.1, self.horizon], [1.1, self.horizon]]), color)

    def fill(self, points: Points, color: Color) -> None:
        self.canvas.polygon(points, color)

    def box(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        self.fill(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), color)


def _sea(place: _Place) -> None:
    rng = place.rng
    water = place.color((0.48, 0.62), (0.4, 0.8), (0.4, 0.7))
    place.flat(water)
    for _ in range(14):
        x, y = rng.uniform(-1, 1), rng.uniform(place.horizon + 0.05, 1)
        length = 0.1 + 0.25 * (y - place.horizon)
        place.canvas.stroke(
            np.array([[x - length, y], [x + length, y]]), 0.03, mix(water, (1, 1, 1), rng.uniform(0.1, 0.5))
        )
    if rng.random() < 0.6:
        x, y, scale = rng.uniform(-0.6, 0.6), place.horizon + rng.uniform(0, 0.3), rng.uniform(0.25, 0.45)
        sail = np.array([[0, -1.2], [0.7, -0.1], [0, -0.1]])
        place.fill(placed(sail, (x, y), scale), place.lit((0.95, 0.92, 0.88)))
        place.fill(
            placed(np.array([[-0.6, 0], [0.8, 0], [0.5, 0.3], [-0.4, 0.3]]), (x, y), scale), place.lit((0.4, 0.2, 0.12))
        )


def _mountains(place: _Place) -> None:
    rng = place.rng
    for depth in range(3):
        color = place.color(
            (0.55, 0.7) if depth < 2 else (0.2, 0.4), (0.1, 0.3), (0.6 - 0.15 * depth, 0.7 - 0.15 * depth)
        )
        base = place.horizon + 0.25 * depth
        for _ in range(3 - depth // 2):
            x, height, half = rng.uniform(-1, 1), rng.uniform(0.55, 0.95) - 0.2 * depth, rng.uniform(0.45, 0.8)
            top = np.array([x, base - height])
            place.fill(np.array([[x - half, base + 0.1], top, [x + half, base + 0.1]]), color)
            if depth < 2:  # snow down to a third of the slope, in a zigzag
                left, right = top + 0.32 * np.array([-half, height]), top + 0.32 * np.array([half, height])
                notch = top + np.array([[0.06, 0.22 * height], [0, 0.22 * height + 0.1]])
                edge = np.stack([top, right, *notch, left])
                place.fill(edge, place.lit((0.97, 0.98, 1)))
        place.ground(np.array([[-1.1, base + 0.08], [1.1, base + 0.08]]), color)


def _forest(place: _Place) -> None:
    rng = place.rng
    place.flat(place.color((0.2, 0.36), (0.3, 0.6), (0.25, 0.45)))
    firs = rng.random() < 0.6
    for row in range(3):
        for _ in range(6 - row):
            x, foot = rng.uniform(-1.1, 1.1), place.horizon + 0.1 + 0.33 * row
            height, color = rng.uniform(0.5, 0.8) + 0.14 * row, place.color((0.25, 0.42), (0.4, 0.8), (0.15, 0.45))
            place.box(x - 0.04, foot - 0.2, x + 0.04, foot + 0.08, place.lit((0.3, 0.2, 0.12)))
            if firs:
                for level in range(3):
                    y, half = foot - 0.1 - 0.27 * height * level, height * (0.32 - 0.07 * level)
                    place.fill(np.array([[x - half, y], [x, y - 0.5 * height], [x + half, y]]), color)
            else:
                place.canvas.disc((x, foot - 0.55 * height), 0.32 * height, color)


def _desert(place: _Place) -> None:
    rng = place.rng
    for depth in range(3):
        color = place.color((0.08, 0.13), (0.35, 0.6), (0.85 - 0.12 * depth, 0.95 - 0.12 * depth))
        place.hills(place.horizon + 0.3 * depth, 0.16, color)
    for _ in range(rng.integers(1, 4)):
        x, foot, scale = rng.uniform(-0.85, 0.85), place.horizon + rng.uniform(0.25, 0.7), rng.uniform(0.25, 0.42)
        green = place.color((0.28, 0.38), (0.4, 0.6), (0.3, 0.5))
        for part in (
            [[0, 0], [0, -1.6]],
            [[0, -0.6], [-0.55, -0.7], [-0.55, -1.2]],
            [[0, -0.4], [0.5, -0.5], [0.5, -1]],
        ):
            place.canvas.stroke(placed(np.array(part, float), (x, foot), scale), 0.28 * scale, green)


def _city(place: _Place) -> None:
    rng = place.rng
    place.flat(place.color((0, 1), (0, 0.15), (0.25, 0.45)))
    for depth in range(2):
        foot, left = place.horizon + 0.15 + 0.35 * depth, -1.1
        while left < 1.05:
            width, height = rng.uniform(0.22, 0.42), rng.uniform(0.5, 1.05) - 0.25 * depth
            wall = place.color((0, 1), (0.05, 0.3), (0.35, 0.75) if depth == 0 else (0.2, 0.55))
            place.box(left, foot - height, left + width, foot + 0.4, wall)
            _windows(place, left, foot - height, width, height + 0.3, mix(wall, (1, 0.9, 0.5), 0.75))
            left += width + rng.uniform(0, 0.1) * (1 + 3 * depth)


def _windows(place: _Place, left: float, top: float, width: float, height: float, light: Color) -> None:
    for x in np.arange(left + 0.05, left + width - 0.06, 0.1):
        for y in np.arange(top + 0.06, top + height - 0.08, 0.14):
            if place.rng.random() < 0.6:
                place.box(x, y, x + 0.055, y + 0.08, light)


def _village(place: _Place) -> None:
    rng = place.rng
    place.hills(place.horizon, 0.06, place.color((0.2, 0.36), (0.3, 0.6), (0.35, 0.65)))
    for x in rng.permutation([-0.62, 0, 0.62])[: rng.integers(2, 4)] + rng.uniform(-0.12, 0.12):
        foot, scale = place.horizon + rng.uniform(0.2, 0.5), rng.uniform(0.24, 0.34)
        wall, roof = (
            place.color((0.05, 0.15), (0.05, 0.35), (0.7, 0.95)),
            place.color((-0.03, 0.07), (0.4, 0.8), (0.3, 0.65)),
        )
        place.box(x - scale, foot - 0.9 * scale, x + scale, foot, wall)
        place.fill(placed(np.array([[-1.25, -0.85], [0, -1.9], [1.25, -0.85]]), (x, foot), scale), roof)
        place.box(x - 0.2 * scale, foot - 0.6 * scale, x + 0.2 * scale, foot, place.lit((0.3, 0.18, 0.1)))
        for side in (-0.6, 0.6):
            window = x + side * scale
            place.box(
                window - 0.15 * scale, foot - 0.65 * scale, window + 0.15 * scale, foot - 0.35 * scale, (1, 0.85, 0.4)
            )


def _meadow(place: _Place) -> None:
    rng = place.rng
    for depth in range(2):
        place.hills(place.horizon + 0.3 * depth, 0.14, place.color((0.18, 0.34), (0.35, 0.7), (0.4, 0.75)))
    if rng.random() < 0.6:
        x, foot = rng.uniform(-0.7, 0.7), place.horizon + 0.25
        place.box(x - 0.05, foot - 0.4, x + 0.05, foot, place.lit((0.35, 0.22, 0.12)))
        place.canvas.disc((x, foot - 0.5), 0.26, place.color((0.22, 0.36), (0.4, 0.7), (0.25, 0.5)))
    blossom = place.color((0, 1), (0.4, 0.9), (0.8, 1))
    for _ in range(rng.integers(14, 26)):
        y = rng.uniform(place.horizon + 0.35, 1)
        place.canvas.disc((rng.uniform(-1, 1), y), 0.02 + 0.035 * (y - place.horizon), blossom)


PLACES: dict[str, Callable[[_Place], None]] = {
    "sea": _sea,
    "mountains": _mountains,
    "forest": _forest,
    "desert": _desert,
    "city": _city,
    "village": _village,
    "meadow": _meadow,
}

CLASSES = tuple(PLACES)
